#pragma once

#include "http/limits.hpp"
#include "http/message.hpp"
#include "http/router.hpp"

#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <optional>

/// What a request's header decides before any of its body is read. Beast stays in the two files that include this.
namespace familiar::http {

using request_parser = boost::beast::http::request_parser<boost::beast::http::buffer_body>;

/// Method, target and headers of what has been parsed.
request to_request(const request_parser& parser);

/// What is wrong with the message itself (400, 417, 501): lengths that contradict each other, which is how a request is
/// smuggled past a proxy (RFC 9112, 6.3), an unknown transfer coding, not exactly one Host, an unknown method or
/// expectation.
std::optional<response> refuse_message(const request_parser& parser);

/// What no route takes: 404, 405, 411, 413, 415.
std::optional<response> refuse_request(const request_parser& parser, const router::match& found, const limits& bounds);

/// The answer to what could not be read or parsed: 431, 413, 408 or 400; none if the peer is gone.
std::optional<response> refuse_unreadable(boost::system::error_code failure, bool expired, const limits& bounds);

}  // namespace familiar::http
