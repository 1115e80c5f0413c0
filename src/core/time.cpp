#include "core/time.hpp"

#include "core/digits.hpp"

#include <array>
#include <charconv>
#include <limits>

namespace familiar::core {

namespace {

using std::chrono::milliseconds;

struct unit {
    std::string_view name;
    milliseconds length;
};

// Longest first: that is also the order in which they may stand.
constexpr std::array<unit, 5> units{{{"d", std::chrono::hours(24)},
                                     {"h", std::chrono::hours(1)},
                                     {"m", std::chrono::minutes(1)},
                                     {"s", std::chrono::seconds(1)},
                                     {"ms", milliseconds(1)}}};

/// Reads `digits` decimal digits off the front of `text`.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
    if (text.size() < digits) return std::nullopt;
    const auto number = text.substr(0, digits);
    int value = 0;
    const auto [end, failed] = std::from_chars(number.data(), number.data() + number.size(), value);
    if (failed != std::errc{} || end != number.data() + number.size() || value < 0) return std::nullopt;
    text.remove_prefix(digits);
    return value;
}

bool take(std::string_view& text, std::string_view expected) {
    if (!text.starts_with(expected)) return false;
    text.remove_prefix(expected.size());
    return true;
}

/// A fraction of any length, to the millisecond; none at all is zero.
std::optional<milliseconds> take_fraction(std::string_view& text) {
    if (!take(text, ".")) return milliseconds(0);
    int value = 0;
    std::size_t digits = 0;
    for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1), ++digits)
        if (digits < 3) value = value * 10 + (text.front() - '0');
    if (digits == 0) return std::nullopt;
    for (auto scale = digits; scale < 3; ++scale) value *= 10;
    return milliseconds(value);
}

std::optional<std::chrono::minutes> take_offset(std::string_view& text) {
    if (take(text, "Z") || take(text, "z") || take(text, " UTC")) return std::chrono::minutes(0);
    take(text, " ");
    const int sign = take(text, "+") ? 1 : take(text, "-") ? -1 : 0;
    const auto hours = take_number(text, 2);
    take(text, ":");
    const auto minutes = take_number(text, 2);
    if (sign == 0 || !hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
    return sign * (std::chrono::hours(*hours) + std::chrono::minutes(*minutes));
}

}  // namespace

wall_time now() {
    return std::chrono::floor<milliseconds>(wall_clock::now());
}

std::string to_rfc3339(wall_time time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    std::string text;
    text.reserve(std::string_view("1994-11-06T08:49:37.000Z").size());
    const auto append = [&text](auto number, std::size_t width, char then) {
        append_digits(text, static_cast<unsigned>(number), width);
        text += then;
    };
    append(int(date.year()), 4, '-');
    append(unsigned(date.month()), 2, '-');
    append(unsigned(date.day()), 2, 'T');
    append(clock.hours().count(), 2, ':');
    append(clock.minutes().count(), 2, ':');
    append(clock.seconds().count(), 2, '.');
    append(clock.subseconds().count(), 3, 'Z');
    return text;
}

std::string to_file_stamp(wall_time time) {
    std::string stamp;
    for (const char c : to_rfc3339(time).substr(0, 19))
        if (c != '-' && c != ':') stamp += c;
    return stamp + "Z";
}

std::optional<wall_time> parse_time(std::string_view text) {
    const auto year = take_number(text, 4);
    if (!year || !take(text, "-")) return std::nullopt;
    const auto month = take_number(text, 2);
    if (!month || !take(text, "-")) return std::nullopt;
    const auto day = take_number(text, 2);
    if (!day || !(take(text, "T") || take(text, "t") || take(text, " "))) return std::nullopt;
    const auto hour = take_number(text, 2);
    if (!hour || !take(text, ":")) return std::nullopt;
    const auto minute = take_number(text, 2);
    if (!minute || !take(text, ":")) return std::nullopt;
    const auto second = take_number(text, 2);
    const auto fraction = take_fraction(text);
    const auto offset = take_offset(text);
    const auto date = std::chrono::year(*year) / *month / *day;
    if (!second || !fraction || !offset || !text.empty() || !date.ok() || *hour > 23 || *minute > 59 || *second > 60)
        return std::nullopt;
    const auto time = wall_time(std::chrono::sys_days(date)) + std::chrono::hours(*hour) +
                      std::chrono::minutes(*minute) + std::chrono::seconds(*second) + *fraction - *offset;
    // An offset or a leap second may lead out of the years that RFC 3339 can write.
    constexpr std::chrono::sys_days first(std::chrono::year(0) / 1 / 1);
    constexpr std::chrono::sys_days end(std::chrono::year(10000) / 1 / 1);
    if (time < first || time >= end) return std::nullopt;
    return time;
}

std::optional<milliseconds> parse_duration(std::string_view text) {
    if (text == "0") return milliseconds(0);
    if (text.empty()) return std::nullopt;
    milliseconds total(0);
    auto next_unit = units.begin();
    while (!text.empty()) {
        milliseconds::rep count = 0;
        if (text.front() < '0' || text.front() > '9') return std::nullopt;
        const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), count);
        if (failed != std::errc{}) return std::nullopt;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        const auto name = text.substr(0, text.find_first_of("0123456789"));
        while (next_unit != units.end() && next_unit->name != name) ++next_unit;
        if (next_unit == units.end()) return std::nullopt;
        constexpr auto most = std::numeric_limits<milliseconds::rep>::max();
        if (count > (most - total.count()) / next_unit->length.count()) return std::nullopt;
        total += count * next_unit->length;
        text.remove_prefix(name.size());
        ++next_unit;
    }
    return total;
}

std::string to_text(milliseconds duration) {
    std::string text;
    for (const auto& [name, length] : units) {
        if (const auto count = duration / length; count != 0) {
            text += std::to_string(count);
            text += name;
        }
        duration %= length;
    }
    return text.empty() ? "0s" : text;
}

}  // namespace familiar::core
