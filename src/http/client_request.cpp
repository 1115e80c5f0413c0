#include "http/client_request.hpp"

#include <boost/algorithm/string/predicate.hpp>

#include <algorithm>
#include <array>
#include <string_view>

namespace familiar::http {

namespace {

/// RFC 9110, 5.6.2.
bool is_token(std::string_view text) {
    constexpr std::string_view letters =
        "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    return !text.empty() && text.find_first_not_of(letters) == text.npos;
}

/// Control characters but for the tab, line breaks first of all, end a value or hide what follows (RFC 9110, 5.5).
bool is_value(std::string_view text) {
    return std::none_of(text.begin(), text.end(),
                        [](unsigned char byte) { return (byte < 0x20 && byte != '\t') || byte == 0x7f; });
}

bool is_ours(const std::string& name) {
    constexpr std::array ours{"Host",       "User-Agent",         "Content-Length", "Transfer-Encoding",
                              "Connection", "Proxy-Authorization"};
    return std::any_of(ours.begin(), ours.end(), [&](const char* own) { return boost::algorithm::iequals(name, own); });
}

bool has_body(const request_out& request) {
    return !request.body.empty() || request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
}

}  // namespace

core::result<std::string> to_bytes(const request_out& request, const destination& where,
                                   const std::optional<proxy>& through, const std::string& user_agent, bool keep) {
    if (!is_token(request.method)) return core::fail(core::errc::invalid, "not the method of a request");
    const bool absolute = through && !where.tls;
    std::string text = request.method + ' ' + (absolute ? where.url() : where.target) +
                       " HTTP/1.1\r\nHost: " + where.authority + "\r\n";
    const auto add = [&text](const std::string& name, const std::string& value) {
        text.append(name).append(": ").append(value).append("\r\n");
    };
    if (!user_agent.empty()) add("User-Agent", user_agent);
    if (absolute && !through->authorization.empty()) add("Proxy-Authorization", through->authorization);
    for (const auto& [name, value] : request.headers) {
        if (!is_token(name) || is_ours(name))
            return core::fail(core::errc::invalid, "not a header to send to " + where.authority);
        if (!is_value(value))
            return core::fail(core::errc::invalid,
                              "the header " + name + " for " + where.authority + " has a line break or the like");
        add(name, value);
    }
    if (has_body(request)) add("Content-Length", std::to_string(request.body.size()));
    if (!keep) add("Connection", "close");
    return text.append("\r\n").append(request.body);
}

bool is_idempotent(const std::string& method) {
    return method == "GET" || method == "HEAD" || method == "PUT" || method == "DELETE";
}

}  // namespace familiar::http
