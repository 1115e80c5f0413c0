#include "e2e/support/docker.hpp"
#include "e2e/support/forge.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/wait_for.hpp"
#include "support/unit_test.hpp"

#include <algorithm>
#include <future>

// Which webhooks are the same, and which are not.
namespace {

using namespace familiar::test;

/// An agent that does nothing, or what its merge request's act.sh says.
constexpr auto idle = R"(["true"])";
constexpr auto acting = R"(["sh", "/workspace/act.sh"])";
constexpr auto until_told = "echo 'the prompt:'; until [ -e /familiar/out/go ]; do sleep 0.1; done";

struct desk {
    test_forge forge;
};

std::string run(const server& familiar, const webhook& what, const char* state = "succeeded") {
    const auto job = familiar.accepted(what);
    const auto done = familiar.wait_for_job(job);
    BOOST_TEST_INFO(done.reason);
    BOOST_TEST(done.state == state);
    return job;
}

void check_duplicate(const server& familiar, const webhook& what, const std::string& job, const std::string& state) {
    const auto given = familiar.post(what);
    BOOST_TEST_INFO(given.body);
    BOOST_TEST(given.status == 200u);
    BOOST_TEST(given.field("status") == "duplicate");
    BOOST_TEST(given.field("job") == job);
    BOOST_TEST(given.field("state") == state);
}

/// The update from one commit to another, as the forge tells of it.
webhook update(const merge_request& about, const std::string& before, const std::string& after) {
    auto what = github("pull_request.synchronize", about);
    what.at("/before") = before;
    what.at("/after") = after;
    what.at("/pull_request/head/sha") = after;
    return what;
}

void point_branch_at(test_forge& forge, const merge_request& about, const std::string& commit) {
    forge.set_ref(about.path, "refs/heads/" + about.branch, commit);
    forge.point_requests_at_branch(about);
}

webhook with_another_id(webhook what) {
    what.delivery += "-again";
    return what;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(idempotency, desk)

BOOST_AUTO_TEST_CASE(a_delivery_that_comes_many_times_at_once_is_one_job) {
    server familiar(forge, {{"agents.command", idle}});
    const event_log events(familiar.instance_label());
    const auto what = github("pull_request.opened", forge.open());
    std::vector<std::future<answer>> answers;
    for (int i = 0; i < 8; ++i) answers.push_back(std::async(std::launch::async, [&] { return familiar.post(what); }));
    int queued = 0;
    std::vector<std::string> jobs;
    for (auto& future : answers) {
        const auto given = future.get();
        BOOST_TEST((given.status == 202 || given.status == 200), given.head << given.body);
        if (given.status == 202) ++queued;
        jobs.push_back(given.field("job"));
    }
    BOOST_TEST(queued == 1);
    BOOST_TEST(std::count(jobs.begin(), jobs.end(), jobs.front()) == 8);
    BOOST_TEST(familiar.wait_for_job(jobs.front()).state == "succeeded");
    BOOST_TEST(familiar.jobs().size() == 1u);
    BOOST_TEST(events.count("create") == 1u);
}

BOOST_AUTO_TEST_CASE(a_delivery_is_a_duplicate_while_its_job_waits_runs_and_has_succeeded_and_after_a_restart) {
    server familiar(forge, {{"agents.command", acting}, {"concurrency.max_agents", "1"}});
    const auto first = github("pull_request.opened", forge.open({{"act.sh", until_told}}));
    const auto second = github("pull_request.opened", forge.open({{"act.sh", "true"}}));
    const auto running = familiar.accepted(first);
    familiar.wait_until_waiting(running);
    const auto waiting = familiar.accepted(second);
    familiar.wait_for_state(waiting, {"queued"});

    check_duplicate(familiar, first, running, "running");
    check_duplicate(familiar, second, waiting, "queued");
    familiar.let_go(running);
    BOOST_TEST(familiar.wait_for_job(waiting).state == "succeeded");
    check_duplicate(familiar, second, waiting, "succeeded");
    familiar.end();
    familiar.start();
    check_duplicate(familiar, first, running, "succeeded");
    BOOST_TEST(familiar.jobs().size() == 2u);
}

BOOST_AUTO_TEST_CASE(another_delivery_that_means_the_same_is_a_duplicate) {
    server familiar(forge, {{"agents.command", acting}});
    const auto about = forge.open({{"act.sh", until_told}});
    const auto opened = github("pull_request.opened", about);
    const auto job = familiar.accepted(opened);
    familiar.wait_until_waiting(job);
    check_duplicate(familiar, with_another_id(opened), job, "running");
    familiar.let_go(job);
    BOOST_TEST(familiar.wait_for_job(job).state == "succeeded");
    check_duplicate(familiar, github("pull_request.opened", about), job, "succeeded");
    BOOST_TEST(familiar.jobs().size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_comment_is_the_same_by_its_id_and_not_by_its_text) {
    server familiar(forge, {{"agents.command", idle}, {"events.mr_comment", "true"}});
    const auto about = forge.open();
    const auto comment = github("pull_request_review_comment.created", about);
    const auto job = run(familiar, comment);
    check_duplicate(familiar, with_another_id(comment), job, "succeeded");
    run(familiar, github("pull_request_review_comment.created", about));
    const auto note = gitlab("note.create.mention", forge.open());
    const auto other = run(familiar, note);
    check_duplicate(familiar, with_another_id(note), other, "succeeded");
    BOOST_TEST(familiar.jobs().size() == 3u);
}

BOOST_AUTO_TEST_CASE(a_push_from_a_to_b_and_back_to_a_runs_each_time) {
    server familiar(forge, {{"agents.command", idle}});
    auto about = forge.open();
    const auto base = about.head;
    forge.push(about, {{"lib/spin.txt", "A\n"}});
    const auto a = about.head;
    const auto first = run(familiar, update(about, base, a));
    forge.push(about, {{"lib/spin.txt", "B\n"}});
    const auto b = about.head;
    const auto second = run(familiar, update(about, a, b));
    point_branch_at(forge, about, a);
    const auto third = run(familiar, update(about, b, a));

    BOOST_TEST(familiar.job(first).head == a);
    BOOST_TEST(familiar.job(second).head == b);
    BOOST_TEST(familiar.job(third).head == a);
    check_duplicate(familiar, with_another_id(update(about, b, a)), third, "succeeded");
    BOOST_TEST(familiar.jobs().size() == 3u);
}

BOOST_AUTO_TEST_CASE(a_merge_request_that_is_reopened_as_it_was_runs_again) {
    server familiar(forge, {{"agents.command", idle}});
    const auto at_github = forge.open();
    run(familiar, github("pull_request.opened", at_github));
    run(familiar, github("pull_request.reopened", forge.open()));
    BOOST_TEST(familiar.post(github("pull_request.closed", at_github)).status == 200u);
    run(familiar, github("pull_request.reopened", at_github));

    const auto at_gitlab = forge.open();
    run(familiar, gitlab("merge_request.open", at_gitlab));
    BOOST_TEST(familiar.post(gitlab("merge_request.close", at_gitlab)).status == 200u);
    run(familiar, gitlab("merge_request.reopen", at_gitlab));
    BOOST_TEST(familiar.jobs().size() == 5u);
}

BOOST_AUTO_TEST_CASE(a_redelivery_after_a_failure_runs_once_more_and_says_whose_retry_it_is) {
    server familiar(forge, {{"agents.command", acting}});
    auto about = forge.open({{"act.sh", "exit 5"}});
    const auto opened = github("pull_request.opened", about);
    const auto first = run(familiar, opened, "failed");
    const auto second = run(familiar, opened, "failed");
    forge.push(about, {{"act.sh", until_told}});
    const auto third = familiar.accepted(opened);
    familiar.wait_until_waiting(third);
    check_duplicate(familiar, opened, third, "running");
    familiar.let_go(third);
    BOOST_TEST(familiar.wait_for_job(third).state == "succeeded");
    check_duplicate(familiar, opened, third, "succeeded");

    BOOST_TEST(familiar.job(second).retry_of == first);
    BOOST_TEST(familiar.job(third).retry_of == second);
    BOOST_TEST(familiar.jobs().size() == 3u);
}

BOOST_AUTO_TEST_CASE(an_agent_that_answers_its_own_pushes_is_stopped_by_the_hourly_limit) {
    server familiar(forge, {{"agents.command", idle}, {"triggers.max_jobs_per_hour", "3"}});
    auto about = forge.open();
    auto before = about.head;
    run(familiar, github("pull_request.opened", about));
    for (int i = 0; i < 4; ++i) {
        forge.push(about, {{"lib/spin.txt", "Round " + std::to_string(i) + ".\n"}});
        const auto job = run(familiar, update(about, before, about.head), i < 2 ? "succeeded" : "refused");
        if (i >= 2) BOOST_TEST(familiar.job(job).reason.find("max_jobs_per_hour") != std::string::npos);
        before = about.head;
    }
    BOOST_TEST(familiar.metric("familiar_agents_spawned_total") == 3);
    BOOST_TEST(familiar.metric("familiar_jobs_total{event=\"mr_updated\",outcome=\"refused\"}") == 2);
    run(familiar, github("pull_request.opened", forge.open()));
}

BOOST_AUTO_TEST_SUITE_END()
