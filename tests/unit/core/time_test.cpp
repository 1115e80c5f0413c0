#include "core/time.hpp"

#include "support/unit_test.hpp"

#include <ostream>

using namespace familiar::core;
using namespace std::chrono_literals;

namespace {

constexpr wall_time noon = std::chrono::sys_days(std::chrono::year(2026) / 1 / 31) + 12h + 250ms;

struct sample {
    std::string_view text;
    std::optional<std::chrono::milliseconds> means;
};

std::ostream& operator<<(std::ostream& out, const sample& value) {
    return out << '"' << value.text << '"';
}

}  // namespace

BOOST_AUTO_TEST_SUITE(times)

BOOST_AUTO_TEST_CASE(a_time_is_written_in_utc_to_the_millisecond) {
    BOOST_TEST(to_rfc3339(noon) == "2026-01-31T12:00:00.250Z");
    BOOST_TEST(to_file_stamp(noon) == "20260131T120000Z");
}

BOOST_AUTO_TEST_CASE(what_was_written_reads_back) {
    const auto time = now();
    BOOST_TEST((parse_time(to_rfc3339(time)) == time));
}

constexpr std::array<std::string_view, 9> noon_forms{
    "2026-01-31T12:00:00.25Z",       "2026-01-31t12:00:00.250z",      "2026-01-31T12:00:00.250123456Z",
    "2026-01-31T13:00:00.250+01:00", "2026-01-31T06:30:00.250-05:30", "2026-01-31 12:00:00.250 UTC",
    "2026-01-31 14:00:00.250 +0200", "2026-01-31T12:00:00.250-00:00", "2026-02-01T00:00:00.250+12:00"};

BOOST_DATA_TEST_CASE(every_form_of_a_time_means_the_same, boost::unit_test::data::make(noon_forms), text) {
    BOOST_TEST((parse_time(text) == noon));
}

BOOST_AUTO_TEST_CASE(gitlabs_second_form_is_read) {
    BOOST_TEST((parse_time("2026-01-31 12:00:00 UTC") == noon - 250ms));
}

constexpr std::array<std::string_view, 16> no_times{"",
                                                    "now",
                                                    "2026-01-31",
                                                    "2026-01-31T12:00:00",
                                                    "2026-13-01T12:00:00Z",
                                                    "2026-02-29T12:00:00Z",
                                                    "2026-01-31T24:00:00Z",
                                                    "2026-01-31T12:60:00Z",
                                                    "2026-01-31T12:00:61Z",
                                                    "2026-01-31T12:00:00.Z",
                                                    "2026-01-31T12:00:00Zulu",
                                                    "2026-01-31T12:00:00+24:00",
                                                    "2026-01--1T12:00:00Z",
                                                    "2026-01-31T12:00:00 01:00",
                                                    "9999-12-31T23:59:60Z",
                                                    "0000-01-01T00:00:00+00:01"};

BOOST_DATA_TEST_CASE(what_is_no_time_is_none, boost::unit_test::data::make(no_times), text) {
    BOOST_TEST(!parse_time(text).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(durations)

constexpr std::array<sample, 19> durations_read{{{"0", 0ms},
                                                 {"0s", 0ms},
                                                 {"90s", 90s},
                                                 {"30m", 30min},
                                                 {"1h30m", 90min},
                                                 {"250ms", 250ms},
                                                 {"30d", 30 * 24h},
                                                 {"1d2h3m4s5ms", 24h + 2h + 3min + 4s + 5ms},
                                                 {"1h5ms", 1h + 5ms},
                                                 {"", std::nullopt},
                                                 {"5", std::nullopt},
                                                 {"-5s", std::nullopt},
                                                 {"s", std::nullopt},
                                                 {"1.5h", std::nullopt},
                                                 {"30m1h", std::nullopt},
                                                 {"1m1m", std::nullopt},
                                                 {"10 s", std::nullopt},
                                                 {"5w", std::nullopt},
                                                 {"9223372036854775807s", std::nullopt}}};

BOOST_DATA_TEST_CASE(a_duration_is_read_as_people_write_it, boost::unit_test::data::make(durations_read), row) {
    BOOST_TEST((parse_duration(row.text) == row.means));
}

BOOST_AUTO_TEST_CASE(more_digits_than_fit_are_no_duration) {
    BOOST_TEST(!parse_duration("99999999999999999999s").has_value());
    BOOST_TEST(!parse_duration("9223372036854775807ms1ms").has_value());
    BOOST_TEST(!parse_duration("106751991167d24h").has_value());
}

constexpr std::array<std::string_view, 6> shortest_forms{"0s", "250ms", "1h30m", "30d", "1d1ms", "1m30s"};

BOOST_DATA_TEST_CASE(the_shortest_form_reads_back, boost::unit_test::data::make(shortest_forms), text) {
    BOOST_TEST(to_text(*parse_duration(text)) == text);
}

BOOST_AUTO_TEST_SUITE_END()
