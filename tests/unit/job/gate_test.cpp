#include "async/task_group.hpp"
#include "async/timeout.hpp"
#include "job/gates.hpp"
#include "observe/log.hpp"
#include "support/run_coroutine.hpp"
#include "support/unit_test.hpp"

#include <boost/asio/this_coro.hpp>

using namespace familiar;
using namespace std::chrono_literals;

namespace {

constexpr job::gate::texts words{"docker", "it answers", "it is away"};

boost::asio::awaitable<void> wait_at(job::gate& gate, int& passed) {
    co_await gate.wait_until_open();
    ++passed;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_gate)

BOOST_AUTO_TEST_CASE(of_something_unknown_is_closed_and_lets_everybody_through_once_it_opens) {
    const observe::log_capture quiet;
    boost::asio::io_context context(1);
    job::gate gate(context.get_executor(), words, job::gate::start::unknown);
    int passed = 0;
    test::run_coroutine(context, [](job::gate& at, int& count) -> boost::asio::awaitable<void> {
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
    job::gate gate(context.get_executor(), words, job::gate::start::unknown);
    gate.set(true);
    test::run_coroutine(context, gate.wait_until_open());
}

BOOST_AUTO_TEST_CASE(tells_each_change_once) {
    const observe::log_capture log;
    boost::asio::io_context context(1);
    job::gate gate(context.get_executor(), words, job::gate::start::unknown);
    std::vector<bool> told;
    gate.on_change([&](bool open) { told.push_back(open); });
    for (const bool open : {false, false, true, true, false}) gate.set(open, "dockerd is gone");
    BOOST_TEST(told == (std::vector<bool>{false, true, false}), boost::test_tools::per_element());
    BOOST_TEST(log.lines().size() == 3U);
    BOOST_TEST(log.contains("msg=\"it is away\" gate=docker reason=\"dockerd is gone\""));
    BOOST_TEST(log.contains("msg=\"it answers\" gate=docker"));
}

BOOST_AUTO_TEST_CASE(of_something_that_is_taken_to_be_there_tells_nothing_until_it_is_not) {
    const observe::log_capture log;
    boost::asio::io_context context(1);
    job::gate gate(context.get_executor(), words, job::gate::start::open);
    gate.set(true);
    BOOST_TEST(log.lines().empty());
    gate.set(false);
    test::run_coroutine(context, gate.wait_until_closed());
    BOOST_TEST(log.lines().size() == 1U);
}

BOOST_AUTO_TEST_CASE(is_there_for_each_forge_the_engine_and_the_disk) {
    boost::asio::io_context context(1);
    job::gates gates(context.get_executor());
    std::string names;
    for (const auto* one : gates.all()) names += std::string(one->name()) + (one->open() ? " open, " : " closed, ");
    BOOST_TEST(names == "docker closed, disk open, github open, gitlab open, ");
    BOOST_TEST(&gates.of(event::provider::gitlab) == &gates.gitlab);
}

BOOST_AUTO_TEST_SUITE_END()
