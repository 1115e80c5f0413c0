#pragma once

#include "http/message.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace familiar::http {

/// The decoded value of the first query parameter of that name ("?state=running" has `state`); empty if it is there
/// without one. '+' is a blank, as browsers and curl send it. None if it is absent, or if anything in the query is
/// malformed: an escape that is no two hexadecimal digits, or a character that a URL cannot hold.
std::optional<std::string> query_parameter(const request& asked, std::string_view name);

}  // namespace familiar::http
