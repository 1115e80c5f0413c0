#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

/// Wall-clock times as the outside sees them, always UTC, and durations as people write them.
namespace familiar::core {

using wall_clock = std::chrono::system_clock;
using wall_time = std::chrono::sys_time<std::chrono::milliseconds>;

/// The time now, to the millisecond.
wall_time now();

/// RFC 3339 with milliseconds and Z: "2026-01-31T12:00:00.250Z".
std::string to_rfc3339(wall_time time);

/// A form that sorts and is safe in file names: "20260131T120000Z".
std::string to_file_stamp(wall_time time);

/// Reads RFC 3339 with any offset and any number of fractional digits (docker prints nine), and the second form that
/// GitLab sends, "2026-01-31 12:00:00 UTC". Empty if it is neither.
std::optional<wall_time> parse_time(std::string_view text);

/// "90s", "30m", "1h30m", "250ms", "30d", "0"; units descend and none is repeated. Empty if it is no duration, is
/// negative, or does not fit.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// The shortest form that parse_duration reads back: "1h30m", "250ms", "0s".
std::string to_text(std::chrono::milliseconds duration);

}  // namespace familiar::core
