#pragma once

#include "core/error.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <string>

namespace familiar::http {

/// Opens `acceptor` on the first address of `host` (an address or a name) and returns its port. An error says which
/// address, and what to change.
core::result<std::uint16_t> open_listener(boost::asio::ip::tcp::acceptor& acceptor, const std::string& host,
                                          std::uint16_t port);

}  // namespace familiar::http
