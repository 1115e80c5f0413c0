#pragma once

#include "core/error.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <string>
#include <vector>

namespace familiar::http {

/// The addresses of a host, at least one; a literal address is its own. errc::unavailable for a name that does not
/// resolve. Throws operation_aborted at once when cancelled: the system's lookup cannot be interrupted and goes on
/// unheard, and its io_context runs until it ends.
boost::asio::awaitable<core::result<std::vector<boost::asio::ip::tcp::endpoint>>> look_up(std::string host,
                                                                                          std::string port);

}  // namespace familiar::http
