#include "async/until.hpp"

#include "driver.hpp"
#include "support/run_coroutine.hpp"
#include "support/unit_test.hpp"

#include <boost/asio/detached.hpp>

#include <stdexcept>

using namespace familiar;
using namespace std::chrono_literals;
using async::until;
namespace asio = boost::asio;

namespace {

asio::awaitable<int> answer_after(std::chrono::milliseconds wait) {
    if (wait > 0ms) co_await async::sleep_for(wait);
    co_return 42;
}

asio::awaitable<core::result<int>> fail() {
    co_return core::fail(core::errc::unavailable, "nobody is there");
}

asio::awaitable<int> throw_at_once() {
    throw std::runtime_error("failed");
    co_return 0;
}

struct stoppable : test::driver {
    async::signal stop{context.get_executor()};
    int present = 0;
    std::optional<bool> stopped;

    asio::awaitable<void> hang_until_stopped() { stopped = !co_await until(stop, test::hang(present)); }

    /// What it was notified of while it began counts, too.
    asio::awaitable<int> stop_itself() {
        stop.notify();
        co_await async::sleep_for(test::for_ever);
        co_return 0;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(awaiting_until, stoppable)

BOOST_AUTO_TEST_CASE(what_ends_by_itself_is_returned) {
    for (const auto wait : {0ms, 1ms}) {
        const auto answer = test::run_coroutine(context, until(stop, answer_after(wait)));
        BOOST_REQUIRE(answer.has_value());
        BOOST_TEST(answer->value() == 42);
    }
    const auto failed = test::run_coroutine(context, until(stop, fail()));
    BOOST_REQUIRE(failed.has_value());
    BOOST_TEST((failed->error().code == core::errc::unavailable));
}

BOOST_AUTO_TEST_CASE(what_is_thrown_is_thrown_on) {
    BOOST_CHECK_THROW(test::run_coroutine(context, until(stop, throw_at_once())), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(what_is_stopped_has_ended_and_returns_nothing) {
    start(hang_until_stopped());
    run_until([&] { return present == 1; });
    stop.notify();
    finish();
    BOOST_TEST(stopped.value());
    BOOST_TEST(present == 0);
}

BOOST_AUTO_TEST_CASE(it_is_stopped_by_what_it_does_first) {
    BOOST_TEST(!test::run_coroutine(context, until(stop, stop_itself())));
}

BOOST_AUTO_TEST_CASE(what_takes_its_time_to_end_is_awaited_and_dropped) {
    start([](stoppable& all) -> asio::awaitable<void> {
        all.stopped = !co_await until(all.stop, test::stubborn(all.present, 20ms));
    }(*this));
    run_until([&] { return present == 1; });
    stop.notify();
    finish();
    BOOST_TEST(stopped.value());
    BOOST_TEST(present == 0);
}

BOOST_AUTO_TEST_CASE(a_cancelled_caller_is_aborted_when_the_operation_has_ended) {
    start(hang_until_stopped());
    run_until([&] { return present == 1; });
    cancel();
    finish_aborted();
    BOOST_TEST(present == 0);
    BOOST_TEST(!stopped);
}

BOOST_AUTO_TEST_CASE(others_wait_for_the_signal_on) {
    start(hang_until_stopped());
    run_until([&] { return present == 1; });
    bool answered = false;
    asio::co_spawn(
        context,
        [](async::signal& with, bool& done) -> asio::awaitable<void> {
            done = (co_await until(with, answer_after(1ms))).has_value();
        }(stop, answered),
        asio::detached);
    run_until([&] { return answered; });
    BOOST_TEST(present == 1);
    stop.notify();
    finish();
    BOOST_TEST(stopped.value());
}

BOOST_AUTO_TEST_SUITE_END()
