#include "bench.hpp"

#include <sys/stat.h>

using namespace familiar;
using namespace familiar::test;
using agent::ending;
using core::errc;

namespace {

/// What the agent found, written to a file of the site's.
std::string look(const site& at, const std::string& commands) {
    return "( cd \"$OUT/..\"; " + commands + " ) > '" + (at.folder / "found").string() + "' 2>&1; ends 0";
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(starting_an_agent, bench)

BOOST_AUTO_TEST_CASE(every_stage_is_told_before_what_it_announces) {
    engine.agent("ends 0");
    const auto outcome = outcome_of(run());
    BOOST_TEST(to_text(outcome.how) == "succeeded");
    BOOST_TEST(outcome.exit_code.value() == 0);
    const std::vector<std::string> expected{"launching", "started", "finishing"};
    BOOST_TEST(stages.told == expected, boost::test_tools::per_element());
    BOOST_TEST(stages.launch.container == "familiar-agent-01m81q2b8ej7hs0zxannv5pr24-1");
    BOOST_TEST(stages.launch.head == head());
    BOOST_TEST(stages.launch.branch == "feature");
    BOOST_TEST(bool(stages.deadline == stages.since + settings.agents.timeout));
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(the_agent_finds_its_briefing_and_its_workspace) {
    settings.agents.secrets.emplace("api_key", core::secret("s3cret"));
    engine.agent(
        look(*this,
             "cat workspace/src/lib/spin.txt secrets/api_key; head -1 familiar/prompt.md; stat -c %a secrets/api_key; "
             "ls familiar"));
    outcome_of(run());
    BOOST_TEST(text_of(folder / "found") == "spin\ns3cret# Task\n400\nevent.json\ninstructions.md\nprompt.md\n");
}

BOOST_AUTO_TEST_CASE(the_log_is_kept_for_the_group_only) {
    engine.agent("ends 0");
    const auto old = ::umask(0);
    outcome_of(run());
    ::umask(old);
    BOOST_REQUIRE(logs().size() == 1U);
    BOOST_TEST(logs().front() == agent::log_path(settings.logging, what));
    BOOST_TEST(text_of(logs().front()) == agent::container_name(what) + " printed this\n");
    struct stat mode{};
    BOOST_REQUIRE(::stat(logs().front().parent_path().c_str(), &mode) == 0);
    BOOST_TEST((mode.st_mode & 07777) == 0750U);
}

BOOST_AUTO_TEST_CASE(a_missing_image_is_told_with_what_to_do) {
    settings.agents.image = "elsewhere:1";
    const auto error = error_of(run());
    BOOST_TEST(bool(error.code == errc::image_missing));
    BOOST_TEST(error.message.find("elsewhere:1 (agents.image)") != std::string::npos, error.message);
    BOOST_TEST(error.message.find("agents.pull: missing") != std::string::npos, error.message);
    BOOST_TEST(!stages.saw("launching"));
    BOOST_TEST(engine.calls("create").empty());
    BOOST_TEST(engine.calls("rm").empty());
}

BOOST_AUTO_TEST_CASE(a_missing_image_is_pulled_if_that_is_wanted) {
    settings.agents.image = "elsewhere";
    settings.agents.pull = config::pull_policy::missing;
    engine.on("pull", "echo familiar.agent.api=1 > \"$HERE/images/elsewhere\"; exit 0");
    engine.agent("ends 0");
    outcome_of(run());
    BOOST_TEST(engine.calls("pull --quiet -- elsewhere").size() == 1U);
}

BOOST_AUTO_TEST_CASE(the_image_is_looked_at_once_while_the_workspace_is_made) {
    const auto checked_out = settings.repo_cache.dir / "jobs" / what.job / "workspace/src/lib/spin.txt";
    engine.on("inspect", "[ $2 = image ] && until [ -e '" + checked_out.string() + "' ]; do sleep 0.01; done");
    engine.agent("ends 0");
    BOOST_TEST(to_text(outcome_of(run()).how) == "succeeded");
    BOOST_TEST(engine.calls("inspect --type image").size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_workspace_that_cannot_be_made_is_told_without_waiting_for_the_engine) {
    settings.docker.command_timeout = std::chrono::hours(1);
    engine.on("inspect", "hang");
    what.subject = opened(77);
    BOOST_TEST(bool(error_of(run()).code == errc::ref_missing));
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(an_image_without_the_label_needs_a_command) {
    engine.add_image("shell", "a=b\n");
    settings.agents.image = "shell";
    const auto error = error_of(run());
    BOOST_TEST(bool(error.code == errc::image_unsuitable));
    BOOST_TEST(error.message.find("not a Familiar agent image: shell") != std::string::npos, error.message);
    BOOST_TEST(error.message.find("agents.command") != std::string::npos, error.message);

    settings.agents.command = {"true"};
    engine.agent("ends 0");
    outcome_of(run());
}

BOOST_AUTO_TEST_CASE(a_merge_request_that_is_gone_ends_before_a_container) {
    what.subject = opened(77);
    BOOST_TEST(bool(error_of(run()).code == errc::ref_missing));
    BOOST_TEST(engine.calls("create").empty());
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(the_launch_is_told_between_the_creation_and_the_start) {
    engine.agent("ends 0");
    stages.on_stage = [this](const std::string& stage) {
        if (stage != "launching") return;
        BOOST_TEST(engine.containers().size() == 1U);
        BOOST_TEST(engine.calls("start").empty());
    };
    outcome_of(run());
    BOOST_TEST(engine.calls("start").size() == 1U);
}

BOOST_AUTO_TEST_CASE(nothing_is_started_and_nothing_left_if_the_launch_cannot_be_written_down) {
    stages.refused.emplace("launching", core::fail(errc::storage_full, "disk full"));
    BOOST_TEST(bool(error_of(run()).code == errc::storage_full));
    BOOST_TEST(engine.calls("create").size() == 1U);
    BOOST_TEST(engine.calls("start").empty());
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(a_container_of_its_name_that_runs_is_not_killed_for_it) {
    engine.add_container(agent::container_name(what), {}, "running");
    BOOST_TEST(bool(error_of(run()).code == errc::conflict));
    BOOST_TEST(engine.calls("start").empty());
}

BOOST_AUTO_TEST_CASE(an_engine_that_is_gone_at_the_creation_is_told_as_that) {
    engine.on("create", "unreachable");
    BOOST_TEST(bool(error_of(run()).code == errc::engine_unreachable));
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(a_container_that_an_unseen_creation_left_makes_room_for_the_next_attempt) {
    // The answer gets lost and the engine is away for the removal too; then the job comes back under the same number.
    engine.on("create", "first 1 && { ( do_create \"$@\" >/dev/null ); unreachable; }");
    engine.on("rm", "first 3 && unreachable");
    BOOST_TEST(bool(error_of(run()).code == errc::engine_unreachable));
    BOOST_TEST(engine.containers().size() == 1U);

    engine.agent("ends 0");
    BOOST_TEST(to_text(outcome_of(run()).how) == "succeeded");
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(a_path_that_the_engines_host_does_not_have_is_told_with_what_to_do) {
    engine.on("create", "refuse 'invalid mount config for type \"bind\": bind source path does not exist: /x'");
    const auto error = error_of(run());
    BOOST_TEST(error.message.find("bind source path does not exist: /x") != std::string::npos, error.message);
    BOOST_TEST(error.message.find("repo_cache.host_dir") != std::string::npos, error.message);
    BOOST_TEST(!core::is_transient(error));
}

BOOST_AUTO_TEST_CASE(a_start_that_fails_though_the_container_runs_is_a_start) {
    engine.on("start", "do_start \"$@\"; echo 'unexpected EOF' >&2; exit 1");
    const auto ended = run([this](async::task_group&) { return end_when_started(); });
    BOOST_TEST(to_text(outcome_of(ended).how) == "succeeded");
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(a_start_that_fails_is_told_with_the_engines_words_and_leaves_nothing) {
    engine.on("start", "refuse 'OCI runtime create failed: exec: \"nonsense\": executable file not found in $PATH'");
    const auto error = error_of(run());
    BOOST_TEST(error.message.find("nonsense") != std::string::npos, error.message);
    BOOST_TEST(!core::is_transient(error));
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(after_a_start_that_hangs_the_engine_says_whether_it_runs) {
    settings.docker.command_timeout = std::chrono::milliseconds(1500);
    engine.on("start", "first 1 && { do_start \"$@\"; hang; }; hang");
    engine.agent("ends 3");
    const auto outcome = outcome_of(run());
    BOOST_TEST(outcome.exit_code.value() == 3);

    BOOST_TEST(bool(error_of([this] {
                        stages.told.clear();
                        return run();
                    }())
                        .code == errc::timed_out));
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(a_start_that_happens_after_its_failure_was_told_is_a_start) {
    // The engine is slow: what was asked of it comes true while the removal is on its way.
    engine.on("start", "echo 'unexpected EOF' >&2; exit 1");
    engine.on("rm", "[ $1 = -f ] || ! first 1 || ( do_start \"$3\" )");
    const auto ended = run([this](async::task_group&) { return end_when_started(); });
    BOOST_TEST(to_text(outcome_of(ended).how) == "succeeded");
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(a_container_that_was_not_started_is_removed_without_force) {
    engine.on("start", "unreachable");
    BOOST_TEST(bool(error_of(run()).code == errc::engine_unreachable));
    BOOST_TEST(engine.calls("rm -v -- ").size() == 1U);
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(an_engine_that_is_away_right_after_the_start_is_asked_until_it_answers) {
    engine.on("inspect", "[ $2 = container ] && first 4 && unreachable");
    engine.agent("ends 0");
    BOOST_TEST(to_text(outcome_of(run()).how) == "succeeded");
}

BOOST_AUTO_TEST_CASE(a_branch_of_the_workspace_alone_is_not_told_as_the_merge_requests) {
    what.subject.request.head_origin = event::origin::fork;
    engine.agent(look(*this, "cat workspace/.git/HEAD"));
    outcome_of(run());
    BOOST_TEST(text_of(folder / "found") == "ref: refs/heads/familiar/mr-7\n");
    BOOST_TEST(stages.launch.branch == "");
}

BOOST_AUTO_TEST_SUITE_END()
