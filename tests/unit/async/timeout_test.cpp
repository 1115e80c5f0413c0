#include "async/timeout.hpp"

#include "driver.hpp"
#include "support/run_coroutine.hpp"
#include "support/unit_test.hpp"

#include <boost/asio/detached.hpp>

#include <memory>
#include <stdexcept>
#include <string>

using namespace familiar;
using namespace std::chrono_literals;
using async::with_timeout;
using test::driver;
using test::for_ever;
using test::run_coroutine;
namespace asio = boost::asio;

namespace {

template <class T>
asio::awaitable<T> give(T value) {
    co_return value;
}

template <class T>
asio::awaitable<T> give_later(T value) {
    co_await async::sleep_for(1ms);
    co_return std::move(value);
}

asio::awaitable<void> nothing() {
    co_return;
}

asio::awaitable<void> fail_at_once() {
    throw std::runtime_error("at once");
    co_return;
}

asio::awaitable<int> fail_later() {
    co_await async::sleep_for(1ms);
    throw std::runtime_error("later");
}

struct plain {
    explicit plain(int number) : value(number) {}
    plain() = delete;
    int value;
};

bool timed_out(const auto& result) {
    return result.has_error() && result.error().code == core::errc::timed_out;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(with_timeout_, driver)

BOOST_AUTO_TEST_CASE(a_value_is_wrapped_in_a_result) {
    BOOST_TEST(run_coroutine(with_timeout(give(7), for_ever)).value() == 7);
    BOOST_TEST(run_coroutine(with_timeout(give_later(std::string("late")), for_ever)).value() == "late");
}

BOOST_AUTO_TEST_CASE(nothing_is_a_result_too) {
    BOOST_TEST(run_coroutine(with_timeout(nothing(), for_ever)).has_value());
}

BOOST_AUTO_TEST_CASE(a_value_that_can_only_be_moved_arrives) {
    auto result = run_coroutine(with_timeout(give_later(std::make_unique<int>(7)), for_ever));
    BOOST_REQUIRE(result.has_value());
    BOOST_TEST(**result == 7);
}

BOOST_AUTO_TEST_CASE(a_value_without_a_default_arrives) {
    BOOST_TEST(run_coroutine(with_timeout(give_later(plain(7)), for_ever)).value().value == 7);
}

BOOST_AUTO_TEST_CASE(a_result_is_handed_on_and_not_wrapped_again) {
    core::result<int> good = run_coroutine(with_timeout(give(core::result<int>(7)), for_ever));
    BOOST_TEST(good.value() == 7);

    const core::result<int> failure = core::fail(core::errc::not_found, "no such thing");
    core::result<int> bad = run_coroutine(with_timeout(give_later(failure), for_ever));
    BOOST_TEST((bad.error().code == core::errc::not_found));
    BOOST_TEST(bad.error().message == "no such thing");

    core::result<void> none = run_coroutine(with_timeout(give_later(core::result<void>()), for_ever));
    BOOST_TEST(none.has_value());
}

BOOST_AUTO_TEST_CASE(what_the_operation_throws_is_thrown_at_once) {
    const auto before = std::chrono::steady_clock::now();
    BOOST_CHECK_THROW(run_coroutine(with_timeout(fail_at_once(), for_ever)), std::runtime_error);
    BOOST_CHECK_THROW(run_coroutine(with_timeout(fail_later(), for_ever)), std::runtime_error);
    BOOST_TEST((std::chrono::steady_clock::now() - before < 30s));
}

BOOST_AUTO_TEST_CASE(an_abort_of_the_operations_own_is_no_timeout) {
    const auto abort = []() -> asio::awaitable<void> {
        co_await async::sleep_for(1ms);
        throw boost::system::system_error(asio::error::operation_aborted);
    };
    BOOST_CHECK_THROW(run_coroutine(with_timeout(abort(), for_ever)), boost::system::system_error);
}

BOOST_AUTO_TEST_CASE(past_the_limit_it_is_timed_out_and_the_operation_has_ended) {
    int present = 0;
    BOOST_TEST(timed_out(run_coroutine(with_timeout(test::hang(present), 5ms))));
    BOOST_TEST(present == 0);
}

BOOST_AUTO_TEST_CASE(a_result_times_out_as_a_result_of_its_own_kind) {
    const auto hang = []() -> asio::awaitable<core::result<plain>> {
        co_await async::sleep_for(for_ever);
        co_return plain(1);
    };
    core::result<plain> ended = run_coroutine(with_timeout(hang(), 1ms));
    BOOST_TEST(timed_out(ended));
}

BOOST_AUTO_TEST_CASE(no_time_at_all_is_a_timeout_for_what_has_to_wait) {
    int present = 0;
    BOOST_TEST(timed_out(run_coroutine(with_timeout(test::hang(present), 0ms))));
    BOOST_TEST(timed_out(run_coroutine(with_timeout(test::hang(present), -1s))));
    BOOST_TEST(present == 0);
}

BOOST_AUTO_TEST_CASE(what_throws_while_it_is_stopped_at_the_limit_is_a_timeout) {
    const auto fail_when_stopped = []() -> asio::awaitable<void> {
        try {
            co_await async::sleep_for(for_ever);
        } catch (const boost::system::system_error&) {
            throw std::runtime_error("clean-up failed");
        }
    };
    BOOST_TEST(timed_out(run_coroutine(with_timeout(fail_when_stopped(), 1ms))));
}

BOOST_AUTO_TEST_CASE(an_operation_that_ignores_cancellation_delays_the_return_and_is_timed_out_all_the_same) {
    int present = 0;
    BOOST_TEST(timed_out(run_coroutine(with_timeout(test::stubborn(present, 50ms), 1ms))));
    BOOST_TEST(present == 0);
}

BOOST_AUTO_TEST_CASE(a_caller_that_is_cancelled_before_starts_nothing) {
    int present = 0;
    bool started = false;
    const auto operation = [](bool& ran) -> asio::awaitable<void> {
        ran = true;
        co_return;
    };
    start([](auto make, bool& ran) -> asio::awaitable<void> {
        co_await asio::this_coro::throw_if_cancelled(false);
        co_await async::sleep_for(1ms);
        co_await asio::this_coro::throw_if_cancelled(true);
        co_await with_timeout(make(ran), for_ever);
    }(operation, started));
    run_until([&] { return true; });
    cancel();
    finish_aborted();
    BOOST_TEST(!started);
    BOOST_TEST(present == 0);
}

BOOST_AUTO_TEST_CASE(a_caller_that_is_cancelled_in_the_middle_gets_an_abort_and_not_a_timeout) {
    int present = 0;
    start([](int& here) -> asio::awaitable<void> {
        const auto ended = co_await with_timeout(test::hang(here), for_ever);
        BOOST_ERROR("cancelled, and yet it returned " << ended.has_value());
    }(present));
    run_until([&] { return present == 1; });
    cancel();
    finish_aborted();
    BOOST_TEST(present == 0);
}

BOOST_AUTO_TEST_CASE(a_caller_that_is_cancelled_after_the_limit_while_the_operation_still_ends_gets_an_abort) {
    int present = 0;
    bool stopping = false;
    start([](int& here, bool& told) -> asio::awaitable<void> {
        const auto slow_to_stop = [](int& inside, bool& noticed) -> asio::awaitable<void> {
            const test::presence mark(inside);
            try {
                co_await async::sleep_for(for_ever);
            } catch (const boost::system::system_error&) {
                noticed = true;
            }
            co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
            co_await async::sleep_for(50ms);
        };
        co_await with_timeout(slow_to_stop(here, told), 1ms);
    }(present, stopping));
    run_until([&] { return stopping; });
    cancel();
    finish_aborted();
    BOOST_TEST(present == 0);
}

BOOST_AUTO_TEST_CASE(a_caller_that_is_cancelled_keeps_what_a_stubborn_operation_returns_and_is_aborted_next) {
    int present = 0;
    int returned = 0;
    start([](int& here, int& value) -> asio::awaitable<void> {
        value = (co_await with_timeout(test::stubborn(here, 50ms), for_ever)).value();
        co_await async::sleep_for(for_ever);
    }(present, returned));
    run_until([&] { return present == 1; });
    cancel();
    finish_aborted();
    BOOST_TEST(returned == 42);
}

BOOST_AUTO_TEST_CASE(a_caller_that_is_cancelled_after_the_end_has_its_value) {
    int value = 0;
    start([](int& out) -> asio::awaitable<void> {
        out = (co_await with_timeout(give_later(7), for_ever)).value();
        co_await async::sleep_for(for_ever);
    }(value));
    run_until([&] { return value == 7; });
    cancel();
    finish_aborted();
}

BOOST_AUTO_TEST_CASE(the_inner_limit_of_two_ends_the_inner_operation_only) {
    int present = 0;
    const auto outer = [](int& here) -> asio::awaitable<std::string> {
        const auto inner = co_await with_timeout(test::hang(here), 1ms);
        co_await async::sleep_for(1ms);
        co_return timed_out(inner) ? "inner timed out" : "inner returned";
    };
    BOOST_TEST(run_coroutine(with_timeout(outer(present), for_ever)).value() == "inner timed out");
    BOOST_TEST(present == 0);
}

BOOST_AUTO_TEST_CASE(the_outer_limit_of_two_aborts_the_inner_operation_and_is_the_one_reported) {
    int present = 0;
    std::string inside = "never ended";
    const auto outer = [](int& here, std::string& seen) -> asio::awaitable<void> {
        try {
            co_await with_timeout(test::hang(here), for_ever);
            seen = "returned";
        } catch (const boost::system::system_error& failure) {
            seen = failure.code() == asio::error::operation_aborted ? "aborted" : failure.what();
        }
    };
    BOOST_TEST(timed_out(run_coroutine(with_timeout(outer(present, inside), 5ms))));
    BOOST_TEST(inside == "aborted");
    BOOST_TEST(present == 0);
}

BOOST_AUTO_TEST_CASE(a_cancellation_goes_through_nested_limits) {
    int present = 0;
    start([](int& here) -> asio::awaitable<void> {
        co_await with_timeout(with_timeout(with_timeout(test::hang(here), for_ever), for_ever), for_ever);
    }(present));
    run_until([&] { return present == 1; });
    cancel();
    finish_aborted();
    BOOST_TEST(present == 0);
}

BOOST_AUTO_TEST_CASE(the_caller_can_go_on_after_a_timeout) {
    start([]() -> asio::awaitable<void> {
        for (int round = 0; round < 3; ++round) {
            int present = 0;
            BOOST_TEST(timed_out(co_await with_timeout(test::hang(present), 1ms)));
            BOOST_TEST((co_await with_timeout(give_later(round), for_ever)).value() == round);
        }
    }());
    finish();
}

BOOST_AUTO_TEST_CASE(a_thousand_limits_at_once) {
    int present = 0;
    int timeouts = 0;
    int values = 0;
    for (int at = 0; at < 500; ++at) {
        asio::co_spawn(
            context,
            [](int& here, int& count) -> asio::awaitable<void> {
                if (timed_out(co_await with_timeout(test::hang(here), 5ms))) ++count;
            }(present, timeouts),
            asio::detached);
        asio::co_spawn(
            context,
            [](int& count) -> asio::awaitable<void> {
                if (co_await with_timeout(give_later(1), for_ever)) ++count;
            }(values),
            asio::detached);
    }
    context.run();
    BOOST_TEST(timeouts == 500);
    BOOST_TEST(values == 500);
    BOOST_TEST(present == 0);
}

BOOST_AUTO_TEST_SUITE_END()
