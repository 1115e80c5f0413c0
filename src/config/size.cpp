#include "config/size.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <limits>
#include <utility>

namespace familiar::config {

namespace {

constexpr std::array<std::pair<char, std::uint64_t>, 4> units{
    {{'t', tebibyte}, {'g', gibibyte}, {'m', mebibyte}, {'k', kibibyte}}};

/// What a suffix multiplies with; 0 if there is no such suffix.
std::uint64_t factor(std::string_view suffix) {
    std::string lower(suffix);
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (lower.empty() || lower == "b") return 1;
    const auto rest = std::string_view(lower).substr(1);
    if (!rest.empty() && rest != "b" && rest != "ib") return 0;
    const auto* const unit = std::ranges::find(units, lower.front(), &std::pair<char, std::uint64_t>::first);
    return unit == units.end() ? 0 : unit->second;
}

}  // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) {
    std::uint64_t count = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (failed != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const auto scale = factor(text);
    if (scale == 0 || count > std::numeric_limits<std::uint64_t>::max() / scale) return std::nullopt;
    return count * scale;
}

std::string size_to_text(std::uint64_t bytes) {
    for (const auto& [name, scale] : units)
        if (bytes != 0 && bytes % scale == 0)
            return std::to_string(bytes / scale) + static_cast<char>(std::toupper(name)) + "iB";
    return std::to_string(bytes);
}

}  // namespace familiar::config
