#include "bench.hpp"
#include "support/wait_until.hpp"

using namespace familiar;
using namespace familiar::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

/// An agent that may be silent for 300 ms.
struct with_idle_timeout : bench {
    with_idle_timeout() { settings.agents.idle_timeout = 300ms; }

    std::string name() const { return agent::container_name(what); }
    auto questions() const { return engine.calls("logs --tail 1 --timestamps -- " + name()); }

    /// Prints until it has been asked for its output so often, and ends it then.
    meanwhile_type print_until_asked(std::size_t times) {
        return [this, times](async::task_group&) { return print_and_end(times); };
    }
    asio::awaitable<void> print_and_end(std::size_t times) {
        co_await wait_until([this] { return stages.saw("started"); });
        while (questions().size() < times) {
            engine.print(name(), "still here\n");
            co_await async::sleep_for(50ms);
        }
        engine.end(name(), 0);
    }

    /// One that an earlier server has started, and that printed last so long ago.
    agent::adoption left(std::chrono::milliseconds started, std::chrono::milliseconds printed) {
        std::filesystem::create_directories(agent::out_folder(settings.repo_cache, what.job));
        engine.add_container(name(),
                             {{"familiar.agent", "true"},
                              {"familiar.instance", instance},
                              {"familiar.job", what.job},
                              {"familiar.attempt", "1"},
                              {"familiar.timeout", "30m"}},
                             "running", core::to_rfc3339(core::now() - started));
        engine.printed_last(name(), core::now() - printed);
        const auto found = ask([](agent::agents& agents) { return agents.list(); });
        return {found.value().at(0), settings.logging.dir / "adopted.log", {}};
    }

    void check_ended_as_silent(const agent::outcome& outcome, const std::string& longest = "300ms") const {
        BOOST_TEST(to_text(outcome.how) == "timed_out");
        BOOST_TEST(outcome.reason == "no output for " + longest);
        BOOST_TEST(outcome.exit_code.value() == 143);
        BOOST_TEST(outcome.last_lines == name() + " printed this");
        BOOST_TEST(to_text(stages.announced.how) == "timed_out");
        BOOST_TEST(engine.calls("stop -t 1 -- " + name()).size() == 1U);
        BOOST_TEST(logs().size() == 1U);
        BOOST_TEST(is_clean());
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(the_silence_of_an_agent, with_idle_timeout)

BOOST_AUTO_TEST_CASE(ends_it_as_its_deadline_would) {
    check_ended_as_silent(outcome_of(run()));
    const std::vector<std::string> expected{"launching", "started", "stopping", "finishing"};
    BOOST_TEST(stages.told == expected, boost::test_tools::per_element());
    // The first question finds a line that was printed since the start, the second none since the first.
    BOOST_TEST(questions().size() >= 2U);
}

BOOST_AUTO_TEST_CASE(ends_it_though_it_has_never_printed) {
    engine.agent(R"(: > "$AT/log")");
    const auto outcome = outcome_of(run());
    BOOST_TEST(outcome.reason == "no output for 300ms");
    BOOST_TEST(outcome.last_lines == "");
}

BOOST_AUTO_TEST_CASE(is_none_while_it_prints) {
    const auto outcome = outcome_of(run(print_until_asked(3)));
    BOOST_TEST(to_text(outcome.how) == "succeeded");
    BOOST_TEST(engine.calls("stop").empty());
}

BOOST_AUTO_TEST_CASE(is_nobodys_business_if_no_bound_is_configured) {
    settings.agents.idle_timeout = 0ms;
    settings.agents.timeout = 400ms;
    BOOST_TEST(outcome_of(run()).reason == "still running after 400ms");
    BOOST_TEST(questions().empty());
}

BOOST_AUTO_TEST_CASE(is_not_waited_for_beyond_the_deadline) {
    settings.agents.timeout = 200ms;
    BOOST_TEST(outcome_of(run()).reason == "still running after 200ms");
    BOOST_TEST(questions().empty());
}

BOOST_AUTO_TEST_CASE(is_not_assumed_of_an_engine_that_gives_no_answer) {
    engine.on("logs", R"([ "$1" != --tail ] || { first 3 && unreachable; })");
    check_ended_as_silent(outcome_of(run()));
    BOOST_TEST(questions().size() >= 5U);
}

BOOST_AUTO_TEST_CASE(is_not_known_where_no_log_can_be_read_and_the_deadline_holds) {
    settings.agents.timeout = 1s;
    engine.on("logs", R"([ "$1" != --tail ] || refuse 'configured logging driver does not support reading')");
    BOOST_TEST(outcome_of(run()).reason == "still running after 1s");
    BOOST_TEST(log.contains("nobody can tell how long the agent has been silent"));
}

BOOST_AUTO_TEST_CASE(is_not_known_of_an_engine_that_hangs_and_the_deadline_holds) {
    settings.agents.timeout = 1s;
    engine.on("logs", R"([ "$1" != --tail ] || hang)");
    BOOST_TEST(outcome_of(run()).reason == "still running after 1s");
}

BOOST_AUTO_TEST_CASE(is_no_reason_to_end_one_that_has_just_ended_by_itself) {
    engine.on("logs", R"([ "$1" != --tail ] || { first 1 || { find_container "$@"; ends 0; }; })");
    const auto outcome = outcome_of(run());
    BOOST_TEST(to_text(outcome.how) == "succeeded");
    BOOST_TEST(!stages.saw("stopping"));
}

BOOST_AUTO_TEST_CASE(is_not_measured_by_an_engine_whose_clock_is_behind) {
    settings.agents.idle_timeout = 2s;
    settings.agents.timeout = 1s;
    engine.on("start",
              R"(find_container "$@"; do_start "$@"; date -u -d '1 hour ago' +%Y-%m-%dT%H:%M:%SZ > "$AT/started"
                          touch -d '1 hour ago' "$AT/log"; exit 0)");
    BOOST_TEST(outcome_of(run()).reason == "still running after 1s");
}

BOOST_AUTO_TEST_CASE(while_no_server_watched_ends_one_that_is_adopted) {
    settings.agents.idle_timeout = 10min;
    check_ended_as_silent(outcome_of(adopt(left(20min, 11min))), "10m");
    BOOST_TEST(questions().size() == 1U);
}

BOOST_AUTO_TEST_CASE(counts_from_the_last_line_of_one_that_is_adopted) {
    settings.agents.idle_timeout = 10min;
    const auto outcome = outcome_of(adopt(left(20min, 10min - 400ms)));
    check_ended_as_silent(outcome, "10m");
    BOOST_TEST(questions().size() >= 2U);
}

BOOST_AUTO_TEST_SUITE_END()
