#include "git/turnstile.hpp"

#include "async/sleep.hpp"
#include "async/task_group.hpp"
#include "async/timeout.hpp"
#include "support/run_coroutine.hpp"
#include "support/unit_test.hpp"

#include <boost/asio/io_context.hpp>

#include <optional>
#include <vector>

using namespace familiar;
namespace asio = boost::asio;

namespace {

struct scene {
    asio::io_context context{1};
    git::turnstile turns{context.get_executor()};
    async::task_group tasks{context.get_executor(), [](std::exception_ptr) { BOOST_ERROR("a task failed"); }};
    std::vector<std::string> went;
};

asio::awaitable<void> pass(scene& all, std::string name, std::string who) {
    const auto turn = co_await all.turns.enter(name);
    all.went.push_back(who + " in");
    co_await async::sleep_for(std::chrono::milliseconds(1));
    all.went.push_back(who + " out");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(turns)

BOOST_AUTO_TEST_CASE(one_at_a_time_passes_in_the_order_of_coming) {
    scene all;
    for (const char* who : {"a", "b", "c"}) all.tasks.spawn(pass(all, "x", who));
    test::run_coroutine(all.context, all.tasks.join());
    const std::vector<std::string> expected{"a in", "a out", "b in", "b out", "c in", "c out"};
    BOOST_CHECK(all.went == expected);
}

BOOST_AUTO_TEST_CASE(another_name_does_not_wait) {
    scene all;
    test::run_coroutine(all.context, [](scene& s) -> asio::awaitable<void> {
        const auto held = co_await s.turns.enter("x");
        s.tasks.spawn(pass(s, "x", "a"));
        s.tasks.spawn(pass(s, "y", "b"));
        while (s.went.size() < 2) co_await async::sleep_for(std::chrono::milliseconds(1));
        BOOST_CHECK_EQUAL(s.went.front(), "b in");
    }(all));
    BOOST_CHECK_EQUAL(all.went.size(), 4U);
    BOOST_CHECK(all.tasks.empty());
}

BOOST_AUTO_TEST_CASE(who_is_cancelled_while_waiting_holds_nobody_up) {
    scene all;
    test::run_coroutine(all.context, [](scene& s) -> asio::awaitable<void> {
        std::optional<git::turnstile::turn> held(co_await s.turns.enter("x"));
        auto gave_up = co_await async::with_timeout(s.turns.enter("x"), std::chrono::milliseconds(5));
        BOOST_CHECK(gave_up.has_error());
        s.tasks.spawn(pass(s, "x", "a"));
        co_await async::sleep_for(std::chrono::milliseconds(5));
        held.reset();
        co_await s.tasks.join();
    }(all));
    BOOST_CHECK_EQUAL(all.went.size(), 2U);
}

BOOST_AUTO_TEST_CASE(a_turn_given_to_one_who_is_cancelled_at_that_moment_goes_on) {
    scene all;
    async::task_group doomed(all.context.get_executor(), {});
    test::run_coroutine(all.context, [](scene& s, async::task_group& victims) -> asio::awaitable<void> {
        std::optional<git::turnstile::turn> held(co_await s.turns.enter("x"));
        victims.spawn(pass(s, "x", "victim"));
        s.tasks.spawn(pass(s, "x", "a"));
        co_await async::sleep_for(std::chrono::milliseconds(5));
        held.reset();
        victims.cancel();
        co_await victims.join();
        co_await s.tasks.join();
    }(all, doomed));
    BOOST_CHECK(all.went.back() == "a out");
}

BOOST_AUTO_TEST_SUITE_END()
