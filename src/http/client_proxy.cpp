#include "http/client_proxy.hpp"

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/predicate.hpp>
#include <boost/algorithm/string/split.hpp>
#include <boost/algorithm/string/trim.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <boost/url/parse.hpp>
#include <openssl/evp.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

namespace ip = boost::asio::ip;

namespace familiar::http {

namespace {

using environment_map = std::map<std::string, std::string>;

std::string first_of(const environment_map& environment, std::initializer_list<const char*> names) {
    for (const auto* name : names)
        if (const auto found = environment.find(name); found != environment.end() && !found->second.empty())
            return found->second;
    return {};
}

bool in_network(const ip::address& address, const std::string& network) {
    boost::system::error_code failed;
    if (address.is_v4()) {
        const auto known = ip::make_network_v4(network, failed);
        return !failed && ip::network_v4(address.to_v4(), known.prefix_length()).canonical() == known.canonical();
    }
    const auto known = ip::make_network_v6(network, failed);
    return !failed && ip::network_v6(address.to_v6(), known.prefix_length()).canonical() == known.canonical();
}

bool names_address(const std::string& entry, const ip::address& address) {
    boost::system::error_code failed;
    const auto known = ip::make_address(boost::algorithm::trim_copy_if(entry, boost::is_any_of("[]")), failed);
    return failed ? in_network(address, entry) : known == address;
}

bool names_host(std::string entry, const std::string& host) {
    boost::algorithm::to_lower(entry);
    if (entry.starts_with('.')) entry.erase(0, 1);
    return !entry.empty() && (host == entry || host.ends_with('.' + entry));
}

bool is_direct(const std::string& no_proxy, const destination& where) {
    boost::system::error_code no_address;
    const auto address = ip::make_address(where.host, no_address);
    if (where.host == "localhost" || (!no_address && address.is_loopback())) return true;
    if (no_proxy == "*") return true;
    std::vector<std::string> entries;
    boost::algorithm::split(entries, no_proxy, boost::is_any_of(", \t"), boost::algorithm::token_compress_on);
    return std::any_of(entries.begin(), entries.end(), [&](const std::string& entry) {
        return no_address ? names_host(entry, where.host) : names_address(entry, address);
    });
}

std::string basic(const std::string& credentials) {
    std::string encoded(4 * ((credentials.size() + 2) / 3) + 1, '\0');
    const auto size = ::EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                                        reinterpret_cast<const unsigned char*>(credentials.data()),
                                        static_cast<int>(credentials.size()));
    encoded.resize(static_cast<std::size_t>(size));
    return "Basic " + encoded;
}

}  // namespace

proxy_settings proxies_in(const environment_map& environment) {
    return {.http = first_of(environment, {"http_proxy"}),
            .https = first_of(environment, {"https_proxy", "HTTPS_PROXY"}),
            .no_proxy = first_of(environment, {"no_proxy", "NO_PROXY"})};
}

proxy_settings proxies_of_process() {
    environment_map environment;
    for (const auto* name : {"http_proxy", "https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY"})
        if (const char* value = std::getenv(name)) environment[name] = value;  // NOLINT(concurrency-mt-unsafe)
    return proxies_in(environment);
}

core::result<std::optional<proxy>> proxy_for(const proxy_settings& settings, const destination& where) {
    const auto& text = where.tls ? settings.https : settings.http;
    if (text.empty() || is_direct(settings.no_proxy, where)) return std::optional<proxy>();

    const auto url = text.find("://") == std::string::npos ? "http://" + text : text;
    const auto parsed = boost::urls::parse_uri(url);
    if (!parsed || parsed->host().empty() || !boost::algorithm::iequals(parsed->scheme(), "http"))
        return core::fail(core::errc::invalid, std::string(where.tls ? "https_proxy" : "http_proxy") +
                                                   " names no proxy that can be used: it looks like "
                                                   "http://proxy.example:3128");
    proxy way;
    way.host = parsed->host_type() == boost::urls::host_type::ipv6 ? std::string(parsed->host_address())
                                                                   : std::string(parsed->host());
    way.port = parsed->port().empty() ? "1080" : std::string(parsed->port());
    if (parsed->has_userinfo()) way.authorization = basic(std::string(parsed->user()) + ':' + parsed->password());
    return std::optional(std::move(way));
}

}  // namespace familiar::http
