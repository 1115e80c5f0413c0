#pragma once

#include "core/error.hpp"
#include "http/message.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <string>

namespace familiar::http {

/// One request to `url` (http only), on a connection of its own, answered within `limit`. Bodies of up to 8 MiB are
/// read.
///
/// errc::invalid: not an http URL; errc::unavailable: nobody answers there; errc::timed_out. An answer of any status is
/// a success. Throws operation_aborted when cancelled.
boost::asio::awaitable<core::result<response>> fetch(std::string method, std::string url, header_list headers,
                                                     std::string body, std::chrono::milliseconds limit);

}  // namespace familiar::http
