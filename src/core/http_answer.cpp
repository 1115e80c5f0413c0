#include "core/http_answer.hpp"

#include "core/http_date.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <limits>

namespace familiar::core {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct status_row {
    unsigned status;
    errc meaning;
};

/// What is neither here nor a redirect nor 5xx is refused.
constexpr std::array statuses{
    status_row{401, errc::authentication_failed},
    status_row{403, errc::authentication_failed},
    status_row{407, errc::authentication_failed},
    status_row{404, errc::not_found},
    status_row{410, errc::not_found},
    status_row{408, errc::unavailable},
    status_row{409, errc::conflict},
    status_row{413, errc::too_large},
    status_row{429, errc::unavailable},
};

/// A reset below this is a number of seconds (the IETF's draft for RateLimit fields), above it a time since 1970.
constexpr std::int64_t earliest_epoch = 100'000'000;

char lower(char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

bool same_name(std::string_view one, std::string_view lower_case) {
    return std::ranges::equal(one, lower_case, {}, lower);
}

std::string_view trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t\r\n");
    if (begin == text.npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

/// A number of digits alone; one that fits nowhere is the largest.
std::optional<std::int64_t> to_number(std::string_view text) {
    if (text.empty() || !std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
    std::int64_t value = 0;
    const auto failed = std::from_chars(text.data(), text.data() + text.size(), value).ec;
    return failed == std::errc{} ? value : std::numeric_limits<std::int64_t>::max();
}

milliseconds bounded(std::int64_t count) {
    const auto most = std::chrono::duration_cast<seconds>(longest_wait).count();
    return seconds(std::clamp<std::int64_t>(count, 0, most));
}

milliseconds until(wall_time then, wall_time now) {
    return std::clamp(then - now, milliseconds(0), longest_wait);
}

std::optional<milliseconds> until_retry(const std::optional<std::string>& value, wall_time now) {
    if (!value) return std::nullopt;
    if (const auto count = to_number(*value)) return bounded(*count);
    if (const auto date = parse_http_date(*value)) return until(*date, now);
    return std::nullopt;
}

std::optional<milliseconds> until_reset(const std::optional<std::string>& value, wall_time now) {
    const auto count = value ? to_number(*value) : std::nullopt;
    if (!count) return std::nullopt;
    if (*count < earliest_epoch) return bounded(*count);
    const auto now_in_seconds = std::chrono::floor<seconds>(now).time_since_epoch().count();
    return bounded(*count - now_in_seconds);
}

bool nothing_remains(const wait_headers& told) {
    return told.remaining && to_number(*told.remaining) == 0;
}

}  // namespace

void wait_headers::note(std::string_view name, std::string_view value) {
    const auto keep = [&](std::optional<std::string>& into) { into = std::string(trimmed(value)); };
    if (same_name(name, "retry-after")) keep(retry_after);
    if (same_name(name, "x-ratelimit-remaining") || same_name(name, "ratelimit-remaining")) keep(remaining);
    if (same_name(name, "x-ratelimit-reset") || same_name(name, "ratelimit-reset")) keep(reset);
    if (same_name(name, "date")) keep(date);
}

bool wait_headers::asks_to_wait() const {
    return until_retry(retry_after, wall_time()).has_value() || nothing_remains(*this);
}

errc http_errc(unsigned status, const wait_headers& told) {
    if (status >= 500) return errc::unavailable;
    if (status >= 300 && status < 400) return errc::not_found;
    if (status == 403 && told.asks_to_wait()) return errc::unavailable;
    const auto found = std::ranges::find(statuses, status, &status_row::status);
    return found == statuses.end() ? errc::refused : found->meaning;
}

std::optional<milliseconds> wait_told(unsigned status, const wait_headers& told, wall_time now) {
    if (http_errc(status, told) != errc::unavailable) return std::nullopt;
    const auto their_now = told.date ? parse_http_date(*told.date).value_or(now) : now;
    auto wait = until_retry(told.retry_after, their_now);
    if (nothing_remains(told)) {
        const auto reset = until_reset(told.reset, their_now);
        if (reset) wait = std::max(*reset, wait.value_or(milliseconds(0)));
    }
    if (!wait && (status == 429 || status == 403)) wait = wait_without_hint;
    return wait;
}

}  // namespace familiar::core
