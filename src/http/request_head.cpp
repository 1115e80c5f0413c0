#include "http/request_head.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>

#include <iterator>
#include <string_view>

namespace familiar::http {

namespace beast = boost::beast;
using beast::http::field;

namespace {

response body_too_large(const limits& bounds) {
    return error(413, "the body is larger than " + std::to_string(bounds.max_body) + " bytes");
}

/// A request target in its origin form ("/path?query"); proxies send the absolute one, which every server takes.
std::string_view origin_form(std::string_view target) {
    const auto scheme = target.find("://");
    if (target.starts_with('/') || scheme == std::string_view::npos) return target;
    const auto path = target.find('/', scheme + 3);
    return path == std::string_view::npos ? std::string_view("/") : target.substr(path);
}

bool is_json(std::string_view content_type) {
    content_type = content_type.substr(0, content_type.find(';'));
    while (content_type.ends_with(' ') || content_type.ends_with('\t')) content_type.remove_suffix(1);
    return beast::iequals(content_type, "application/json");
}

}  // namespace

request to_request(const request_parser& parser) {
    const auto& message = parser.get();
    const auto target = origin_form(message.target());
    const auto question = target.find('?');
    request incoming;
    incoming.method = message.method_string();
    incoming.path = target.substr(0, question);
    if (question != std::string_view::npos) incoming.query = target.substr(question + 1);
    incoming.headers.reserve(static_cast<std::size_t>(std::distance(message.begin(), message.end())));
    for (const auto& line : message) incoming.headers.emplace_back(line.name_string(), line.value());
    return incoming;
}

std::optional<response> refuse_message(const request_parser& parser) {
    const auto& message = parser.get();
    const auto lengths = message.count(field::content_length);
    const auto codings = message.count(field::transfer_encoding);
    if (lengths > 1 || (lengths == 1 && message[field::content_length].find(',') != std::string_view::npos))
        return error(400, "more than one Content-Length");
    if (lengths > 0 && codings > 0) return error(400, "Content-Length together with Transfer-Encoding");
    if (codings > 0 && message.version() < 11) return error(400, "Transfer-Encoding in an HTTP/1.0 request");
    if (codings > 1 || (codings == 1 && !beast::iequals(message[field::transfer_encoding], "chunked")))
        return error(501, "no transfer coding but chunked is known here");
    if (message.version() >= 11 && message.count(field::host) != 1) return error(400, "not exactly one Host header");
    if (message.method() == beast::http::verb::unknown) return error(501, "an unknown method");
    if (message.version() >= 11 && message.count(field::expect) > 0 &&
        !beast::iequals(message[field::expect], "100-continue"))
        return error(417, "no expectation but 100-continue is met here");
    return {};
}

std::optional<response> refuse_request(const request_parser& parser, const router::match& found, const limits& bounds) {
    if (!found.found) {
        if (found.allow.empty()) return error(404, "not found");
        auto answer = error(405, "method not allowed");
        answer.headers.emplace_back("Allow", found.allow);
        return answer;
    }
    const auto length = parser.content_length();
    // Without a length there is no body (RFC 9112, section 6.3), which suits whoever needs none.
    if (found.found->body == body_type::json && !length && !parser.chunked())
        return error(411, "Content-Length is missing");
    if (length && *length > bounds.max_body) return body_too_large(bounds);
    if (found.found->body == body_type::json && !is_json(parser.get()[field::content_type]))
        return error(415, "Content-Type must be application/json; choose it in the webhook's settings");
    return {};
}

std::optional<response> refuse_unreadable(boost::system::error_code failure, bool expired, const limits& bounds) {
    using parse_error = beast::http::error;
    if (expired) return error(408, "the request took too long to arrive");
    if (failure == parse_error::partial_message) return error(400, "the request ends in the middle of its body");
    if (failure == parse_error::body_limit) return body_too_large(bounds);
    if (failure == parse_error::header_limit || failure == parse_error::buffer_overflow)
        return error(431, "the request's header is too large");
    if (failure.category() != make_error_code(parse_error::bad_method).category()) return {};
    return error(400, "malformed request: " + failure.message());
}

}  // namespace familiar::http
