#include "process/pull.hpp"

#include "async/task_group.hpp"
#include "shell.hpp"
#include "support/leftovers.hpp"
#include "support/temporary_directory.hpp"
#include "support/unit_test.hpp"
#include "support/wait_until.hpp"

#include <boost/system/system_error.hpp>

#include <stdexcept>

using namespace familiar;
using namespace familiar::test;
using namespace std::chrono_literals;
using core::errc;
namespace asio = boost::asio;

namespace {

struct reader : no_leftovers {
    /// Takes pieces until it has `enough`.
    process::chunk_taker taker() {
        return [this](std::string piece) { return take(std::move(piece)); };
    }

    asio::awaitable<bool> take(std::string piece) {
        text += piece;
        if (pause.count() > 0) co_await async::sleep_for(pause);
        if (throws) throw std::runtime_error("enough");
        co_return text.find(enough) == std::string::npos;
    }

    core::result<process::exit_status> pull(const std::string& script) {
        return run_coroutine(process::pull(shell(script), 500ms, taker()));
    }

    std::string text;
    std::string enough = "never printed";
    std::chrono::milliseconds pause{0};
    bool throws = false;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(pulling, reader)

BOOST_AUTO_TEST_CASE(both_streams_are_taken_in_order_and_the_end_is_told) {
    const auto ended = pull("echo a; echo b >&2; echo c; exit 3");
    BOOST_REQUIRE(ended);
    BOOST_TEST(ended->code == 3);
    BOOST_TEST(text == "a\nb\nc\n");
}

BOOST_AUTO_TEST_CASE(a_fast_child_waits_for_a_slow_reader_and_nothing_is_lost) {
    temporary_directory place;
    pause = 1ms;
    const auto ended = pull("head -c 3000000 /dev/zero; touch '" + (place / "done").string() + "'");
    BOOST_REQUIRE(ended);
    BOOST_TEST(ended->success());
    BOOST_TEST(text.size() == 3000000u);
}

BOOST_AUTO_TEST_CASE(what_a_child_that_has_ended_left_in_the_pipe_is_taken_in_time) {
    pause = 600ms;  // longer than any grace
    BOOST_TEST(pull("echo a; sleep 0.1; echo b; sleep 0.1; echo c").has_value());
    BOOST_TEST(text == "a\nb\nc\n");
}

BOOST_AUTO_TEST_CASE(a_reader_that_has_enough_ends_the_child) {
    enough = "b";
    const auto ended = pull("echo a; sleep 0.1; echo b; exec sleep 300");
    BOOST_REQUIRE(ended);
    BOOST_TEST(ended->signal == SIGTERM);
}

BOOST_AUTO_TEST_CASE(a_child_that_ignores_term_is_killed) {
    enough = "b";
    const auto ended = pull("trap '' TERM; echo b; while :; do sleep 0.05; done");
    BOOST_REQUIRE(ended);
    BOOST_TEST(ended->signal == SIGKILL);
}

BOOST_AUTO_TEST_CASE(a_descendant_that_holds_the_output_open_keeps_nobody_waiting) {
    BOOST_TEST(pull("sleep 300 & echo a").has_value());
    BOOST_TEST(text == "a\n");
}

BOOST_AUTO_TEST_CASE(a_child_that_closes_its_output_is_waited_for) {
    const auto ended = pull("echo a; exec >&- 2>&-; sleep 0.1; exit 4");
    BOOST_REQUIRE(ended);
    BOOST_TEST(ended->code == 4);
}

BOOST_AUTO_TEST_CASE(an_exception_of_the_reader_ends_the_child) {
    throws = true;
    BOOST_CHECK_THROW(pull("echo a; exec sleep 300"), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(a_missing_program_is_told) {
    process::command what;
    what.argv = {"familiar-no-such-program"};
    const auto ended = run_coroutine(process::pull(what, 500ms, taker()));
    BOOST_REQUIRE(!ended);
    BOOST_TEST(ended.error().code == make_error_code(errc::program_missing));
}

BOOST_AUTO_TEST_CASE(a_cancellation_reaches_a_reader_at_work_and_ends_the_child) {
    pause = 1h;
    bool aborted = false;
    run_coroutine([](reader& own, bool& thrown) -> asio::awaitable<void> {
        async::task_group group(co_await asio::this_coro::executor, [](std::exception_ptr) {});
        group.spawn([](reader& by, bool& out) -> asio::awaitable<void> {
            try {
                co_await process::pull(shell("echo a; exec sleep 300"), 500ms, by.taker());
            } catch (const boost::system::system_error& failure) {
                out = failure.code() == asio::error::operation_aborted;
            }
        }(own, thrown));
        co_await wait_until([&] { return !own.text.empty(); });
        group.cancel();
        co_await group.join();
    }(*this, aborted));
    BOOST_TEST(aborted);
}

BOOST_AUTO_TEST_SUITE_END()
