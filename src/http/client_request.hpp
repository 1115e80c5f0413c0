#pragma once

#include "core/error.hpp"
#include "http/client.hpp"
#include "http/client_url.hpp"

#include <optional>
#include <string>

/// What the client writes on a connection. Pure.
namespace familiar::http {

/// The request as bytes. In absolute form for a proxy on the way of an http URL. `keep` asks the server to keep the
/// connection. errc::invalid for a method or a header that would be read as something else (a line break in a value),
/// and for the headers that are the client's own.
core::result<std::string> to_bytes(const request_out& request, const destination& where,
                                   const std::optional<proxy>& through, const std::string& user_agent, bool keep);

/// RFC 9110, 9.2.2, as far as we send such: the same request twice does what it does once.
bool is_idempotent(const std::string& method);

}  // namespace familiar::http
