#include "async/shield.hpp"

#include "driver.hpp"
#include "support/run_coroutine.hpp"
#include "support/unit_test.hpp"

#include <memory>
#include <stdexcept>

using namespace familiar;
using namespace std::chrono_literals;
using async::shielded;
using test::for_ever;
namespace asio = boost::asio;

namespace {

asio::awaitable<std::unique_ptr<int>> clean_up(int& present, int& done, std::chrono::milliseconds takes = 5ms) {
    const test::presence here(present);
    co_await async::sleep_for(takes);
    ++done;
    co_return std::make_unique<int>(done);
}

asio::awaitable<void> fail(std::chrono::milliseconds after) {
    co_await async::sleep_for(after);
    throw std::runtime_error("clean-up failed");
}

struct shielding : test::driver {
    int present = 0;
    int done = 0;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(shields, shielding)

BOOST_AUTO_TEST_CASE(without_a_cancellation_it_is_a_plain_await) {
    BOOST_TEST(**test::run_coroutine(shielded(clean_up(present, done), for_ever)) == 1);
    const auto give = []() -> asio::awaitable<core::result<int>> { co_return core::fail(core::errc::busy, "locked"); };
    core::result<int> handed_on = test::run_coroutine(shielded(give(), for_ever));
    BOOST_TEST((handed_on.error().code == core::errc::busy));
}

BOOST_AUTO_TEST_CASE(a_caller_that_was_cancelled_before_cleans_up_and_is_then_aborted) {
    bool went_on = false;
    start([](int& here, int& count, bool& passed) -> asio::awaitable<void> {
        std::exception_ptr thrown;
        try {
            co_await test::hang(here);
        } catch (...) {
            thrown = std::current_exception();
        }
        co_await asio::this_coro::throw_if_cancelled(false);
        BOOST_TEST((co_await shielded(clean_up(here, count), for_ever)).has_value());
        BOOST_TEST((co_await shielded(clean_up(here, count), for_ever)).has_value());
        co_await asio::this_coro::throw_if_cancelled(true);
        co_await async::sleep_for(1ms);
        passed = true;
    }(present, done, went_on));
    run_until([&] { return present == 1; });
    cancel();
    finish_aborted();
    BOOST_TEST(done == 2);
    BOOST_TEST(!went_on);
    BOOST_TEST(present == 0);
}

BOOST_AUTO_TEST_CASE(a_caller_that_is_cancelled_in_the_middle_has_its_clean_up_and_is_aborted_at_its_next_await) {
    bool went_on = false;
    start([](int& here, int& count, bool& passed) -> asio::awaitable<void> {
        BOOST_TEST((co_await shielded(clean_up(here, count, 30ms), for_ever)).has_value());
        BOOST_TEST(count == 1);
        co_await async::sleep_for(1ms);
        passed = true;
    }(present, done, went_on));
    run_until([&] { return present == 1; });
    cancel();
    cancel();
    finish_aborted();
    BOOST_TEST(done == 1);
    BOOST_TEST(!went_on);
}

BOOST_AUTO_TEST_CASE(a_cancellation_in_the_middle_goes_into_no_await_of_the_operation) {
    start([](int& here, int& count) -> asio::awaitable<void> {
        const auto steps = [](int& inside, int& made) -> asio::awaitable<void> {
            const test::presence mark(inside);
            for (int step = 0; step < 5; ++step) {
                co_await async::with_timeout(async::sleep_for(2ms), for_ever);
                ++made;
            }
        };
        co_await shielded(steps(here, count), for_ever);
    }(present, done));
    run_until([&] { return present == 1; });
    cancel();
    run_until([&] { return ended(); });
    BOOST_TEST(done == 5);
}

BOOST_AUTO_TEST_CASE(it_waits_no_longer_than_its_limit) {
    const auto ended = test::run_coroutine(shielded(test::hang(present), 5ms));
    BOOST_TEST((ended.error().code == core::errc::timed_out));
    BOOST_TEST(present == 0);
}

BOOST_AUTO_TEST_CASE(its_limit_holds_for_a_cancelled_caller_too) {
    bool late = false;
    start([](int& here, bool& timed_out) -> asio::awaitable<void> {
        const auto ended = co_await shielded(test::hang(here), 20ms);
        timed_out = ended.has_error() && ended.error().code == core::errc::timed_out;
    }(present, late));
    run_until([&] { return present == 1; });
    cancel();
    run_until([&] { return ended(); });
    BOOST_TEST(late);
    BOOST_TEST(present == 0);
}

BOOST_AUTO_TEST_CASE(what_the_operation_throws_is_thrown) {
    BOOST_CHECK_THROW(test::run_coroutine(shielded(fail(0ms), for_ever)), std::runtime_error);
    BOOST_CHECK_THROW(test::run_coroutine(shielded(fail(1ms), for_ever)), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(what_the_operation_throws_is_thrown_in_a_cancelled_caller_too) {
    start([](int& here) -> asio::awaitable<void> {
        const test::presence mark(here);
        co_await shielded(fail(20ms), for_ever);
    }(present));
    run_until([&] { return present == 1; });
    cancel();
    BOOST_CHECK_THROW(finish(), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(whether_the_caller_throws_when_cancelled_is_as_it_was_before) {
    start([](int& count) -> asio::awaitable<void> {
        for (const bool throws : {true, false}) {
            co_await asio::this_coro::throw_if_cancelled(throws);
            co_await shielded(async::sleep_for(1ms), for_ever);
            BOOST_TEST((co_await asio::this_coro::throw_if_cancelled()) == throws);
            ++count;
        }
    }(done));
    finish();
    BOOST_TEST(done == 2);
}

BOOST_AUTO_TEST_SUITE_END()
