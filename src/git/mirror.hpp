#pragma once

#include "core/error.hpp"
#include "git/client.hpp"
#include "git/types.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include <filesystem>
#include <string>

/// The bare mirror of one repository: all branches and tags, and the heads of the merge requests that were asked for.
///
/// Refs that are gone at the forge go here too, so that no deleted branch stands in the way of a new one or is taken
/// for a push target. Objects stay, since workspaces borrow them: nothing is ever pruned (and pack_mirror() packs).
namespace familiar::git {

/// A clone if the mirror isn't there, then a fetch with `head_ref`; each bounded by `settings::timeout` with all of its
/// retries. The caller sees to it that there is one at a time per mirror. A clone becomes the mirror once it is
/// complete, and what a killed git left in a mirror is deleted first.
boost::asio::awaitable<core::result<void>> update_mirror(client& git, boost::asio::thread_pool& pool,
                                                         std::filesystem::path mirror, std::string head_ref,
                                                         const operation_observer& observer);

/// Deletes what a git leaves behind in a mirror that was killed: its locks, which would stop every later one, and
/// unfinished packs. Blocks; no git may work on the mirror.
core::result<void> remove_leftovers(const std::filesystem::path& mirror);

}  // namespace familiar::git
