#include "http/client_url.hpp"

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string_view>
#include <system_error>

namespace familiar::http {

namespace {

constexpr std::string_view name_letters = "abcdefghijklmnopqrstuvwxyz0123456789-._";

/// A URL to show: without the parts that may hold a secret.
std::string without_secrets(std::string text) {
    text.erase(std::min(text.find_first_of("?#"), text.size()));
    const auto scheme = text.find("://");
    const auto host = scheme == std::string::npos ? 0 : scheme + 3;
    const auto at = text.substr(0, text.find('/', host)).rfind('@');
    if (at != std::string::npos && at >= host) text.erase(host, at + 1 - host);
    return text;
}

std::string bracketed(const std::string& host) {
    return host.find(':') == std::string::npos ? host : '[' + host + ']';
}

bool is_port(const std::string& digits) {
    std::uint16_t number = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return read.ec == std::errc() && number != 0;
}

core::error invalid(const std::string& why, const std::string& url) {
    return core::fail(core::errc::invalid, why + ": " + without_secrets(url));
}

}  // namespace

std::string destination::host_and_port() const {
    return bracketed(host) + ':' + port;
}

std::string destination::origin() const {
    return (tls ? "https://" : "http://") + host_and_port();
}

std::string destination::url() const {
    return (tls ? "https://" : "http://") + authority + target;
}

core::result<destination> parse_destination(const std::string& url) {
    const auto parsed = boost::urls::parse_uri(url);
    if (!parsed || parsed->host().empty()) return invalid("not a URL", url);
    const auto scheme = boost::algorithm::to_lower_copy(std::string(parsed->scheme()));
    if (scheme != "http" && scheme != "https") return invalid("only http:// and https:// are spoken here", url);
    if (parsed->has_userinfo()) return invalid("credentials do not belong in a URL", url);

    destination where;
    where.tls = scheme == "https";
    const auto kind = parsed->host_type();
    where.is_address = kind == boost::urls::host_type::ipv4 || kind == boost::urls::host_type::ipv6;
    where.host = boost::algorithm::to_lower_copy(where.is_address ? std::string(parsed->host_address())
                                                                  : std::string(parsed->host()));
    if (!where.is_address && where.host.find_first_not_of(name_letters) != std::string::npos)
        return invalid("not a host name", url);
    where.authority = bracketed(where.host);
    where.port = parsed->port();
    if (where.port.empty()) {
        where.port = where.tls ? "443" : "80";
    } else {
        if (!is_port(where.port)) return invalid("not a port", url);
        where.authority += ':' + where.port;
    }
    where.target = parsed->encoded_target();
    if (where.target.empty() || where.target.front() != '/') where.target.insert(0, 1, '/');
    return where;
}

std::optional<destination> redirected(const destination& from, const std::string& location) {
    const auto origin = from.url();
    const auto base = boost::urls::parse_uri(origin);
    const auto reference = boost::urls::parse_uri_reference(location);
    if (!base || !reference) return std::nullopt;
    boost::urls::url whole;
    if (!boost::urls::resolve(*base, *reference, whole)) return std::nullopt;
    auto where = parse_destination(whole.buffer());
    if (!where) return std::nullopt;
    // Boost 1.81 makes "a/b" of "a%2Fb", which is another resource: a target that is whole stays as it came.
    const std::string_view target = reference->encoded_target();
    if (target.starts_with('/')) where->target = target;
    if (target.starts_with('?')) where->target = std::string(std::string_view(base->encoded_path())).append(target);
    return *where;
}

}  // namespace familiar::http
