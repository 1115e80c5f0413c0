#pragma once

#include "core/error.hpp"
#include "git/client.hpp"
#include "git/types.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include <string>
#include <string_view>
#include <vector>

/// Files of a workspace that git is not to take for new ones.
namespace familiar::git {

/// A line for .git/info/exclude or a .gitignore that matches this one path, seen from there (source: gitignore(5)).
/// Pure.
std::string exclude_pattern(std::string_view path);

/// Excludes these files, which are in the work tree and not in the head. That takes a line in .git/info/exclude, but a
/// .gitignore has more to say: where one takes a file back, the .gitignore beside the file gets the last word. Returns
/// those of the head that had to be changed for this. A file for which even that cannot be is deleted again.
boost::asio::awaitable<core::result<std::vector<std::string>>> exclude_paths(client& git,
                                                                             boost::asio::thread_pool& pool,
                                                                             const workspace& of,
                                                                             std::vector<std::string> paths);

}  // namespace familiar::git
