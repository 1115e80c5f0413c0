#include "core/http_date.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

namespace familiar::core {

namespace {

constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/// The words and numbers, apart from what is between them.
std::vector<std::string_view> parts_of(std::string_view text) {
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        const auto end = text.find_first_of(" ,-:");
        if (end != 0) parts.push_back(text.substr(0, end));
        if (end == text.npos) break;
        text.remove_prefix(end + 1);
    }
    return parts;
}

/// -1 for what is no number.
int number(std::string_view text) {
    int value = -1;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    return failed == std::errc{} && end == text.data() + text.size() ? value : -1;
}

/// A year of two digits is the one of that ending which is no more than fifty years ahead (RFC 9110, 5.6.7); what is
/// read here is about now, so this century is near enough.
int year(std::string_view text) {
    const int value = number(text);
    return text.size() == 2 && value >= 0 ? value + 2000 : value;
}

}  // namespace

std::optional<wall_time> parse_http_date(std::string_view text) {
    auto parts = parts_of(text);
    const bool has_zone = parts.size() == 8 && parts.back() == "GMT";
    const bool is_asctime = parts.size() == 7 && number(parts[1]) < 0;
    if (!has_zone && !is_asctime) return std::nullopt;
    // "Sun Nov 6 08:49:37 1994" against "Sun, 06 Nov 1994 08:49:37 GMT" and "Sunday, 06-Nov-94 08:49:37 GMT".
    if (is_asctime) parts = {parts[0], parts[2], parts[1], parts[6], parts[3], parts[4], parts[5]};

    const int day = number(parts[1]);
    const auto month = static_cast<unsigned>(std::ranges::find(months, parts[2]) - months.begin()) + 1;
    const int in_year = year(parts[3]);
    const int hour = number(parts[4]);
    const int minute = number(parts[5]);
    const int second = number(parts[6]);
    const bool in_range = day > 0 && day < 32 && in_year >= 1970 && in_year < 10000 && hour >= 0 && hour < 24 &&
                          minute >= 0 && minute < 60 && second >= 0 && second <= 60;
    if (!in_range) return std::nullopt;
    const auto date =
        std::chrono::year(in_year) / std::chrono::month(month) / std::chrono::day(static_cast<unsigned>(day));
    if (!date.ok()) return std::nullopt;
    return wall_time(std::chrono::sys_days(date)) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
           std::chrono::seconds(second);
}

}  // namespace familiar::core
