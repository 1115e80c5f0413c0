#pragma once

#include <string>
#include <string_view>

namespace familiar::observe {

/// `text` on one line that no terminal acts on: C0 and C1 control characters, DEL, line separators, bidirectional
/// overrides and bytes that are not UTF-8 become \n, \t, \r, \x1b, \u202e, \xff.
std::string escape_control(std::string_view text);

/// Nothing but printable ASCII, which escape_control() leaves as it is.
bool is_printable_ascii(std::string_view text);

}  // namespace familiar::observe
