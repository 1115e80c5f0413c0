#pragma once

#include "http/connection.hpp"
#include "http/message.hpp"
#include "http/session.hpp"

#include <boost/asio/awaitable.hpp>

#include <string_view>

namespace familiar::http {

/// How a streamed body ended.
enum class stream_end {
    whole,        ///< the connection can go on
    whole_spoke,  ///< likewise, but the client has sent something in the meantime, which is lost
    cut,          ///< the client sees that something is missing, if it asked in HTTP/1.1
};

/// Awaits `answer.stream`, whose head has been sent, and sends what it writes: in chunks with the last one at its end
/// (RFC 9112, 7.1), or bare for HTTP/1.0, where the end of the connection is the end of the body.
///
/// The stream is cancelled at once when the client closes its connection or its sending half, when it does not take
/// what is written within limits::idle_timeout, or when the server closes. What a client sends while it is being
/// answered is read, so that its end is seen, and forgotten; one that sends more than a header's worth is not waiting
/// for an answer and is cut. A stream that throws is logged with `route`, and cut.
///
/// Throws operation_aborted when cancelled.
boost::asio::awaitable<stream_end> stream_body(connection& to, session_environment& shared, const response& answer,
                                               bool chunked, std::string_view route);

}  // namespace familiar::http
