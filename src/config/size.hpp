#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace familiar::config {

inline constexpr std::uint64_t kibibyte = 1ULL << 10;
inline constexpr std::uint64_t mebibyte = 1ULL << 20;
inline constexpr std::uint64_t gibibyte = 1ULL << 30;
inline constexpr std::uint64_t tebibyte = 1ULL << 40;

/// Bytes as people write them: "512m", "25MiB", "1GiB", "4g", "64kb", "1024", in any case. As with docker, k, m, g and
/// t are powers of 1024 with and without b or ib behind them. Empty if it is no such size, or more than 64 bits hold.
std::optional<std::uint64_t> parse_size(std::string_view text);

/// The form with the largest unit that leaves a whole number: "25MiB", "1000".
std::string size_to_text(std::uint64_t bytes);

}  // namespace familiar::config
