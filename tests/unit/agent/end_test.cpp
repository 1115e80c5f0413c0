#include "bench.hpp"

using namespace familiar;
using namespace familiar::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

struct with_short_timeout : bench {
    with_short_timeout() { settings.agents.timeout = 300ms; }

    /// The agent ends in the moment in which its start was told.
    void end_at_once(int code) {
        stages.on_stage = [this, code](const std::string& stage) {
            if (stage == "started") engine.end(agent::container_name(what), code);
        };
    }
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
    BOOST_TEST(outcome.spent.turns.value() == 3);
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

BOOST_AUTO_TEST_CASE(is_seen_by_nobody_if_the_engine_comes_back_without_its_container) {
    engine.on("events", "until [ -e \"$HERE/images/away\" ]; do sleep 0.02; done; unreachable");
    const auto outcome = outcome_of(run([this](async::task_group&) {
        return [](bench& own) -> asio::awaitable<void> {
            co_await wait_until([&] { return own.stages.saw("started") && own.engine.calls("events").size() == 1; });
            own.engine.lose(agent::container_name(own.what));
            own.engine.add_image("away", "");
        }(*this);
    }));
    BOOST_TEST(to_text(outcome.how) == "interrupted");
    BOOST_TEST(outcome.reason == "the Docker engine does not know its container any more; nobody saw how it ended");
    BOOST_TEST(!outcome.exit_code);
    BOOST_TEST(engine.calls("start").size() == 1U);
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

BOOST_AUTO_TEST_CASE(has_its_log_marked_if_the_engine_was_away_while_it_ran) {
    engine.on("events", "until [ -e \"$HERE/images/away\" ]; do sleep 0.02; done; unreachable");
    run([this](async::task_group&) {
        return [](bench& own) -> asio::awaitable<void> {
            co_await wait_until([&] { return own.stages.saw("started") && own.engine.calls("events").size() == 1; });
            own.engine.add_image("away", "");
            co_await wait_until([&] { return own.engine.calls("events").size() > 1; });
            co_await own.end_when_started();
        }(*this);
    });
    const auto name = agent::container_name(what);
    BOOST_TEST(text_of(logs().at(0)) ==
               name + " printed this\n[the Docker engine was away while this agent ran: some of its output may be " +
                   "missing]\n");
    BOOST_TEST(to_text(stages.outcome.how) == "succeeded");
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

BOOST_AUTO_TEST_CASE(leaves_its_container_while_the_disk_has_no_room_for_the_log) {
    engine.agent("ends 0");
    engine.on("logs", "refuse 'write /x: no space left on device'");
    BOOST_TEST(to_text(outcome_of(run()).how) == "succeeded");
    BOOST_TEST(log.contains("the agent's log cannot be kept now"));
    BOOST_TEST(engine.containers().size() == 1U);
    BOOST_TEST(workspaces().empty());
}

BOOST_AUTO_TEST_CASE(leaves_a_container_that_cannot_be_removed_and_says_so) {
    engine.agent("ends 0");
    engine.on("rm", "refuse 'device or resource busy'");
    BOOST_TEST(to_text(outcome_of(run()).how) == "succeeded");
    BOOST_TEST(engine.calls("rm").size() == 3U);
    BOOST_TEST(log.contains("left behind until the next reconciling"));
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

BOOST_AUTO_TEST_CASE(is_told_before_the_agent_is_stopped) {
    stages.on_stage = [this](const std::string& stage) {
        if (stage == "stopping") BOOST_TEST(engine.calls("stop").empty());
        if (stage == "finishing") BOOST_TEST(engine.calls("stop").size() == 1U);
    };
    outcome_of(run());
    const std::vector<std::string> expected{"launching", "started", "stopping", "finishing"};
    BOOST_TEST(stages.told == expected, boost::test_tools::per_element());
    BOOST_TEST(to_text(stages.announced.how) == "timed_out");
    BOOST_TEST(stages.announced.reason == "still running after 300ms");
}

BOOST_AUTO_TEST_CASE(is_the_outcome_whatever_the_agent_exits_with_then) {
    engine.on("stop", "find_container \"$@\"; ends 0; exit 0");
    const auto outcome = outcome_of(run());
    BOOST_TEST(to_text(outcome.how) == "timed_out");
    BOOST_TEST(outcome.exit_code.value() == 0);
}

BOOST_AUTO_TEST_CASE(does_not_forget_what_the_agent_spent_until_then) {
    engine.agent(R"(echo '{"outcome":"failed","reason":"stopped","cost_usd":0.5,"turns":3}' > $OUT/result.json)");
    const auto outcome = outcome_of(run());
    BOOST_TEST(to_text(outcome.how) == "timed_out");
    BOOST_TEST(outcome.spent.cost_usd.value() == 0.5);
    BOOST_TEST(outcome.reason == "still running after 300ms");
}

BOOST_AUTO_TEST_CASE(does_not_overwrite_an_end_that_came_just_before_it) {
    settings.agents.timeout = 1ms;  // over before anybody has asked how the agent does
    end_at_once(0);
    const auto outcome = outcome_of(run());
    BOOST_TEST(to_text(outcome.how) == "succeeded");
    BOOST_TEST(!stages.saw("stopping"));
    BOOST_TEST(engine.calls("stop").empty());
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(waits_until_the_engine_says_whether_it_still_runs) {
    settings.agents.timeout = 1ms;
    end_at_once(5);
    engine.on("inspect",
              "[ $2 = container ] && grep -q exited \"$HERE\"/containers/*/status && first 5 && unreachable");
    const auto outcome = outcome_of(run());
    BOOST_TEST(to_text(outcome.how) == "failed");
    BOOST_TEST(outcome.exit_code.value() == 5);
    BOOST_TEST(engine.calls("inspect --type container").size() > 5U);
    BOOST_TEST(engine.calls("stop").empty());
}

BOOST_AUTO_TEST_CASE(keeps_its_outcome_if_a_shutdown_comes_while_it_is_enforced) {
    engine.on("stop", "first 1 && hang");
    const auto outcome = outcome_of(run(cancel_when([this] { return !engine.calls("stop").empty(); })));
    BOOST_TEST(to_text(outcome.how) == "timed_out");
    BOOST_TEST(std::count(stages.told.begin(), stages.told.end(), "stopping") == 1);
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
