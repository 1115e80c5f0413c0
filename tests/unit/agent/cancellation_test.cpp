#include "bench.hpp"

using namespace familiar;
using namespace familiar::test;
using namespace std::chrono_literals;
using agent::ending;
using core::errc;
namespace asio = boost::asio;

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

BOOST_AUTO_TEST_CASE(while_its_workspace_is_made_and_its_image_looked_at_leaves_neither) {
    engine.on("inspect", "hang");
    const auto made = settings.repo_cache.dir / "jobs" / what.job / "workspace";
    const auto ended = run(
        cancel_when([&] { return std::filesystem::exists(made) && !engine.calls("inspect --type image").empty(); }));
    BOOST_TEST(bool(error_of(ended).code == errc::shutting_down));
    BOOST_TEST(ended.was_cancelled);
    BOOST_TEST(engine.calls("create").empty());
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(in_its_creation_leaves_no_container) {
    engine.on("create", "do_create \"$@\"; hang");
    const auto ended = run(cancel_when([this] { return !engine.containers().empty(); }));
    BOOST_TEST(bool(error_of(ended).code == errc::shutting_down));
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(in_its_start_was_not_started_if_the_engine_says_so) {
    engine.on("start", "hang");
    const auto ended = run(cancel_when([this] { return !engine.calls("start").empty(); }));
    BOOST_TEST(bool(error_of(ended).code == errc::shutting_down));
    BOOST_TEST(engine.calls("rm -v -- ").size() == 1U);
    BOOST_TEST(!stages.saw("stopping"));
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

BOOST_AUTO_TEST_CASE(has_the_outcome_and_the_reason_that_were_ordered) {
    stages.order = {.leave_running = false, .how = ending::cancelled, .reason = "the merge request was closed"};
    stages.on_stage = [this](const std::string& stage) {
        if (stage == "stopping") BOOST_TEST(engine.calls("stop").empty());
    };
    const auto outcome = outcome_of(run(cancel_when([this] { return stages.saw("started"); })));
    BOOST_TEST(to_text(outcome.how) == "cancelled");
    BOOST_TEST(outcome.reason == "the merge request was closed");
    BOOST_TEST(outcome.exit_code.value() == 143);
    BOOST_TEST(to_text(stages.announced.how) == "cancelled");
    const std::vector<std::string> expected{"launching", "started", "stopping", "finishing"};
    BOOST_TEST(stages.told == expected, boost::test_tools::per_element());
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(that_has_just_ended_by_itself_keeps_its_own_end) {
    engine.on("events", "hang");
    const auto outcome = outcome_of(run([this](async::task_group& agents) {
        return [](bench& own, async::task_group& which) -> asio::awaitable<void> {
            co_await own.end_when_started();
            which.cancel();
        }(*this, agents);
    }));
    BOOST_TEST(to_text(outcome.how) == "succeeded");
    BOOST_TEST(!stages.saw("stopping"));
    BOOST_TEST(engine.calls("stop").empty());
}

BOOST_AUTO_TEST_CASE(can_be_left_running_with_all_that_belongs_to_it) {
    stages.order.leave_running = true;
    const auto ended = run(cancel_when([this] { return stages.saw("started"); }));
    BOOST_REQUIRE(ended.said);
    BOOST_TEST(bool(ended.said->error().code == errc::left_running));
    BOOST_TEST(ended.was_cancelled);
    const std::vector<std::string> expected{"launching", "started"};
    BOOST_TEST(stages.told == expected, boost::test_tools::per_element());
    BOOST_TEST(engine.running().size() == 1U);
    BOOST_TEST(engine.calls("stop").empty());
    BOOST_TEST(engine.calls("logs").empty());
    BOOST_TEST(workspaces().size() == 1U);
}

BOOST_AUTO_TEST_CASE(before_its_start_is_removed_though_others_are_left_running) {
    stages.order.leave_running = true;
    engine.on("create", "do_create \"$@\"; hang");
    const auto ended = run(cancel_when([this] { return !engine.containers().empty(); }));
    BOOST_TEST(bool(error_of(ended).code == errc::shutting_down));
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(in_its_clean_up_finishes_though_others_are_left_running) {
    stages.order.leave_running = true;
    engine.agent("ends 5");
    engine.on("logs", "sleep 0.3");
    const auto outcome = outcome_of(run(cancel_when([this] { return !engine.calls("logs").empty(); })));
    BOOST_TEST(to_text(outcome.how) == "failed");
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
