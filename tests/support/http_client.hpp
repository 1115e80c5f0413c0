#pragma once

#include "support/raw_http.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace familiar::test {

using http_headers = std::vector<std::pair<std::string, std::string>>;

/// One request on a connection of its own; blocks until the answer is there. Throws if there is no server or no answer.
inline http_response http_request(const std::string& host, std::uint16_t port, const std::string& method,
                                  const std::string& target, const http_headers& headers = {},
                                  const std::string& body = {}) {
    std::string text = method + ' ' + target + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n";
    for (const auto& [name, value] : headers) text += name + ": " + value + "\r\n";
    if (!body.empty() || method == "POST") text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    raw_connection connection(port, host);
    connection.send(text + "\r\n" + body);
    return connection.read_response(method == "HEAD");
}

}  // namespace familiar::test
