#include "http/message.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/json/serialize.hpp>

namespace familiar::http {

std::optional<std::string> request::header(std::string_view name) const {
    for (const auto& [key, value] : headers)
        if (boost::beast::iequals(key, name)) return value;
    return {};
}

response json(unsigned status, const boost::json::object& value) {
    return {.status = status, .content_type = "application/json", .body = boost::json::serialize(value)};
}

response text(unsigned status, std::string value) {
    return {.status = status, .content_type = "text/plain; charset=utf-8", .body = std::move(value)};
}

response error(unsigned status, std::string_view message) {
    boost::json::object value;
    value["error"] = message;
    return json(status, value);
}

response unavailable(std::string_view message, std::chrono::seconds retry_after) {
    auto answer = error(503, message);
    answer.headers.emplace_back("Retry-After", std::to_string(retry_after.count()));
    return answer;
}

}  // namespace familiar::http
