#pragma once

#include "core/error.hpp"
#include "http/message.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace familiar::http {

/// One request to `url` (http only), on a connection of its own, answered within `limit`. Bodies of up to 8 MiB are
/// read.
///
/// errc::invalid: not an http URL; errc::too_large: a longer body; errc::unavailable: nobody answers there, or not to
/// the end, or no HTTP; errc::timed_out. An answer of any status is a success; classify.hpp tells what it
/// means. Throws operation_aborted when cancelled.
boost::asio::awaitable<core::result<response>> fetch(std::string method, std::string url, header_list headers,
                                                     std::string body, std::chrono::milliseconds limit);

/// The same without a body, for an answer that comes piece by piece and may never end: `on_head` is told of status and
/// header fields once they are there, `on_piece` of the body as it comes (decoded, never empty, 16 KiB at most; the
/// view is good for the call). `limit` is for the head alone. Ends with the body, or when one of the two says false.
///
/// errc::unavailable also if the connection breaks off before the body's end; what came until then has been handed on.
boost::asio::awaitable<core::result<void>> fetch_stream(std::string method, std::string url, header_list headers,
                                                        std::chrono::milliseconds limit,
                                                        std::function<bool(const response&)> on_head,
                                                        std::function<bool(std::string_view)> on_piece);

}  // namespace familiar::http
