#include "async/blocking.hpp"

#include "driver.hpp"
#include "support/run_coroutine.hpp"
#include "support/unit_test.hpp"

#include <atomic>
#include <memory>
#include <stdexcept>
#include <thread>

using namespace familiar;
using namespace std::chrono_literals;
using async::run_blocking;
namespace asio = boost::asio;

namespace {

struct pooled : test::driver {
    asio::thread_pool pool{2};
    ~pooled() { pool.join(); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(blocking_work, pooled)

BOOST_AUTO_TEST_CASE(it_runs_on_another_thread_and_resumes_on_the_callers) {
    start([](asio::thread_pool& on) -> asio::awaitable<void> {
        const auto home = std::this_thread::get_id();
        const auto there = co_await run_blocking(on, [] { return std::this_thread::get_id(); });
        BOOST_TEST((there != home));
        BOOST_TEST((std::this_thread::get_id() == home));
    }(pool));
    finish();
}

BOOST_AUTO_TEST_CASE(a_value_and_one_that_can_only_be_moved_arrive) {
    BOOST_TEST(test::run_coroutine(run_blocking(pool, [] { return 7; })) == 7);
    BOOST_TEST(*test::run_coroutine(run_blocking(pool, [] { return std::make_unique<int>(7); })) == 7);
}

BOOST_AUTO_TEST_CASE(what_returns_nothing_is_awaited_to_its_end) {
    bool ran = false;
    test::run_coroutine(run_blocking(pool, [&] { ran = true; }));
    BOOST_TEST(ran);
}

BOOST_AUTO_TEST_CASE(what_it_throws_is_thrown_at_the_caller) {
    BOOST_CHECK_THROW(test::run_coroutine(run_blocking(pool, [] { throw std::runtime_error("no"); })),
                      std::runtime_error);
    BOOST_CHECK_THROW(test::run_coroutine(run_blocking(pool, []() -> int { throw std::logic_error("no"); })),
                      std::logic_error);
}

BOOST_AUTO_TEST_CASE(the_loop_goes_on_meanwhile) {
    std::atomic<bool> released = false;
    bool worked = false;
    start([](asio::thread_pool& on, std::atomic<bool>& wait, bool& done) -> asio::awaitable<void> {
        co_await run_blocking(on, [&] { wait.wait(false); });
        done = true;
    }(pool, released, worked));
    asio::post(context, [&] {
        released = true;
        released.notify_all();
    });
    finish();
    BOOST_TEST(worked);
}

BOOST_AUTO_TEST_CASE(a_caller_that_is_cancelled_meanwhile_gets_the_value_and_is_aborted_at_its_next_await) {
    std::atomic<bool> started = false;
    std::atomic<bool> released = false;
    int value = 0;
    start([](asio::thread_pool& on, std::atomic<bool>& begun, std::atomic<bool>& wait,
             int& out) -> asio::awaitable<void> {
        out = co_await run_blocking(on, [&] {
            begun = true;
            wait.wait(false);
            return 7;
        });
        co_await async::sleep_for(test::for_ever);
    }(pool, started, released, value));
    run_until([&] { return started.load(); });
    cancel();
    BOOST_TEST(!ended());
    released = true;
    released.notify_all();
    finish_aborted();
    BOOST_TEST(value == 7);
}

BOOST_AUTO_TEST_CASE(a_caller_that_was_cancelled_before_runs_nothing) {
    bool ran = false;
    bool ready = false;
    start([](asio::thread_pool& on, bool& flag, bool& waiting) -> asio::awaitable<void> {
        try {
            waiting = true;
            co_await async::sleep_for(test::for_ever);
        } catch (const boost::system::system_error&) {
        }
        co_await run_blocking(on, [&] { flag = true; });
    }(pool, ran, ready));
    run_until([&] { return ready; });
    cancel();
    finish_aborted();
    BOOST_TEST(!ran);
}

BOOST_AUTO_TEST_CASE(many_at_once) {
    std::atomic<int> sum = 0;
    int ended_ones = 0;
    for (int at = 0; at < 200; ++at)
        asio::co_spawn(
            context,
            [](asio::thread_pool& on, std::atomic<int>& to, int& count) -> asio::awaitable<void> {
                co_await run_blocking(on, [&] { ++to; });
                ++count;
            }(pool, sum, ended_ones),
            [](std::exception_ptr thrown) { BOOST_TEST(!thrown); });
    context.run();
    BOOST_TEST(sum == 200);
    BOOST_TEST(ended_ones == 200);
}

BOOST_AUTO_TEST_SUITE_END()
