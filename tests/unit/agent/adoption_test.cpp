#include "bench.hpp"

using namespace familiar;
using namespace familiar::test;
using namespace std::chrono_literals;
using core::errc;
namespace asio = boost::asio;

namespace {

/// A container that an earlier server has started, with its workspace.
struct adopted : bench {
    adopted() { std::filesystem::create_directories(out()); }

    std::filesystem::path out() const { return agent::out_folder(settings.repo_cache, what.job); }
    std::string name() const { return agent::container_name(what); }
    std::filesystem::path log_file() const { return settings.logging.dir / "earlier/chosen.log"; }

    /// What the reconciling hands over: a container that started so long ago and may run for `timeout` in all.
    agent::adoption left(const std::string& status, std::chrono::milliseconds ago = 0ms,
                         const std::string& timeout = "30m", std::optional<agent::outcome> decided = {}) {
        engine.add_container(name(),
                             {{"familiar.agent", "true"},
                              {"familiar.instance", instance},
                              {"familiar.job", what.job},
                              {"familiar.attempt", "1"},
                              {"familiar.timeout", timeout}},
                             status, core::to_rfc3339(core::now() - ago));
        const auto found = ask([](agent::agents& agents) { return agents.list(); });
        return {found.value().at(0), log_file(), std::move(decided)};
    }

    agent::adoption ended(int code, std::chrono::milliseconds ago = 0ms, std::optional<agent::outcome> decided = {}) {
        auto of = left("running", ago, "30m", std::move(decided));
        engine.end(name(), code);
        of.container.is = agent::found_container::state::ended;
        return of;
    }

    static agent::outcome decided(agent::ending how) { return {how, "as it was decided"}; }

    meanwhile_type end_it_when_watched(int code) {
        return [this, code](async::task_group&) { return end_when_watched(code); };
    }
    asio::awaitable<void> end_when_watched(int code) {
        co_await wait_until([this] { return stages.saw("started"); });
        engine.end(name(), code);
    }

    void check_that_all_is_kept_and_gone() const {
        BOOST_TEST(text_of(log_file()) == name() + " printed this\n");
        BOOST_TEST(is_clean());
        BOOST_TEST(engine.calls("create").empty());
        BOOST_TEST(engine.calls("start").empty());
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(an_adopted_agent, adopted)

BOOST_AUTO_TEST_CASE(that_runs_is_watched_to_its_own_end) {
    const auto of = left("running", 10min);
    const auto outcome = outcome_of(adopt(of, end_it_when_watched(0)));
    BOOST_TEST(to_text(outcome.how) == "succeeded");
    BOOST_TEST(bool(stages.since == *of.container.started_at));
    BOOST_TEST(bool(stages.deadline == *of.container.started_at + 30min));
    const std::vector<std::string> expected{"started", "finishing"};
    BOOST_TEST(stages.told == expected, boost::test_tools::per_element());
    BOOST_TEST(engine.calls("stop").empty());
    check_that_all_is_kept_and_gone();
}

BOOST_AUTO_TEST_CASE(without_a_timeout_is_watched_to_its_own_end) {
    const auto outcome = outcome_of(adopt(left("running", 1h, "0s"), end_it_when_watched(5)));
    BOOST_TEST(outcome.exit_code.value() == 5);
    BOOST_TEST(!stages.deadline);
}

BOOST_AUTO_TEST_CASE(has_what_is_left_of_the_time_it_was_started_with) {
    settings.agents.timeout = 1ms;  // of this server, and not of that container
    const auto outcome = outcome_of(adopt(left("running", 1h - 500ms, "1h")));
    BOOST_TEST(to_text(outcome.how) == "timed_out");
    BOOST_TEST(outcome.reason == "still running after 1h");
    const std::vector<std::string> expected{"started", "stopping", "finishing"};
    BOOST_TEST(stages.told == expected, boost::test_tools::per_element());
    check_that_all_is_kept_and_gone();
}

BOOST_AUTO_TEST_CASE(whose_deadline_nobody_enforced_is_stopped_at_once) {
    const auto outcome = outcome_of(adopt(left("running", 2h)));
    BOOST_TEST(to_text(outcome.how) == "timed_out");
    BOOST_TEST(outcome.exit_code.value() == 143);
    BOOST_TEST(to_text(stages.announced.how) == "timed_out");
    check_that_all_is_kept_and_gone();
}

BOOST_AUTO_TEST_CASE(that_has_ended_has_the_outcome_of_its_exit_code) {
    BOOST_TEST(to_text(outcome_of(adopt(ended(0))).how) == "succeeded");
    const std::vector<std::string> expected{"started", "finishing"};
    BOOST_TEST(stages.told == expected, boost::test_tools::per_element());
    check_that_all_is_kept_and_gone();
}

BOOST_AUTO_TEST_CASE(that_has_ended_has_what_it_reported) {
    std::ofstream(out() / "result.json") << R"({"summary":"half done","reason":"no idea","turns":3})";
    const auto outcome = outcome_of(adopt(ended(3)));
    BOOST_TEST(to_text(outcome.how) == "failed");
    BOOST_TEST(outcome.reason == "exit code 3: no idea");
    BOOST_TEST(outcome.summary == "half done");
    BOOST_TEST(outcome.spent.turns.value() == 3);
    check_that_all_is_kept_and_gone();
}

BOOST_AUTO_TEST_CASE(that_has_ended_after_its_deadline_ended_by_itself_all_the_same) {
    BOOST_TEST(to_text(outcome_of(adopt(ended(0, 2h))).how) == "succeeded");
    BOOST_TEST(!stages.saw("stopping"));
    check_that_all_is_kept_and_gone();
}

BOOST_AUTO_TEST_CASE(that_somebody_stopped_is_judged_as_it_is) {
    const auto outcome = outcome_of(adopt(ended(143, 2h)));
    BOOST_TEST(to_text(outcome.how) == "failed");
    BOOST_TEST(outcome.reason == "terminated (143)");
}

BOOST_AUTO_TEST_CASE(whose_workspace_is_gone_has_its_exit_code) {
    const auto of = ended(0);
    std::filesystem::remove_all(settings.repo_cache.dir / "jobs");
    BOOST_TEST(to_text(outcome_of(adopt(of)).how) == "succeeded");
    BOOST_TEST(log.contains("the agent's report is not used"));
}

BOOST_AUTO_TEST_CASE(that_was_about_to_be_stopped_is_stopped_with_the_outcome_decided_then) {
    const auto outcome = outcome_of(adopt(left("running", 0ms, "30m", decided(agent::ending::cancelled))));
    BOOST_TEST(to_text(outcome.how) == "cancelled");
    BOOST_TEST(outcome.reason == "as it was decided");
    BOOST_TEST(outcome.exit_code.value() == 143);
    BOOST_TEST(engine.calls("stop").size() == 1U);
    const std::vector<std::string> expected{"started", "finishing"};
    BOOST_TEST(stages.told == expected, boost::test_tools::per_element());
    check_that_all_is_kept_and_gone();
}

BOOST_AUTO_TEST_CASE(that_was_stopped_has_the_outcome_decided_then_whatever_it_exited_with) {
    const auto outcome = outcome_of(adopt(ended(0, 0ms, decided(agent::ending::timed_out))));
    BOOST_TEST(to_text(outcome.how) == "timed_out");
    BOOST_TEST(outcome.exit_code.value() == 0);
    BOOST_TEST(engine.calls("stop").empty());
    check_that_all_is_kept_and_gone();
}

BOOST_AUTO_TEST_CASE(that_is_gone_is_interrupted) {
    const auto of = left("running");
    std::system((engine.program() + " rm -f " + name() + " >/dev/null").c_str());
    const auto outcome = outcome_of(adopt(of));
    BOOST_TEST(to_text(outcome.how) == "interrupted");
    BOOST_TEST(outcome.reason == "its container is gone; nobody saw how it ended");
    BOOST_TEST(!stages.saw("started"));
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(that_is_gone_has_the_outcome_that_was_decided) {
    const auto of = left("running", 0ms, "30m", decided(agent::ending::cancelled));
    std::system((engine.program() + " rm -f " + name() + " >/dev/null").c_str());
    BOOST_TEST(to_text(outcome_of(adopt(of)).how) == "cancelled");
    BOOST_TEST(engine.calls("stop").empty());
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(that_vanishes_under_our_eyes_was_removed_by_somebody) {
    const auto outcome = outcome_of(adopt(left("running"), [this](async::task_group&) {
        return [](adopted& own) -> asio::awaitable<void> {
            co_await wait_until([&] { return own.stages.saw("started"); });
            std::system((own.engine.program() + " rm -f " + own.name() + " >/dev/null").c_str());
        }(*this);
    }));
    BOOST_TEST(to_text(outcome.how) == "failed");
    BOOST_TEST(outcome.reason == "its container was removed by somebody else");
}

BOOST_AUTO_TEST_CASE(waits_for_an_engine_that_is_away) {
    const auto of = ended(0);
    engine.on("inspect", "first 5 && unreachable");
    BOOST_TEST(to_text(outcome_of(adopt(of)).how) == "succeeded");
    check_that_all_is_kept_and_gone();
}

BOOST_AUTO_TEST_CASE(that_is_cancelled_is_stopped_with_that_outcome) {
    stages.order = {.leave_running = false, .how = agent::ending::cancelled, .reason = "cancelled by mona"};
    const auto of = left("running");
    const auto outcome = outcome_of(adopt(of, cancel_when([this] { return stages.saw("started"); })));
    BOOST_TEST(to_text(outcome.how) == "cancelled");
    BOOST_TEST(outcome.reason == "cancelled by mona");
    check_that_all_is_kept_and_gone();
}

BOOST_AUTO_TEST_CASE(can_be_left_running_once_more) {
    stages.order.leave_running = true;
    const auto of = left("running");
    const auto ended = adopt(of, cancel_when([this] { return stages.saw("started"); }));
    BOOST_REQUIRE(ended.said);
    BOOST_TEST(bool(ended.said->error().code == errc::left_running));
    BOOST_TEST(engine.running().size() == 1U);
    BOOST_TEST(workspaces().size() == 1U);
}

BOOST_AUTO_TEST_CASE(that_nobody_can_ask_about_at_a_shutdown_is_left_to_the_next_start) {
    const auto of = left("running");
    engine.on("inspect", "unreachable");
    const auto ended = adopt(of, cancel_when([this] { return engine.calls("inspect --type container").size() > 3; }));
    BOOST_REQUIRE(ended.said);
    BOOST_TEST(bool(ended.said->error().code == errc::left_running));
    BOOST_TEST(ended.was_cancelled);
    BOOST_TEST(!stages.saw("finishing"));
    BOOST_TEST(workspaces().size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
