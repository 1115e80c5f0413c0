#pragma once

#include "core/time.hpp"

#include <string>
#include <string_view>

namespace familiar::core {

/// A new lower-case ULID: 48 bits of `time` and 80 random bits in Crockford's base 32, 26 characters. Ids made later by
/// this process sort after earlier ones, also within one millisecond (source: github.com/ulid/spec, "Monotonicity").
/// Not thread-safe: ids are made on the event loop.
std::string make_ulid(wall_time time = now());

/// True for 26 characters of the lower-case alphabet with a time that fits 48 bits.
bool is_ulid(std::string_view text);

}  // namespace familiar::core
