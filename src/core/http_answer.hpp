#pragma once

#include "core/error.hpp"
#include "core/time.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

/// What the status and the headers of an HTTP answer say about another attempt, whoever asked: a client of ours, or
/// git, which tells no more than these. Pure.
namespace familiar::core {

/// The headers of one answer that say when to ask again, as they came; empty where one was not there.
struct wait_headers {
    std::optional<std::string> retry_after{};  ///< Retry-After
    std::optional<std::string> remaining{};    ///< x-ratelimit-remaining (GitHub), RateLimit-Remaining (GitLab)
    std::optional<std::string> reset{};        ///< x-ratelimit-reset, RateLimit-Reset
    std::optional<std::string> date{};         ///< Date: what the other side's clock says

    /// Keeps the header if it is one of these. `name` in any case.
    void note(std::string_view name, std::string_view value);

    /// True if it says that a limit of requests is used up, or names a time to wait.
    bool asks_to_wait() const;
};

/// The longest wait that is believed. An API's limits are counted by the minute or the hour; what is beyond a day is a
/// mistake of somebody's.
constexpr std::chrono::milliseconds longest_wait = std::chrono::hours(24);

/// The wait where a limit was hit that says nothing about its end (source: GitHub, "Best practices for using the REST
/// API": "Otherwise, wait for at least one minute before retrying").
constexpr std::chrono::milliseconds wait_without_hint = std::chrono::minutes(1);

/// What an answer that is no success means. Transient (unavailable): 408, 429, every 5xx, and 403 where the headers say
/// that it is a limit. Permanent: 401, 407 and every other 403 (authentication_failed), 404, 410 and redirects, which
/// nobody here follows (not_found), 409 (conflict), 413 (too_large), and whatever else (refused).
errc http_errc(unsigned status, const wait_headers& told);

/// How long the answer wants us to wait before we ask again; empty if it says nothing and is no limit. The latest of
/// what it says counts: Retry-After in seconds or as a date (RFC 9110, 10.2.3), and where nothing remains of the limit
/// its reset. Dates are compared with the answer's own Date, so that two clocks that differ do no harm, and with `now`
/// if it has none. A time that has passed is no wait; more than `longest_wait` is that.
std::optional<std::chrono::milliseconds> wait_told(unsigned status, const wait_headers& told, wall_time now);

}  // namespace familiar::core
