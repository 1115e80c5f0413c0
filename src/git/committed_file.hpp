#pragma once

#include "core/error.hpp"
#include "git/client.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <filesystem>
#include <string>

namespace familiar::git {

/// The text of a file ("folder/name") as a commit has it, read from the mirror; empty if there is no such file or no
/// commit at all (""). errc::too_large for more than `limit` bytes; errc::invalid if it is no regular file or its
/// folder is none: no link is followed for it.
boost::asio::awaitable<core::result<std::string>> read_committed_file(client& git, std::filesystem::path mirror,
                                                                      std::string commit, std::string path,
                                                                      std::size_t limit);

}  // namespace familiar::git
