#pragma once

#include "core/error.hpp"
#include "git/client.hpp"
#include "git/history.hpp"
#include "git/types.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

/// A merge request must not reprogram its reviewer: what an agent takes as its configuration (guarded_names.hpp) is the
/// target branch's.
namespace familiar::git {

/// A path that is to be as in the target.
struct replacement {
    std::string path;
    bool in_head = false;
    bool is_link = false;  ///< in the target; `object` is what it leads to
    std::string object;    ///< the file's in the target; empty: nothing is written
    bool executable = false;
    bool written = false;
};

/// What is to be put in the place of the head's.
struct replacements {
    std::vector<replacement> paths;               ///< sorted
    std::map<std::string, std::string> contents;  ///< by object
};

/// Finds the paths whose version in the target differs, by the mirror alone. Without a target all of this kind that the
/// head has.
///
/// A link is compared and read as the file that it leads to in the target's own tree. What leads to no file there and a
/// submodule have no content.
///
/// errc::too_large if there are more files than anybody reads (64 MiB of names, 64 MiB of contents).
boost::asio::awaitable<core::result<void>> find_replacements(client& git, std::filesystem::path mirror,
                                                             const history& from, replacements& into);

/// Puts them into the work tree of `into`, which holds the head and nothing else, or deletes what has no content.
/// Returns their paths, sorted.
///
/// The index keeps what the head has, with the skip-worktree bit, and a path that only the target has is excluded
/// (.git/info/exclude; where a .gitignore of the change takes it back, there): none of it shows as a change or is
/// committed by `git commit -a` or `git add -A`.
///
/// What lies behind something of the change that is not a folder is left out, and returned as well.
boost::asio::awaitable<core::result<std::vector<std::string>>> replace(client& git, boost::asio::thread_pool& pool,
                                                                       replacements what, const workspace& into);

}  // namespace familiar::git
