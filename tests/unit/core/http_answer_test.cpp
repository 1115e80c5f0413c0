#include "core/http_answer.hpp"

#include "core/http_date.hpp"
#include "support/unit_test.hpp"

#include <initializer_list>
#include <utility>
#include <vector>

using namespace familiar;
using namespace std::chrono_literals;
using core::errc;
using core::wait_headers;
using std::chrono::milliseconds;

namespace {

using fields = std::vector<std::pair<const char*, const char*>>;

wait_headers told(const fields& headers) {
    wait_headers all;
    for (const auto& [name, value] : headers) all.note(name, value);
    return all;
}

/// Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110.
const core::wall_time now = core::parse_time("1994-11-06T08:49:37Z").value();

struct row {
    unsigned status;
    fields headers;
    errc means;
    std::optional<milliseconds> wait;
};

const std::vector<row> rows{
    {401, {}, errc::authentication_failed, {}},
    {401, {{"Retry-After", "5"}}, errc::authentication_failed, {}},
    {403, {}, errc::authentication_failed, {}},
    {403, {{"x-ratelimit-remaining", "1"}}, errc::authentication_failed, {}},
    {403, {{"retry-after", "nonsense"}}, errc::authentication_failed, {}},
    {407, {}, errc::authentication_failed, {}},
    {301, {}, errc::not_found, {}},
    {404, {{"Retry-After", "5"}}, errc::not_found, {}},
    {410, {}, errc::not_found, {}},
    {409, {}, errc::conflict, {}},
    {413, {}, errc::too_large, {}},
    {400, {}, errc::refused, {}},
    {422, {}, errc::refused, {}},
    {451, {}, errc::refused, {}},
    {101, {}, errc::refused, {}},
    {0, {}, errc::refused, {}},

    {408, {}, errc::unavailable, {}},
    {500, {}, errc::unavailable, {}},
    {501, {}, errc::unavailable, {}},
    {599, {}, errc::unavailable, {}},
    {503, {{"Retry-After", "0"}}, errc::unavailable, 0s},
    {503, {{"Retry-After", " 120 "}}, errc::unavailable, 120s},
    {503, {{"Retry-After", "Sun, 06 Nov 1994 08:50:00 GMT"}}, errc::unavailable, 23s},
    {503, {{"RETRY-AFTER", "Sunday, 06-Nov-94 08:50:00 GMT"}}, errc::unavailable, 24h},  // of 2094
    {503, {{"Retry-After", "Sun Nov  6 08:50:00 1994"}}, errc::unavailable, 23s},
    {503, {{"Retry-After", "Sun, 06 Nov 1994 08:49:00 GMT"}}, errc::unavailable, 0s},

    {429, {}, errc::unavailable, 60s},
    {429, {{"Retry-After", "1"}}, errc::unavailable, 1s},
    {429, {{"Retry-After", "-5"}}, errc::unavailable, 60s},
    {429, {{"Retry-After", "1.5"}}, errc::unavailable, 60s},
    {429, {{"Retry-After", ""}}, errc::unavailable, 60s},
    {429, {{"Retry-After", "86401"}}, errc::unavailable, 24h},
    {429, {{"Retry-After", "99999999999999999999999999"}}, errc::unavailable, 24h},
    {429, {{"Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT"}}, errc::unavailable, 24h},

    {403, {{"Retry-After", "77"}}, errc::unavailable, 77s},
    {403, {{"X-RateLimit-Remaining", "0"}}, errc::unavailable, 60s},
    {403, {{"X-RateLimit-Remaining", "0"}, {"X-RateLimit-Reset", "784111800"}}, errc::unavailable, 23s},
    {403, {{"X-RateLimit-Remaining", "0"}, {"X-RateLimit-Reset", "784111000"}}, errc::unavailable, 0s},
    {403, {{"X-RateLimit-Remaining", "0"}, {"X-RateLimit-Reset", "x"}}, errc::unavailable, 60s},
    {403, {{"X-RateLimit-Remaining", "0"}, {"X-RateLimit-Reset", "784111800000"}}, errc::unavailable, 24h},
    {429, {{"RateLimit-Remaining", "0"}, {"RateLimit-Reset", "784111800"}}, errc::unavailable, 23s},
    {429, {{"RateLimit-Remaining", "0"}, {"RateLimit-Reset", "45"}}, errc::unavailable, 45s},

    // The latest of two, and the reset of a limit that is not used up is none.
    {429, {{"Retry-After", "5"}, {"RateLimit-Remaining", "0"}, {"RateLimit-Reset", "45"}}, errc::unavailable, 45s},
    {429, {{"Retry-After", "50"}, {"RateLimit-Remaining", "0"}, {"RateLimit-Reset", "45"}}, errc::unavailable, 50s},
    {503, {{"X-RateLimit-Remaining", "9"}, {"X-RateLimit-Reset", "784111800"}}, errc::unavailable, {}},

    // The other side's clock is an hour behind ours, and then two ahead.
    {429,
     {{"Date", "Sun, 06 Nov 1994 07:49:37 GMT"}, {"Retry-After", "Sun, 06 Nov 1994 07:50:37 GMT"}},
     errc::unavailable,
     60s},
    {403,
     {{"Date", "Sun, 06 Nov 1994 10:49:37 GMT"}, {"X-RateLimit-Remaining", "0"}, {"X-RateLimit-Reset", "784119037"}},
     errc::unavailable,
     60s},
    {429, {{"Date", "today"}, {"Retry-After", "Sun, 06 Nov 1994 08:50:00 GMT"}}, errc::unavailable, 23s},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(answers_of_http)

BOOST_AUTO_TEST_CASE(status_and_headers_say_what_and_when) {
    for (const auto& [status, headers, means, wait] : rows) {
        auto text = std::to_string(status);
        for (const auto& [name, value] : headers) text.append(" ").append(name).append(": ").append(value);
        const auto all = told(headers);
        BOOST_TEST((core::http_errc(status, all) == means), text);
        const auto asked = core::wait_told(status, all, now);
        BOOST_TEST((asked == wait), text + " -> " + (asked ? core::to_text(*asked) : "none"));
    }
}

BOOST_AUTO_TEST_CASE(a_wait_is_told_for_what_passes_alone) {
    for (unsigned status = 0; status < 700; ++status)
        for (const auto& headers : {fields{}, fields{{"Retry-After", "7"}}, fields{{"ratelimit-remaining", "0"}}}) {
            const auto all = told(headers);
            const bool passes = core::is_transient(core::http_errc(status, all));
            if (core::wait_told(status, all, now)) BOOST_TEST(passes, status);
        }
}

BOOST_AUTO_TEST_CASE(other_headers_say_nothing) {
    const auto all = told({{"X-Retry-After", "5"}, {"Retry-Afterwards", "5"}, {"", ""}, {"RateLimit-Limit", "0"}});
    BOOST_TEST(!all.asks_to_wait());
    BOOST_TEST(!all.retry_after);
    BOOST_TEST(!all.remaining);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(dates_of_http)

BOOST_AUTO_TEST_CASE(three_forms_are_read) {
    for (const auto* text : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"})
        BOOST_TEST((core::parse_http_date(text) == now), text);
    BOOST_TEST((core::parse_http_date("Sunday, 06-Nov-26 08:49:37 GMT") == core::parse_time("2026-11-06T08:49:37Z")));
    BOOST_TEST((core::parse_http_date("Thu, 29 Feb 2024 23:59:60 GMT") == core::parse_time("2024-03-01T00:00:00Z")));
}

BOOST_AUTO_TEST_CASE(what_is_no_date_is_none) {
    for (const auto* text : {"",
                             "120",
                             "now",
                             "Sun, 06 Nov 1994 08:49:37",
                             "Sun, 06 Nov 1994 08:49:37 +0200",
                             "Sun, 06 Nov 1994 GMT",
                             "Sun, 31 Feb 1994 08:49:37 GMT",
                             "Sun, 06 Nox 1994 08:49:37 GMT",
                             "Sun, 06 Nov 1994 24:00:00 GMT",
                             "Sun, 06 Nov 1994 08:60:00 GMT",
                             "Sun, 06 Nov 1994 08:49:61 GMT",
                             "Sun, 00 Nov 1994 08:49:37 GMT",
                             "Sun, 257 Nov 1994 08:49:37 GMT",
                             "Sun, 06 Nov 99999 08:49:37 GMT",
                             "Sun, 06 Nov -1 08:49:37 GMT",
                             "Sun, 06 Nov 1994 08:49:37 GMT GMT",
                             "Sun, 06 Nov 1969 08:49:37 GMT",
                             "1994-11-06T08:49:37Z",
                             ",,,,:::---",
                             "Sun, 6x Nov 1994 08:49:37 GMT",
                             "Sun, 06 Nov 1994 99999999999999:49:37 GMT"})
        BOOST_TEST(!core::parse_http_date(text).has_value(), text);
}

BOOST_AUTO_TEST_SUITE_END()
