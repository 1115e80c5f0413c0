#pragma once

#include "http/message.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace familiar::http {

/// Answers a request. Cancelled when the request's time is up (the client gets 503) or the server ends; what it throws
/// otherwise is logged and becomes a 500 that says nothing.
using handler = std::function<boost::asio::awaitable<response>(request)>;

/// What a route takes as the body of a request.
enum class body_type {
    any,
    json,  ///< Content-Type application/json, or 415 that says how to set it at the forge
};

/// The table of routes.
class router {
public:
    struct route {
        std::string method;
        std::string pattern;
        handler handle;
        std::string label;  ///< in http_request_duration_seconds
        body_type body = body_type::any;
    };

    /// What a method and a path lead to: a route; or none, with the methods that the path knows (none: 404, else 405).
    struct match {
        const route* found = nullptr;
        std::string id{};
        std::string allow{};  ///< "GET, HEAD", for the Allow header
    };

    /// `pattern` is a path, in which one segment may be "{id}": one or more characters but '/'. An exact pattern goes
    /// before one with "{id}". A GET route answers HEAD too. The label is the pattern if empty.
    void add(std::string method, std::string pattern, handler handle, std::string label = {},
             body_type body = body_type::any);

    match find(std::string_view method, std::string_view path) const;

    const std::vector<route>& routes() const noexcept { return routes_; }

private:
    std::vector<route> routes_;
};

}  // namespace familiar::http
