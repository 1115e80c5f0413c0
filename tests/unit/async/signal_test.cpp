#include "async/signal.hpp"

#include "async/task_group.hpp"
#include "driver.hpp"
#include "support/run_coroutine.hpp"
#include "support/unit_test.hpp"

using namespace familiar;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

struct signalled : test::driver {
    async::signal signal{context.get_executor()};
    async::task_group waiters{context.get_executor(), [](std::exception_ptr) { BOOST_ERROR("a waiter failed"); }};
    int waiting = 0;
    int woken = 0;

    asio::awaitable<void> wait() {
        ++waiting;
        co_await signal.wait();
        ++woken;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(signals, signalled)

BOOST_AUTO_TEST_CASE(everybody_who_waits_is_woken_and_can_wait_again) {
    for (int round = 1; round <= 2; ++round) {
        for (int at = 0; at < 3; ++at) waiters.spawn(wait());
        run_until([&] { return waiting == 3 * round; });
        signal.notify();
        test::run_coroutine(context, waiters.join());
        BOOST_TEST(woken == 3 * round);
    }
}

BOOST_AUTO_TEST_CASE(who_waits_later_is_not_woken_by_an_earlier_change) {
    signal.notify();
    waiters.spawn(wait());
    run_until([&] { return waiting == 1; });
    context.poll();
    BOOST_TEST(woken == 0);
    signal.notify();
    test::run_coroutine(context, waiters.join());
    BOOST_TEST(woken == 1);
}

BOOST_AUTO_TEST_CASE(a_cancelled_waiter_is_aborted_and_not_woken) {
    start(wait());
    run_until([&] { return waiting == 1; });
    cancel();
    finish_aborted();
    BOOST_TEST(woken == 0);
}

BOOST_AUTO_TEST_CASE(a_wait_with_an_end_ends_there_or_when_it_is_woken) {
    test::run_coroutine(context, signal.wait_until(std::chrono::steady_clock::now() + 1ms));
    start(signal.wait_until(std::chrono::steady_clock::now() + test::for_ever));
    run_until([this] { return context.poll() == 0; });
    signal.notify();
    finish();
}

BOOST_AUTO_TEST_SUITE_END()
