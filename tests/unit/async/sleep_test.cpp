#include "async/sleep.hpp"

#include "driver.hpp"
#include "support/run_coroutine.hpp"
#include "support/unit_test.hpp"

using namespace familiar;
using namespace std::chrono_literals;
using async::sleep_for;

BOOST_FIXTURE_TEST_SUITE(sleeping, test::driver)

BOOST_AUTO_TEST_CASE(it_takes_at_least_as_long_as_it_was_told) {
    const auto before = std::chrono::steady_clock::now();
    test::run_coroutine(sleep_for(10ms));
    BOOST_TEST((std::chrono::steady_clock::now() - before >= 10ms));
}

BOOST_AUTO_TEST_CASE(no_time_and_less_than_none_is_over_at_once) {
    test::run_coroutine(sleep_for(0ms));
    test::run_coroutine(sleep_for(-1h));
}

BOOST_AUTO_TEST_CASE(a_cancellation_ends_it) {
    start(sleep_for(test::for_ever));
    run_until([this] { return context.poll() == 0; });
    cancel();
    finish_aborted();
}

BOOST_AUTO_TEST_SUITE_END()
