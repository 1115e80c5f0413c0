#pragma once

#include <string_view>

namespace familiar::triage {

/// Whether `path` matches `pattern` as a whole, in any case (both forges hold paths that differ only in case to be the
/// same).
/// `*` is any text without '/', `**` any text, and a segment `**` may be absent: "acme/**/tool" matches "acme/tool".
/// All else is literal. Takes pattern length times path length steps at most, whatever the pattern.
bool glob_match(std::string_view pattern, std::string_view path);

}  // namespace familiar::triage
