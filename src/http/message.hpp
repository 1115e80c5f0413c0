#pragma once

#include "core/time.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace familiar::http {

using header_list = std::vector<std::pair<std::string, std::string>>;

/// A request that has been read to its end.
struct request {
    std::string method;   ///< as sent, upper case by convention; "HEAD" also where a GET handler answers it
    std::string path;     ///< of the target, not percent-decoded, without the query
    std::string query;    ///< what follows '?', without it
    std::string id;       ///< what stands in the place of the pattern's "{id}"; empty if it has none
    header_list headers;  ///< in the order they came, names as sent
    std::string body;
    std::string remote;  ///< the peer's address without port
    core::wall_time received{};

    /// The value of the first header of that name, any case.
    std::optional<std::string> header(std::string_view name) const;
};

/// Where a handler writes a body whose length nobody knows yet.
class body_writer {
public:
    virtual ~body_writer() = default;

    /// Sends a piece, and holds nothing of it when it returns: one at a time, small ones. An empty one is none. False
    /// if the client is gone or too slow to take it, or the server closes: then the handler ends. Throws
    /// operation_aborted when cancelled.
    virtual boost::asio::awaitable<bool> write(std::string piece) = 0;
};

/// Content-Length, Date and Connection are added by the server; a body answered to HEAD is counted and left out.
struct response {
    unsigned status = 200;
    std::string content_type{};  ///< none if empty
    std::string body{};
    header_list headers{};
    bool close = false;  ///< end the connection after it

    /// In place of `body`, if set: writes it piece by piece, after the head was sent. Not bound by the time of a
    /// request. Cancelled when the client goes away or the server closes. Never called for HEAD. What it throws is
    /// logged, and the body is left without its end, so that the client sees that it is not whole (in HTTP/1.0 there is
    /// no such sign). The function lives as long as its coroutine.
    std::function<boost::asio::awaitable<void>(body_writer&)> stream{};
};

response json(unsigned status, const boost::json::object& value);
response text(unsigned status, std::string value);

/// `{"error":"message"}`. The message is for a stranger: nothing internal in it.
response error(unsigned status, std::string_view message);

/// 503 with Retry-After in whole seconds.
response unavailable(std::string_view message, std::chrono::seconds retry_after);

}  // namespace familiar::http
