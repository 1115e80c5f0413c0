#include "async/race.hpp"

#include "driver.hpp"
#include "support/run_coroutine.hpp"
#include "support/unit_test.hpp"

#include <stdexcept>

using namespace familiar;
using namespace std::chrono_literals;
using async::race;
using test::for_ever;
namespace asio = boost::asio;

namespace {

asio::awaitable<void> fail(std::chrono::milliseconds after) {
    if (after > 0ms) co_await async::sleep_for(after);
    throw std::runtime_error("failed");
}

struct racing : test::driver {
    int present = 0;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(races, racing)

BOOST_AUTO_TEST_CASE(the_first_to_end_is_named_and_the_other_has_ended_too) {
    BOOST_TEST(test::run_coroutine(race(async::sleep_for(1ms), test::hang(present))) == 0);
    BOOST_TEST(present == 0);
    BOOST_TEST(test::run_coroutine(race(test::hang(present), async::sleep_for(1ms))) == 1);
    BOOST_TEST(present == 0);
}

BOOST_AUTO_TEST_CASE(what_the_first_throws_is_thrown_at_once) {
    BOOST_CHECK_THROW(test::run_coroutine(race(fail(0ms), test::hang(present))), std::runtime_error);
    BOOST_CHECK_THROW(test::run_coroutine(race(test::hang(present), fail(1ms))), std::runtime_error);
    BOOST_TEST(present == 0);
}

BOOST_AUTO_TEST_CASE(a_cancelled_caller_is_aborted_when_both_have_ended) {
    start([](int& here) -> asio::awaitable<void> { co_await race(test::hang(here), test::hang(here)); }(present));
    run_until([&] { return present == 2; });
    cancel();
    finish_aborted();
    BOOST_TEST(present == 0);
}

BOOST_AUTO_TEST_SUITE_END()
