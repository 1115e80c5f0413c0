#include "bench.hpp"

using namespace familiar;
using namespace familiar::test;
using namespace std::chrono_literals;
using core::errc;
namespace asio = boost::asio;

namespace {

/// Cancels once `condition` holds.
std::function<asio::awaitable<void>(async::task_group&)> cancel_when(std::function<bool()> condition) {
    return [condition](async::task_group& agents) {
        return [](auto until, async::task_group& which) -> asio::awaitable<void> {
            co_await wait_until(until);
            which.cancel();
        }(condition, agents);
    };
}

struct with_short_timeout : bench {
    with_short_timeout() { settings.agents.timeout = 300ms; }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(the_end_of_an_agent, bench)

BOOST_AUTO_TEST_CASE(is_its_containers_exit_code) {
    struct row {
        int code;
        const char* how;
        const char* reason;
    };
    for (const auto& [code, how, reason] :
         std::vector<row>{{0, "succeeded", ""}, {5, "failed", "exit code 5"}, {137, "failed", "killed (137)"}}) {
        engine.agent("ends " + std::to_string(code));
        const auto outcome = outcome_of(run());
        BOOST_TEST(to_text(outcome.how) == how);
        BOOST_TEST(outcome.reason == reason);
        BOOST_TEST(outcome.exit_code.value() == code);
        BOOST_TEST(is_clean());
    }
}

BOOST_AUTO_TEST_CASE(is_what_it_reports_of_itself) {
    engine.agent(R"(echo '{"outcome":"failed","reason":"no idea","summary":"tried"}' > $OUT/result.json; ends 0)");
    auto outcome = outcome_of(run());
    BOOST_TEST(to_text(outcome.how) == "failed");
    BOOST_TEST(outcome.reason == "no idea");
    BOOST_TEST(outcome.summary == "tried");

    engine.agent(R"(echo '{"outcome":"succeeded","cost_usd":0.5,"turns":3}' > $OUT/result.json; ends 0)");
    outcome = outcome_of(run());
    BOOST_TEST(to_text(outcome.how) == "succeeded");
    BOOST_TEST(outcome.turns.value() == 3);
}

BOOST_AUTO_TEST_CASE(does_not_wait_for_a_report_that_is_none) {
    for (const auto* report : {"mkfifo $OUT/result.json", "ln -s /etc/passwd $OUT/result.json",
                               "echo nonsense > $OUT/result.json", "mkdir $OUT/result.json", "rm -rf $OUT"}) {
        engine.agent(std::string(report) + "; ends 0");
        BOOST_TEST(to_text(outcome_of(run()).how) == "succeeded", report);
        BOOST_TEST(log.contains("the agent's report is not used"), report);
        BOOST_TEST(is_clean(), report);
    }
}

BOOST_AUTO_TEST_CASE(is_seen_when_somebody_removes_its_container) {
    run([this](async::task_group&) {
        return [](bench& own) -> asio::awaitable<void> {
            co_await wait_until([&] { return own.stages.saw("started"); });
            const auto name = own.engine.containers().at(0);
            std::system((own.engine.program() + " rm -f " + name + " >/dev/null").c_str());
        }(*this);
    });
    BOOST_TEST(to_text(stages.outcome.how) == "failed");
    BOOST_TEST(stages.outcome.reason == "its container was removed by somebody else");
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(is_not_lost_with_its_log) {
    engine.agent("ends 0");
    engine.on("logs", "refuse 'configured logging driver does not support reading'");
    BOOST_TEST(to_text(outcome_of(run()).how) == "succeeded");
    BOOST_TEST(log.contains("the agent's log is lost"));
    BOOST_TEST(log.contains("does not support reading"));
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(is_cleaned_up_after_as_soon_as_the_engine_can) {
    engine.agent("ends 0");
    engine.on("logs", "first 5 && unreachable");
    engine.on("rm", "first 5 && unreachable");
    BOOST_TEST(to_text(outcome_of(run()).how) == "succeeded");
    BOOST_TEST(logs().size() == 1U);
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(is_cleaned_up_after_though_a_removal_is_refused_at_first) {
    engine.agent("ends 0");
    engine.on("rm",
              "first 2 && refuse 'driver \"overlay2\" failed to remove root filesystem: device or resource busy'");
    outcome_of(run());
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(leaves_a_container_that_cannot_be_removed_and_says_so) {
    engine.agent("ends 0");
    engine.on("rm", "refuse 'device or resource busy'");
    BOOST_TEST(to_text(outcome_of(run()).how) == "succeeded");
    BOOST_TEST(engine.calls("rm").size() == 3U);
    BOOST_TEST(log.contains("left behind until the next start"));
    BOOST_TEST(workspaces().empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(a_bug, bench)

BOOST_AUTO_TEST_CASE(before_the_start_is_an_error_that_nobody_retries) {
    stages.throws_at = "launching";
    const auto error = error_of(run());
    BOOST_TEST(error.message.find("internal error") != std::string::npos);
    BOOST_TEST(!core::is_transient(error));
    BOOST_TEST(log.contains("a bug"));
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(after_the_start_ends_the_agent_with_an_outcome) {
    stages.throws_at = "started";
    const auto outcome = outcome_of(run());
    BOOST_TEST(to_text(outcome.how) == "failed");
    BOOST_TEST(outcome.reason.find("internal error") != std::string::npos);
    BOOST_TEST(logs().size() == 1U);
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(the_deadline_of_an_agent, with_short_timeout)

BOOST_AUTO_TEST_CASE(stops_it_with_the_grace_and_cleans_up) {
    const auto outcome = outcome_of(run());
    BOOST_TEST(to_text(outcome.how) == "timed_out");
    BOOST_TEST(outcome.reason == "still running after 300ms");
    BOOST_TEST(outcome.exit_code.value() == 143);
    BOOST_TEST(to_text(stages.outcome.how) == "timed_out");
    BOOST_TEST(engine.calls("stop -t 1 -- " + agent::container_name(what)).size() == 1U);
    BOOST_TEST(logs().size() == 1U);
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(kills_one_that_cannot_be_stopped) {
    settings.docker.command_timeout = 500ms;
    engine.on("stop", "hang");
    const auto outcome = outcome_of(run());
    BOOST_TEST(to_text(outcome.how) == "timed_out");
    BOOST_TEST(!outcome.exit_code);
    BOOST_TEST(log.contains("it is killed"));
    BOOST_TEST(engine.calls("stop").size() == 1U);
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(waits_for_an_engine_that_is_away) {
    engine.on("stop", "first 5 && unreachable");
    const auto outcome = outcome_of(run());
    BOOST_TEST(to_text(outcome.how) == "timed_out");
    BOOST_TEST(outcome.exit_code.value() == 143);
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(is_none_if_none_is_configured) {
    settings.agents.timeout = 0ms;
    engine.agent("ends 0");
    outcome_of(run());
    BOOST_TEST(!stages.deadline);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(an_agent_that_is_cancelled, bench)

BOOST_AUTO_TEST_CASE(before_it_began_has_touched_nothing) {
    const auto ended = run([](async::task_group& agents) -> asio::awaitable<void> {
        agents.cancel();
        co_return;
    });
    BOOST_TEST(!ended.said);
    BOOST_TEST(stages.told.empty());
    BOOST_TEST(engine.calls("inspect").empty());
}

BOOST_AUTO_TEST_CASE(while_its_image_is_looked_at_was_not_started) {
    engine.on("inspect", "hang");
    const auto ended = run(cancel_when([this] { return !engine.calls("inspect --type image").empty(); }));
    BOOST_TEST(bool(error_of(ended).code == errc::shutting_down));
    BOOST_TEST(ended.was_cancelled);
    BOOST_TEST(engine.calls("rm").empty());
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(in_its_creation_leaves_no_container) {
    engine.on("create", "do_create \"$@\"; hang");
    const auto ended = run(cancel_when([this] { return !engine.containers().empty(); }));
    BOOST_TEST(bool(error_of(ended).code == errc::shutting_down));
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(in_its_start_counts_as_started_if_it_was) {
    engine.on("start", "do_start \"$@\"; hang");
    const auto outcome = outcome_of(run(cancel_when([this] { return !engine.running().empty(); })));
    BOOST_TEST(to_text(outcome.how) == "interrupted");
    BOOST_TEST(stages.saw("started"));
    BOOST_TEST(outcome.exit_code.value() == 143);
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(while_it_runs_is_stopped_and_cleaned_up_after) {
    const auto ended = run(cancel_when([this] { return stages.saw("started"); }));
    const auto outcome = outcome_of(ended);
    BOOST_TEST(ended.was_cancelled);
    BOOST_TEST(to_text(outcome.how) == "interrupted");
    BOOST_TEST(outcome.reason == "the server was shut down");
    BOOST_TEST(outcome.exit_code.value() == 143);
    BOOST_TEST(to_text(stages.outcome.how) == "interrupted");
    BOOST_TEST(logs().size() == 1U);
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(in_its_clean_up_keeps_its_outcome) {
    engine.agent("ends 5");
    engine.on("logs", "sleep 0.3");
    const auto outcome = outcome_of(run(cancel_when([this] { return !engine.calls("logs").empty(); })));
    BOOST_TEST(to_text(outcome.how) == "failed");
    BOOST_TEST(logs().size() == 1U);
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(is_interrupted_also_if_its_clean_up_never_ends) {
    engine.on("rm", "hang");
    const auto outcome = outcome_of(run(cancel_when([this] { return stages.saw("started"); })));
    BOOST_TEST(to_text(outcome.how) == "interrupted");
    BOOST_TEST(log.contains("clean-up took too long"));
}

BOOST_AUTO_TEST_CASE(is_killed_if_it_cannot_be_stopped) {
    settings.docker.command_timeout = 500ms;
    engine.on("stop", "hang");
    const auto outcome = outcome_of(run(cancel_when([this] { return stages.saw("started"); })));
    BOOST_TEST(to_text(outcome.how) == "interrupted");
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_SUITE_END()
