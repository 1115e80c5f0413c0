#pragma once

#include "core/time.hpp"
#include "http/message.hpp"

#include <string>

namespace familiar::http {

/// How an answer goes onto the wire.
struct response_form {
    bool head = false;        ///< the request was HEAD: the length of the body, and no body
    bool keep_alive = false;  ///< else "Connection: close"
    bool http_1_0 = false;    ///< the client knows no chunks, and must be told if its connection stays open
};

/// The whole HTTP/1.1 message; of one with a stream the head, which announces chunks unless the client speaks HTTP/1.0.
/// Control characters in headers are left out, so that no value can start a header of its own.
std::string to_wire(const response& answer, response_form form, core::wall_time now);

/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, 5.6.7).
std::string to_http_date(core::wall_time time);

}  // namespace familiar::http
