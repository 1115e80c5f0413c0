#pragma once

#include "core/time.hpp"

#include <optional>
#include <string_view>

namespace familiar::core {

/// Reads an HTTP-date in its three forms (RFC 9110, 5.6.7). Empty if it is none. The day of the week is not looked at.
std::optional<wall_time> parse_http_date(std::string_view text);

}  // namespace familiar::core
