#pragma once

#include "core/error.hpp"

#include <optional>
#include <string>

/// Where a request goes. Pure.
namespace familiar::http {

/// A URL, taken apart.
struct destination {
    bool tls = false;         ///< https
    bool is_address = false;  ///< the host is an IP address, not a name
    std::string host;         ///< in lower case; an IPv6 address without brackets
    std::string port;         ///< the scheme's own if the URL has none
    std::string authority;    ///< for Host: the host and the port, as far as the URL has one
    std::string target;       ///< path and query, "/" at least; the fragment is for nobody but the reader

    /// "host:port", an IPv6 address in brackets.
    std::string host_and_port() const;

    /// "https://host:port": what a connection and a credential are good for.
    std::string origin() const;

    /// The URL without its fragment, as a proxy wants it.
    std::string url() const;
};

/// errc::invalid for what is no http or https URL of a host, and for one with credentials: those would end up in logs
/// and at whoever a redirect names. Errors show the URL without credentials, query and fragment.
core::result<destination> parse_destination(const std::string& url);

/// Where a Location leads that came from there. None if it is no URL.
std::optional<destination> redirected(const destination& from, const std::string& location);

}  // namespace familiar::http
