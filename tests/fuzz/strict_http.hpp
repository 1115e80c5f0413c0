#pragma once

#include <boost/algorithm/string/predicate.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// HTTP/1.1 as RFC 9112 has it for those who take nothing on trust: what a careful proxy before the server would take
/// for a request. The server may refuse more, but what it accepts has to be the same request with the same body, or a
/// request can be smuggled.
namespace familiar::fuzz {

struct strict_request {
    std::string method;
    std::string target;
    std::string body;
};

/// Takes a line that ends in CRLF off the front, without it; none where a CR or LF stands alone, or the end is missing.
inline std::optional<std::string_view> take_crlf_line(std::string_view& wire) {
    const auto end = wire.find('\n');
    if (end == std::string_view::npos || end == 0 || wire[end - 1] != '\r') return std::nullopt;
    const auto line = wire.substr(0, end - 1);
    if (line.find('\r') != std::string_view::npos) return std::nullopt;
    wire.remove_prefix(end + 1);
    return line;
}

inline bool is_token(std::string_view text) {
    constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::ranges::all_of(text, [&](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
               others.find(c) != std::string_view::npos;
    });
}

/// The whole text as a number to this base.
inline std::optional<std::size_t> strict_number(std::string_view text, int base) {
    std::size_t value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (failed != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
    return value;
}

/// How long the body is, from the lines of a header; none for a header that is wrong, or says two things.
struct framing {
    bool chunked = false;
    std::size_t length = 0;
};

inline std::optional<framing> take_fields(std::string_view& wire, bool http_1_0) {
    framing body;
    int lengths = 0;
    int codings = 0;
    int hosts = 0;
    for (;;) {
        const auto line = take_crlf_line(wire);
        if (!line) return std::nullopt;
        if (line->empty()) break;
        const auto colon = line->find(':');
        const auto name = line->substr(0, colon);
        if (colon == std::string_view::npos || !is_token(name)) return std::nullopt;
        auto value = line->substr(colon + 1);
        while (value.starts_with(' ') || value.starts_with('\t')) value.remove_prefix(1);
        while (value.ends_with(' ') || value.ends_with('\t')) value.remove_suffix(1);
        if (value.find('\0') != std::string_view::npos) return std::nullopt;
        using boost::algorithm::iequals;
        if (iequals(name, "host")) ++hosts;
        if (iequals(name, "content-length")) {
            const auto length = strict_number(value, 10);
            if (!length) return std::nullopt;
            body.length = *length;
            ++lengths;
        }
        if (iequals(name, "transfer-encoding")) {
            if (!iequals(value, "chunked")) return std::nullopt;
            body.chunked = true;
            ++codings;
        }
    }
    if (lengths + codings > 1 || (http_1_0 ? codings > 0 : hosts != 1)) return std::nullopt;
    return body;
}

inline std::optional<std::string> take_chunks(std::string_view& wire) {
    std::string body;
    for (;;) {
        const auto line = take_crlf_line(wire);
        if (!line) return std::nullopt;
        auto digits = line->substr(0, line->find(';'));
        while (digits.ends_with(' ') || digits.ends_with('\t')) digits.remove_suffix(1);
        const auto size = strict_number(digits, 16);
        if (!size) return std::nullopt;
        if (*size == 0) break;
        if (wire.size() < 2 || *size > wire.size() - 2 || wire.substr(*size, 2) != "\r\n") return std::nullopt;
        body += wire.substr(0, *size);
        wire.remove_prefix(*size + 2);
    }
    for (;;) {
        const auto trailer = take_crlf_line(wire);
        if (!trailer) return std::nullopt;
        if (trailer->empty()) return body;
    }
}

/// Takes a whole request off the front; none if what stands there is not one.
inline std::optional<strict_request> take_request(std::string_view& wire) {
    while (wire.starts_with('\r') || wire.starts_with('\n')) wire.remove_prefix(1);
    const auto line = take_crlf_line(wire);
    if (!line) return std::nullopt;
    const auto first = line->find(' ');
    const auto last = line->rfind(' ');
    if (first == std::string_view::npos || first == last) return std::nullopt;
    const auto version = line->substr(last + 1);
    const bool http_1_0 = version == "HTTP/1.0";
    strict_request request{.method = std::string(line->substr(0, first)),
                           .target = std::string(line->substr(first + 1, last - first - 1)),
                           .body = {}};
    const bool odd =
        std::ranges::any_of(request.target, [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7F; });
    if (!is_token(request.method) || request.target.empty() || odd || (!http_1_0 && version != "HTTP/1.1"))
        return std::nullopt;

    const auto body = take_fields(wire, http_1_0);
    if (!body) return std::nullopt;
    if (body->chunked) {
        auto text = take_chunks(wire);
        if (!text) return std::nullopt;
        request.body = std::move(*text);
    } else {
        if (wire.size() < body->length) return std::nullopt;
        request.body = wire.substr(0, body->length);
        wire.remove_prefix(body->length);
    }
    return request;
}

}  // namespace familiar::fuzz
