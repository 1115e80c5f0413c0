#include "job/engine_gate.hpp"

#include "async/task_group.hpp"
#include "async/timeout.hpp"
#include "observe/log.hpp"
#include "support/run_coroutine.hpp"
#include "support/unit_test.hpp"

#include <boost/asio/this_coro.hpp>

using namespace familiar;
using namespace std::chrono_literals;

namespace {

boost::asio::awaitable<void> wait_at(job::engine_gate& gate, int& passed) {
    co_await gate.wait_until_open();
    ++passed;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(the_engine_gate)

BOOST_AUTO_TEST_CASE(starts_closed_and_lets_everybody_through_once_it_opens) {
    const observe::log_capture quiet;
    boost::asio::io_context context(1);
    job::engine_gate gate(context.get_executor());
    int passed = 0;
    test::run_coroutine(context, [](job::engine_gate& at, int& count) -> boost::asio::awaitable<void> {
        async::task_group waiting(co_await boost::asio::this_coro::executor, [](std::exception_ptr) {});
        waiting.spawn(wait_at(at, count));
        waiting.spawn(wait_at(at, count));
        BOOST_TEST(!co_await waiting.join_for(20ms));
        BOOST_TEST(count == 0);
        at.set(true);
        BOOST_TEST(co_await waiting.join_for(10s));
    }(gate, passed));
    BOOST_TEST(passed == 2);
    BOOST_TEST(gate.open());
}

BOOST_AUTO_TEST_CASE(is_no_wait_while_it_is_open) {
    const observe::log_capture quiet;
    boost::asio::io_context context(1);
    job::engine_gate gate(context.get_executor());
    gate.set(true);
    test::run_coroutine(context, gate.wait_until_open());
}

BOOST_AUTO_TEST_CASE(tells_each_change_once) {
    const observe::log_capture log;
    boost::asio::io_context context(1);
    job::engine_gate gate(context.get_executor());
    std::vector<bool> told;
    gate.on_change([&](bool open) { told.push_back(open); });
    for (const bool open : {false, false, true, true, false}) gate.set(open, "dockerd is gone");
    BOOST_TEST(told == (std::vector<bool>{false, true, false}), boost::test_tools::per_element());
    BOOST_TEST(log.lines().size() == 3U);
    BOOST_TEST(log.contains("dockerd is gone"));
}

BOOST_AUTO_TEST_SUITE_END()
