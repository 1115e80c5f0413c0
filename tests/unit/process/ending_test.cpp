#include "async/task_group.hpp"
#include "async/timeout.hpp"
#include "process/run.hpp"
#include "shell.hpp"
#include "support/leftovers.hpp"
#include "support/temporary_directory.hpp"
#include "support/unit_test.hpp"
#include "support/wait_until.hpp"

#include <fstream>
#include <signal.h>

using namespace familiar;
using namespace familiar::test;
using core::errc;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

/// Deaf to TERM, it and its own child.
constexpr auto stubborn = "trap '' TERM; echo ready; while :; do sleep 0.05; done";

struct fixture : no_leftovers {
    temporary_directory place;

    process::command here(std::string script) const {
        auto what = shell(std::move(script));
        what.directory = place.path();
        return what;
    }
};

/// Runs `what` in a task, cancels it once `file` is there, and says how it ended.
asio::awaitable<std::string> cancel_once_there(process::command what, process::limits within,
                                               std::filesystem::path file) {
    std::string outcome = "nothing";
    async::task_group group(co_await asio::this_coro::executor, [](std::exception_ptr) {});
    group.spawn([](process::command command, process::limits limits, std::string& said) -> asio::awaitable<void> {
        try {
            const auto ended = co_await process::run(std::move(command), limits);
            said = ended ? "ended" : ended.error().message;
        } catch (const boost::system::system_error& failure) {
            said = failure.code() == asio::error::operation_aborted ? "aborted" : failure.what();
        }
    }(std::move(what), within, outcome));
    co_await wait_until([&] { return std::filesystem::exists(file); });
    group.cancel();
    group.cancel();
    co_await group.join();
    co_return outcome;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(ending, fixture)

BOOST_AUTO_TEST_CASE(the_deadline_ends_a_child_by_term) {
    const auto ended =
        result_of(here("trap 'echo > asked; exit 0' TERM; while :; do sleep 0.05; done"), {.deadline = 300ms});
    BOOST_REQUIRE(!ended);
    BOOST_TEST(ended.error().code == make_error_code(errc::timed_out));
    BOOST_TEST(ended.error().message == "/bin/sh took longer than 300ms and was ended");
    BOOST_TEST(std::filesystem::exists(place / "asked"));
}

BOOST_AUTO_TEST_CASE(one_that_ignores_term_is_killed_after_the_grace) {
    const auto begin = std::chrono::steady_clock::now();
    const auto ended = result_of(shell(stubborn), {.deadline = 100ms, .grace = 200ms});
    BOOST_REQUIRE(!ended);
    BOOST_TEST(ended.error().code == make_error_code(errc::timed_out));
    BOOST_TEST((std::chrono::steady_clock::now() - begin >= 300ms));
}

BOOST_AUTO_TEST_CASE(what_it_started_is_ended_with_it) {
    const auto ended = result_of(here("sleep 300 & echo $! > pid; wait"), {.deadline = 300ms});
    BOOST_REQUIRE(!ended);
    pid_t grandchild = 0;
    std::ifstream(place / "pid") >> grandchild;
    BOOST_REQUIRE(grandchild > 0);
    run_coroutine(wait_until([&] {
        std::string pid, name, state = "Z";
        std::ifstream("/proc/" + std::to_string(grandchild) + "/stat") >> pid >> name >> state;
        return state == "Z";
    }));
}

BOOST_AUTO_TEST_CASE(a_flood_does_not_keep_the_deadline_from_passing) {
    const auto ended = result_of(shell("exec yes"), {.deadline = 200ms, .max_output = 100});
    BOOST_REQUIRE(!ended);
    BOOST_TEST(ended.error().code == make_error_code(errc::timed_out));
}

BOOST_AUTO_TEST_CASE(without_a_deadline_it_may_take_its_time) {
    const auto ended = result_of(shell("sleep 0.3; exit 2"), {.deadline = 0ms});
    BOOST_REQUIRE(ended);
    BOOST_TEST(ended->status.code == 2);
}

BOOST_AUTO_TEST_CASE(cancelling_the_caller_ends_the_child_and_then_aborts) {
    const auto what = here("trap 'echo > asked; exit 0' TERM; echo > ready; while :; do sleep 0.05; done");
    BOOST_TEST(run_coroutine(cancel_once_there(what, {}, place / "ready")) == "aborted");
    BOOST_TEST(std::filesystem::exists(place / "asked"));
}

BOOST_AUTO_TEST_CASE(cancelling_kills_one_that_ignores_term) {
    const auto what = here("trap '' TERM; echo > ready; while :; do sleep 0.05; done");
    BOOST_TEST(run_coroutine(cancel_once_there(what, {.grace = 100ms}, place / "ready")) == "aborted");
}

BOOST_AUTO_TEST_CASE(cancelling_while_it_is_being_ended_changes_nothing_of_that) {
    // It says that TERM has come, takes its time, and must be let finish.
    const auto what =
        here("trap 'echo > asked; sleep 0.3; echo > finished; exit 0' TERM; while :; do sleep 0.05; done");
    BOOST_TEST(run_coroutine(cancel_once_there(what, {.deadline = 200ms, .grace = 20s}, place / "asked")) == "aborted");
    BOOST_TEST(std::filesystem::exists(place / "finished"));
}

BOOST_AUTO_TEST_CASE(a_timeout_around_it_is_a_cancellation) {
    const auto outcome = run_coroutine(async::with_timeout(process::run(shell(stubborn), {.grace = 50ms}), 200ms));
    BOOST_REQUIRE(!outcome);
    BOOST_TEST(outcome.error().code == make_error_code(errc::timed_out));
}

BOOST_AUTO_TEST_CASE(a_caller_that_is_cancelled_already_starts_nothing) {
    const auto outcome = run_coroutine([](process::command what) -> asio::awaitable<std::string> {
        async::task_group group(co_await asio::this_coro::executor, [](std::exception_ptr) {});
        std::string said = "nothing";
        group.spawn([](process::command command, async::task_group& own, std::string& out) -> asio::awaitable<void> {
            own.cancel();
            try {
                co_await process::run(std::move(command));
                out = "ran";
            } catch (const boost::system::system_error&) {
                out = "aborted";
            }
        }(std::move(what), group, said));
        co_await group.join();
        co_return said;
    }(here("echo > started")));
    BOOST_TEST(outcome == "aborted");
    BOOST_TEST(!std::filesystem::exists(place / "started"));
}

BOOST_AUTO_TEST_SUITE_END()
