#pragma once

#include <string>
#include <string_view>

namespace familiar::core {

/// The text with every byte that is no part of a well-formed UTF-8 sequence (RFC 3629: no surrogates, nothing overlong,
/// nothing above U+10FFFF) replaced by U+FFFD. Valid text comes back as it is.
std::string to_valid_utf8(std::string_view text);

}  // namespace familiar::core
