#pragma once

#include "core/error.hpp"
#include "http/client_url.hpp"

#include <map>
#include <optional>
#include <string>

/// Whether a request goes through a proxy, as the environment says it. The rules are curl's, which git goes by too
/// (source: curl(1), "ENVIRONMENT"), and besides Go's for this machine itself: a loopback address and "localhost" are
/// never asked of a proxy. Pure, apart from proxies_of_process().
namespace familiar::http {

/// The variables' values, empty where not set.
struct proxy_settings {
    std::string http{};      ///< for http: URLs
    std::string https{};     ///< for https: URLs
    std::string no_proxy{};  ///< hosts that are asked directly
};

/// Reads https_proxy, HTTPS_PROXY, http_proxy, no_proxy and NO_PROXY; lower case wins. HTTP_PROXY is not read: in a CGI
/// it is a stranger's header.
proxy_settings proxies_in(const std::map<std::string, std::string>& environment);

/// The same of this process's environment.
proxy_settings proxies_of_process();

struct proxy {
    std::string host;
    std::string port;
    std::string authorization;  ///< the value of Proxy-Authorization; empty without credentials in the proxy's URL

    std::string authority() const { return host + ':' + port; }
};

/// The proxy on the way there; none if it is asked directly. errc::invalid for a proxy that is no http:// one (without
/// a scheme it is; 1080 without a port), with the variable's name.
///
/// no_proxy: names separated by commas or blanks, each good for the host itself and what ends in "." and it (a leading
/// dot is ignored); an address or a network such as 10.0.0.0/8 for addresses; "*" alone for everything.
core::result<std::optional<proxy>> proxy_for(const proxy_settings& settings, const destination& where);

}  // namespace familiar::http
