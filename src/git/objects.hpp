#pragma once

#include "core/error.hpp"
#include "git/client.hpp"

#include <boost/asio/awaitable.hpp>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

/// What a mirror's objects say, read without a work tree.
namespace familiar::git {

/// The files that these paths lead to in a commit's own tree, symbolic links followed: their objects, in the order of
/// `paths`. Empty for one that leads nowhere, to a folder, or out of the tree.
boost::asio::awaitable<core::result<std::vector<std::string>>> resolve_files(client& git, std::filesystem::path mirror,
                                                                             std::string commit,
                                                                             std::vector<std::string> paths);

/// The contents of files by their objects. errc::too_large if they are more than 64 MiB together.
boost::asio::awaitable<core::result<std::map<std::string, std::string>>> read_files(client& git,
                                                                                    std::filesystem::path mirror,
                                                                                    std::vector<std::string> objects);

}  // namespace familiar::git
