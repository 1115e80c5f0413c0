#include "async/task_group.hpp"

#include "async/shield.hpp"
#include "async/timeout.hpp"
#include "driver.hpp"
#include "support/run_coroutine.hpp"
#include "support/unit_test.hpp"

#include <stdexcept>
#include <string>
#include <vector>

using namespace familiar;
using namespace std::chrono_literals;
using async::task_group;
using test::for_ever;
namespace asio = boost::asio;

namespace {

struct grouped : test::driver {
    std::vector<std::string> failures;
    task_group group{context.get_executor(), [this](std::exception_ptr thrown) {
                         try {
                             std::rethrow_exception(thrown);
                         } catch (const std::exception& failure) {
                             failures.emplace_back(failure.what());
                         }
                     }};
    int present = 0;
    int other = 0;

    ~grouped() {
        group.cancel();
        context.restart();
        context.run();
    }
};

asio::awaitable<void> set(bool& flag) {
    flag = true;
    co_return;
}

asio::awaitable<void> fail(std::string why, std::chrono::milliseconds after) {
    if (after > 0ms) co_await async::sleep_for(after);
    throw std::runtime_error(why);
}

/// Hangs; once cancelled, cleans up under a shield before it ends.
asio::awaitable<void> with_clean_up(int& started, int& cleaned) {
    ++started;
    std::exception_ptr thrown;
    try {
        co_await async::sleep_for(for_ever);
    } catch (...) {
        thrown = std::current_exception();
    }
    const auto clean_up = [](int& count) -> asio::awaitable<void> {
        co_await async::sleep_for(1ms);
        ++count;
    };
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await async::shielded(clean_up(cleaned), for_ever);
    if (thrown) std::rethrow_exception(thrown);
}

asio::awaitable<void> join(task_group& group) {
    co_await group.join();
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(task_groups, grouped)

BOOST_AUTO_TEST_CASE(an_empty_group_is_joined_at_once) {
    test::run_coroutine(context, group.join());
    BOOST_TEST(test::run_coroutine(context, group.join_for(0ms)));
    BOOST_TEST(group.empty());
}

BOOST_AUTO_TEST_CASE(a_task_starts_at_the_next_turn_and_leaves_the_group_at_its_end) {
    bool ran = false;
    asio::post(context, [&] {
        group.spawn(set(ran));
        BOOST_TEST(!ran);
        BOOST_TEST(group.size() == 1);
    });
    context.run();
    BOOST_TEST(ran);
    BOOST_TEST(group.empty());
}

BOOST_AUTO_TEST_CASE(join_waits_for_every_task) {
    int ended = 0;
    for (const auto duration : {1ms, 20ms, 5ms})
        group.spawn([](int& count, std::chrono::milliseconds time) -> asio::awaitable<void> {
            co_await async::sleep_for(time);
            ++count;
        }(ended, duration));
    test::run_coroutine(context, group.join());
    BOOST_TEST(ended == 3);
}

BOOST_AUTO_TEST_CASE(join_waits_for_tasks_that_tasks_start) {
    int depth = 0;
    struct nest {
        static asio::awaitable<void> deeper(task_group& into, int& count) {
            co_await async::sleep_for(1ms);
            if (++count < 5) into.spawn(deeper(into, count));
        }
    };
    group.spawn(nest::deeper(group, depth));
    test::run_coroutine(context, group.join());
    BOOST_TEST(depth == 5);
}

BOOST_AUTO_TEST_CASE(join_with_a_deadline_says_whether_it_was_met) {
    group.spawn(test::hang(present));
    BOOST_TEST(!test::run_coroutine(context, [](task_group& all) -> asio::awaitable<bool> {
        const bool joined = co_await all.join_for(5ms);
        BOOST_TEST(all.size() == 1);
        all.cancel();
        BOOST_TEST(co_await all.join_for(for_ever));
        co_return joined;
    }(group)));
    BOOST_TEST(present == 0);
}

BOOST_AUTO_TEST_CASE(several_can_join_the_same_group) {
    int joined = 0;
    group.spawn(test::hang(present));
    task_group joiners(context.get_executor(), [](std::exception_ptr) {});
    for (int at = 0; at < 3; ++at)
        joiners.spawn([](task_group& all, int& count) -> asio::awaitable<void> {
            co_await all.join();
            ++count;
        }(group, joined));
    run_until([&] { return present == 1; });
    group.cancel();
    context.restart();
    context.run();
    BOOST_TEST(joined == 3);
}

BOOST_AUTO_TEST_CASE(a_cancelled_joiner_is_aborted_and_the_tasks_go_on) {
    group.spawn(test::hang(present));
    start(join(group));
    run_until([&] { return present == 1; });
    cancel();
    run_until([&] { return ended(); });
    BOOST_TEST(aborted());
    BOOST_TEST(present == 1);
    BOOST_TEST(group.size() == 1);
}

BOOST_AUTO_TEST_CASE(cancel_ends_every_task) {
    for (int at = 0; at < 10; ++at) group.spawn(test::hang(present));
    run_until([&] { return present == 10; });
    group.cancel();
    BOOST_TEST(group.size() == 10);
    test::run_coroutine(context, group.join());
    BOOST_TEST(present == 0);
    BOOST_TEST(failures.empty());
}

BOOST_AUTO_TEST_CASE(cancel_of_one_task_leaves_the_others) {
    const auto which = group.spawn(test::hang(present));
    group.spawn(test::hang(other));
    run_until([&] { return present == 1 && other == 1; });
    group.cancel(which);
    run_until([&] { return present == 0; });
    run_until([&] { return group.size() == 1; });
    BOOST_TEST(other == 1);
    group.cancel(which);
    group.cancel(which + 1000);
    BOOST_TEST(group.size() == 1);
}

BOOST_AUTO_TEST_CASE(a_task_that_was_cancelled_before_it_started_never_runs) {
    bool ran = false;
    bool ran_too = false;
    group.spawn(set(ran));
    group.cancel(group.spawn(set(ran_too)));
    group.cancel();
    context.run();
    BOOST_TEST(!ran);
    BOOST_TEST(!ran_too);
    BOOST_TEST(group.empty());
    BOOST_TEST(failures.empty());
}

BOOST_AUTO_TEST_CASE(a_task_that_is_added_after_cancel_never_runs) {
    bool ran = false;
    group.cancel();
    group.spawn(set(ran));
    asio::post(context, [&] { group.spawn(set(ran)); });
    context.run();
    BOOST_TEST(!ran);
    BOOST_TEST(group.empty());
}

BOOST_AUTO_TEST_CASE(a_task_may_cancel_its_own_group) {
    bool went_on = false;
    group.spawn(test::hang(present));
    group.spawn([](task_group& own, int& others, bool& passed) -> asio::awaitable<void> {
        while (others == 0) co_await async::sleep_for(1ms);
        own.cancel();
        co_await async::sleep_for(for_ever);
        passed = true;
    }(group, present, went_on));
    test::run_coroutine(context, group.join());
    BOOST_TEST(!went_on);
    BOOST_TEST(present == 0);
}

BOOST_AUTO_TEST_CASE(tasks_may_start_and_cancel_others_while_they_are_cancelled) {
    bool ran = false;
    for (int at = 0; at < 3; ++at)
        group.spawn([](task_group& own, int& here, bool& flag) -> asio::awaitable<void> {
            try {
                co_await test::hang(here);
            } catch (const boost::system::system_error&) {
                own.spawn(set(flag));
                own.cancel();
                throw;
            }
        }(group, present, ran));
    run_until([&] { return present == 3; });
    group.cancel();
    test::run_coroutine(context, group.join());
    BOOST_TEST(!ran);
    BOOST_TEST(present == 0);
}

BOOST_AUTO_TEST_CASE(a_task_that_ends_another_one_inside_its_cancellation_is_no_harm) {
    // The operation's cancellation handler resumes a second task at once, which ends before the group comes to it.
    std::function<void()> resume;
    const auto suspended_until_told = [](std::function<void()>& by) -> asio::awaitable<void> {
        co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(
            [&](auto handler) {
                auto shared = std::make_shared<decltype(handler)>(std::move(handler));
                by = [shared, done = std::make_shared<bool>(false)] {
                    if (!std::exchange(*done, true)) std::move (*shared)();
                };
            },
            asio::use_awaitable);
    };
    const auto resumes_when_cancelled = [](std::function<void()>& other, int& here) -> asio::awaitable<void> {
        const test::presence mark(here);
        co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(
            [&](auto handler) {
                auto shared = std::make_shared<decltype(handler)>(std::move(handler));
                auto slot = asio::get_associated_cancellation_slot(*shared);
                slot.assign([&other, shared](asio::cancellation_type) {
                    other();
                    asio::post(asio::get_associated_executor(*shared), [shared] { std::move (*shared)(); });
                });
            },
            asio::use_awaitable);
    };
    group.spawn(resumes_when_cancelled(resume, present));
    group.spawn(suspended_until_told(resume));
    run_until([&] { return present == 1 && resume; });
    asio::post(context, [this] { group.cancel(); });
    test::run_coroutine(context, group.join());
    BOOST_TEST(present == 0);
    BOOST_TEST(group.empty());
}

BOOST_AUTO_TEST_CASE(what_a_task_throws_reaches_the_handler_and_the_others_go_on) {
    group.spawn(fail("at once", 0ms));
    group.spawn(fail("later", 5ms));
    group.spawn(test::hang(present));
    run_until([&] { return failures.size() == 2; });
    BOOST_TEST(failures == (std::vector<std::string>{"at once", "later"}), boost::test_tools::per_element());
    BOOST_TEST(present == 1);
}

BOOST_AUTO_TEST_CASE(what_a_task_throws_while_it_is_cancelled_reaches_the_handler) {
    group.spawn([](int& here) -> asio::awaitable<void> {
        try {
            co_await test::hang(here);
        } catch (const boost::system::system_error&) {
            throw std::runtime_error("clean-up failed");
        }
    }(present));
    run_until([&] { return present == 1; });
    group.cancel();
    test::run_coroutine(context, group.join());
    BOOST_TEST(failures == (std::vector<std::string>{"clean-up failed"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_task_that_swallows_its_cancellation_ends_like_any_other) {
    group.spawn([](int& here) -> asio::awaitable<void> {
        try {
            co_await test::hang(here);
        } catch (const boost::system::system_error&) {
        }
    }(present));
    run_until([&] { return present == 1; });
    group.cancel();
    test::run_coroutine(context, group.join());
    BOOST_TEST(failures.empty());
}

BOOST_AUTO_TEST_CASE(a_thousand_tasks_clean_up_after_a_cancellation) {
    int started = 0;
    int cleaned = 0;
    for (int at = 0; at < 1000; ++at) group.spawn(with_clean_up(started, cleaned));
    run_until([&] { return started == 1000; });
    group.cancel();
    BOOST_TEST(test::run_coroutine(context, group.join_for(30s)));
    BOOST_TEST(cleaned == 1000);
    BOOST_TEST(failures.empty());
}

BOOST_AUTO_TEST_CASE(a_limit_inside_a_task_is_cancelled_with_it) {
    group.spawn(
        [](int& here) -> asio::awaitable<void> { co_await async::with_timeout(test::hang(here), for_ever); }(present));
    run_until([&] { return present == 1; });
    group.cancel();
    test::run_coroutine(context, group.join());
    BOOST_TEST(present == 0);
    BOOST_TEST(failures.empty());
}

BOOST_AUTO_TEST_SUITE_END()
