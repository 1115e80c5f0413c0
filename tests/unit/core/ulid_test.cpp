#include "core/ulid.hpp"

#include "support/unit_test.hpp"

#include <set>

using namespace familiar::core;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(ulids)

BOOST_AUTO_TEST_CASE(a_new_id_is_an_id) {
    const auto id = make_ulid();
    BOOST_TEST(id.size() == 26u);
    BOOST_TEST(is_ulid(id));
}

BOOST_AUTO_TEST_CASE(ids_of_one_millisecond_sort_as_they_were_made) {
    const auto moment = now() + 1h;
    std::vector<std::string> made;
    for (int count = 0; count < 1000; ++count) made.push_back(make_ulid(moment));
    BOOST_TEST(std::is_sorted(made.begin(), made.end()));
    BOOST_TEST((std::set(made.begin(), made.end()).size() == made.size()));
    BOOST_TEST(made.front().substr(0, 10) == made.back().substr(0, 10));
}

BOOST_AUTO_TEST_CASE(a_clock_that_goes_back_does_not_unsort_them) {
    const auto moment = now() + 2h;
    const auto first = make_ulid(moment);
    BOOST_TEST(first < make_ulid(moment - 1h));
}

BOOST_AUTO_TEST_CASE(the_front_is_the_time) {
    // 2^47 ms, later than every other id of this test: the highest of ten digits of five bits stands for 2^45.
    BOOST_TEST(make_ulid(wall_time(std::chrono::milliseconds(std::int64_t{1} << 47))).substr(0, 10) == "4000000000");
}

constexpr std::array<std::string_view, 6> no_ulids{"",
                                                   "01arz3ndektsv4rrffq69g5fa",
                                                   "01arz3ndektsv4rrffq69g5favx",
                                                   "01ARZ3NDEKTSV4RRFFQ69G5FAV",
                                                   "81arz3ndektsv4rrffq69g5fav",
                                                   "01arz3ndektsv4rrffq69g5fau"};

BOOST_DATA_TEST_CASE(what_is_no_id_is_told, boost::unit_test::data::make(no_ulids), text) {
    BOOST_TEST(!is_ulid(text));
    BOOST_TEST(is_ulid("01arz3ndektsv4rrffq69g5fav"));
}

BOOST_AUTO_TEST_SUITE_END()
