#pragma once

#include "core/time.hpp"

#include <boost/json/object.hpp>

#include <chrono>
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

/// Content-Length, Date and Connection are added by the server; a body answered to HEAD is counted and left out.
struct response {
    unsigned status = 200;
    std::string content_type{};  ///< none if empty
    std::string body{};
    header_list headers{};
    bool close = false;  ///< end the connection after it
};

response json(unsigned status, const boost::json::object& value);
response text(unsigned status, std::string value);

/// `{"error":"message"}`. The message is for a stranger: nothing internal in it.
response error(unsigned status, std::string_view message);

/// 503 with Retry-After in whole seconds.
response unavailable(std::string_view message, std::chrono::seconds retry_after);

}  // namespace familiar::http
