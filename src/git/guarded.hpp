#pragma once

#include "core/error.hpp"
#include "git/client.hpp"
#include "git/history.hpp"
#include "git/types.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include <string>
#include <vector>

/// A merge request must not reprogram its reviewer: what an agent takes as its configuration (guarded_names.hpp) is the
/// target branch's.
namespace familiar::git {

/// Puts the target's version of each such path that differs into the work tree of `into`, which holds the head and
/// nothing else, or deletes it if the target has none. Returns these paths, sorted.
///
/// The index keeps what the head has, with the skip-worktree bit, and a path that only the target has is excluded
/// (.git/info/exclude; where a .gitignore of the change takes it back, there): none of it shows as a change or is
/// committed by `git commit -a` or `git add -A`.
///
/// A link is compared and written as the file that it leads to in the target's own tree. What leads to no file there,
/// a submodule, and what lies behind something of the change that is not a folder is left out, and returned as well.
/// Without a target branch nothing of this kind is left in the work tree.
///
/// errc::too_large if there are more files than anybody reads (64 MiB of names, 64 MiB of contents).
boost::asio::awaitable<core::result<std::vector<std::string>>> guard_configuration(client& git,
                                                                                   boost::asio::thread_pool& pool,
                                                                                   const history& from,
                                                                                   const workspace& into);

}  // namespace familiar::git
