#include "e2e/support/arranged_docker.hpp"
#include "e2e/support/docker.hpp"
#include "e2e/support/forge.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/wait_for.hpp"
#include "support/unit_test.hpp"

#include <algorithm>
#include <csignal>
#include <thread>

// Many events of one merge request, many merge requests of one repository, and what a close makes pointless.
namespace {

using namespace familiar::test;
using std::chrono::milliseconds;

constexpr auto until_told = "echo 'the prompt:'; until [ -e /familiar/out/go ]; do sleep 0.1; done";

struct desk {
    test_forge forge;

    /// Agents do what the act.sh of their merge request says: those of open() nothing, those of a long one wait.
    static configuration::entries acting(const configuration::entries& changes = {}) {
        configuration::entries all{{"agents.command", R"(["sh", "/workspace/act.sh"])"},
                                   {"events.mr_comment", "true"},
                                   {"concurrency.max_agents", "1"}};
        for (const auto& [key, value] : changes) all[key] = value;
        return all;
    }
    merge_request brief() { return forge.open({{"act.sh", "true"}}); }
    merge_request brief_beside(const merge_request& first) { return forge.open_beside(first, {{"act.sh", "true"}}); }
    merge_request lasting() { return forge.open({{"act.sh", until_told}}); }

    /// The one place is taken until the job is told to go on.
    std::string busy(server& familiar) {
        const auto job = familiar.accepted(github("pull_request.opened", lasting()));
        familiar.wait_until_waiting(job);
        return job;
    }

    /// As many pushes, one after the other, and the webhooks that tell of them.
    std::vector<webhook> pushes(merge_request& about, int count) {
        std::vector<webhook> told;
        for (int i = 0; i < count; ++i) {
            auto before = about.head;
            forge.push(about, {{"lib/spin.txt", "Push " + std::to_string(i) + ".\n"}});
            told.push_back(github("pull_request.synchronize", about));
            told.back().at("/before") = before;
        }
        return told;
    }
};

std::string queued(const server& familiar, const webhook& what) {
    const auto job = familiar.accepted(what);
    familiar.wait_for_state(job, {"queued"});
    return job;
}

void check_superseded(const server& familiar, const std::string& id, const std::string& by) {
    const auto job = familiar.wait_for_state(id, {"superseded"});
    BOOST_TEST(job.reason.find(by) != std::string::npos, job.reason);
    BOOST_TEST(job.container == "");
    BOOST_TEST(job.finished_at.has_value());
}

webhook comment(const merge_request& about, const std::string& text) {
    auto what = github("pull_request_review_comment.created", about);
    what.at("/comment/body") = text;
    return what;
}

void check_cancelled(const server& familiar, const std::string& id) {
    const auto job = familiar.wait_for_job(id);
    BOOST_TEST(job.state == "cancelled");
    BOOST_TEST(job.reason.find("closed") != std::string::npos, job.reason);
    BOOST_TEST(job.finished_at.has_value());
    // One that was being prepared has ended at once, and what there is of it is removed after that.
    wait_for("nothing of it is left", [&] {
        return (job.container.empty() || !has_container(job.container)) &&
               !std::filesystem::exists(familiar.workspace(id));
    });
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(bursts, desk)

BOOST_AUTO_TEST_CASE(five_quick_pushes_start_one_agent_on_the_last_head) {
    server familiar(forge, acting({{"agents.debounce", "3s"}}));
    auto about = brief();
    const auto told = pushes(about, 5);
    std::vector<std::string> jobs;
    for (const auto& what : told) jobs.push_back(familiar.accepted(what));
    const auto done = familiar.wait_for_job(jobs.back());
    BOOST_TEST(done.state == "succeeded");
    BOOST_TEST(done.head == about.head);
    for (std::size_t i = 0; i + 1 < jobs.size(); ++i) check_superseded(familiar, jobs[i], jobs[i + 1]);
    BOOST_TEST(familiar.metric("familiar_agents_spawned_total") == 1);
    BOOST_TEST(familiar.metric("familiar_jobs_total{event=\"mr_updated\",outcome=\"superseded\"}") == 4);
    BOOST_TEST(*done.started_at - *familiar.job(jobs.back()).created_at >= 3'000);
}

BOOST_AUTO_TEST_CASE(pushes_that_never_end_put_an_agent_off_only_for_so_long) {
    server familiar(forge, acting({{"agents.debounce", "3s"}, {"agents.debounce_max", "5s"}}));
    auto about = brief();
    bool started = false;
    wait_for(
        "an agent starts in spite of the pushes",
        [&] {
            familiar.accepted(pushes(about, 1).front());
            const auto jobs = familiar.jobs();
            started = std::any_of(jobs.begin(), jobs.end(), [](const auto& job) { return job.attempt > 0; });
            return started;
        },
        std::chrono::seconds(60), milliseconds(500));
    wait_for("the last one has ended", [&] { return familiar.jobs().back().state == "succeeded"; });
    BOOST_TEST(familiar.jobs().back().head == about.head);
}

BOOST_AUTO_TEST_CASE(a_newer_update_supersedes_one_that_waits_and_takes_its_place) {
    server familiar(forge, acting());
    const auto first = busy(familiar);
    auto about = brief();
    const auto told = pushes(about, 3);
    const auto older = queued(familiar, told[0]);
    const auto between = queued(familiar, github("pull_request.opened", brief()));
    const auto newer = queued(familiar, told[1]);
    check_superseded(familiar, older, newer);
    const auto newest = queued(familiar, told[2]);
    check_superseded(familiar, newer, newest);
    BOOST_TEST(familiar.health("queue_length") == 2);

    familiar.let_go(first);
    const auto last = familiar.wait_for_job(between);
    const auto done = familiar.wait_for_job(newest);
    BOOST_TEST(done.state == "succeeded");
    BOOST_TEST(done.head == about.head);
    BOOST_TEST(*done.started_at < *last.started_at);
}

BOOST_AUTO_TEST_CASE(comments_that_come_while_an_agent_works_are_answered_together_in_order) {
    server familiar(forge, {{"events.mr_comment", "true"}, {"agents.env.DEMO_WAIT_FOR", server::waits_for_go}});
    const auto about = forge.open();
    const auto first = familiar.accepted(github("pull_request.opened", about));
    familiar.wait_until_waiting(first);
    std::vector<webhook> comments;
    std::vector<std::string> jobs;
    for (const auto* text : {"Mind the first gap.", "And the second.", "A third one, too.", "Fourth and last."}) {
        comments.push_back(comment(about, text));
        jobs.push_back(familiar.accepted(comments.back()));
        familiar.wait_for_state(jobs.back(), {"queued", "superseded"});
    }
    for (std::size_t i = 1; i < jobs.size(); ++i) check_superseded(familiar, jobs[i], jobs.front());
    for (const auto& what : comments) {
        const auto again = familiar.post(what);
        BOOST_TEST(again.field("status") == "duplicate");
        BOOST_TEST(again.field("job") == jobs.front());
    }
    BOOST_TEST(familiar.health("queue_length") == 1);
    BOOST_TEST(familiar.jobs().size() == 5u);

    familiar.let_go(first);
    BOOST_TEST(familiar.wait_for_job(first).state == "succeeded");
    forge.point_requests_at_branch(about);
    familiar.wait_until_waiting(jobs.front());
    familiar.let_go(jobs.front());
    const auto done = familiar.wait_for_job(jobs.front());
    BOOST_TEST(done.state == "succeeded");
    const auto log = read_file(done.log);
    std::size_t last = 0;
    for (const auto& what : comments) {
        const std::string text(what.payload.at_pointer("/comment/body").as_string());
        const auto at = log.find(text);
        BOOST_TEST(at != std::string::npos, text);
        BOOST_TEST(at > last, text);
        last = at;
    }
    BOOST_TEST(familiar.metric("familiar_agents_spawned_total") == 2);
}

BOOST_AUTO_TEST_CASE(comments_that_were_joined_survive_a_kill) {
    server familiar(forge, {{"events.mr_comment", "true"}, {"agents.env.DEMO_WAIT_FOR", server::waits_for_go}});
    const auto about = forge.open();
    const auto first = familiar.accepted(github("pull_request.opened", about));
    familiar.wait_until_waiting(first);
    const auto joined = queued(familiar, comment(about, "Mind the first gap."));
    const auto second = familiar.accepted(comment(about, "And the second."));
    check_superseded(familiar, second, joined);
    familiar.kill();
    familiar.start();
    familiar.let_go(first);
    BOOST_TEST(familiar.wait_for_job(first).state == "succeeded");
    forge.point_requests_at_branch(about);
    familiar.wait_until_waiting(joined);
    familiar.let_go(joined);
    const auto log = read_file(familiar.wait_for_job(joined).log);
    BOOST_TEST(log.find("Mind the first gap.") != std::string::npos);
    BOOST_TEST(log.find("And the second.") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_busy_repository_does_not_starve_another) {
    server familiar(forge, acting());
    const auto first = busy(familiar);
    const auto busy_one = brief();
    std::vector<std::string> waiting{queued(familiar, github("pull_request.opened", busy_one))};
    for (int i = 0; i < 5; ++i)
        waiting.push_back(queued(familiar, github("pull_request.opened", brief_beside(busy_one))));
    const auto other = queued(familiar, github("pull_request.opened", brief()));
    familiar.let_go(first);

    const auto start_of = [&](const std::string& job) { return familiar.wait_for_job(job).started_at.value_or(0); };
    const auto others = start_of(other);
    BOOST_TEST(others > start_of(waiting[0]));
    for (std::size_t i = 1; i < waiting.size(); ++i) {
        BOOST_TEST(others < start_of(waiting[i]));
        BOOST_TEST(start_of(waiting[i - 1]) < start_of(waiting[i]));
    }
}

BOOST_AUTO_TEST_CASE(a_close_cancels_what_waits_and_stops_what_runs_of_its_merge_request) {
    server familiar(forge, acting({{"concurrency.max_agents", "2"}}));
    const auto about = lasting();
    const auto running = familiar.accepted(github("pull_request.opened", about));
    familiar.wait_until_waiting(running);
    const auto other = busy(familiar);
    const auto waiting = queued(familiar, comment(about, "One more thing."));
    const auto elsewhere = queued(familiar, github("pull_request.opened", brief()));

    const auto closed = github("pull_request.closed", about);
    BOOST_TEST(familiar.post(closed).status == 200u);
    check_cancelled(familiar, running);
    check_cancelled(familiar, waiting);
    BOOST_TEST(familiar.metric("familiar_agents_cancelled_total") == 1);
    BOOST_TEST(familiar.wait_for_job(elsewhere).state == "succeeded");
    BOOST_TEST(familiar.job(other).state == "running");
    familiar.let_go(other);
    BOOST_TEST(familiar.wait_for_job(other).state == "succeeded");
    BOOST_TEST(familiar.post(closed).status == 200u);
}

BOOST_AUTO_TEST_CASE(a_merge_cancels_like_a_close) {
    server familiar(forge, acting());
    for (const bool at_github : {true, false}) {
        const auto about = lasting();
        const auto job =
            familiar.accepted(at_github ? github("pull_request.opened", about) : gitlab("merge_request.open", about));
        familiar.wait_until_waiting(job);
        const auto merged =
            at_github ? github("pull_request.closed.merged", about) : gitlab("merge_request.merge", about);
        BOOST_TEST(familiar.post(merged).status == 200u);
        const auto done = familiar.wait_for_job(job);
        BOOST_TEST(done.state == "cancelled");
        BOOST_TEST(!has_container(done.container));
    }
}

BOOST_AUTO_TEST_CASE(a_close_stops_a_job_in_preparation) {
    server familiar(forge, acting());
    const auto about = brief();
    forge.pause();
    const auto job = familiar.accepted(github("pull_request.opened", about));
    familiar.wait_for_state(job, {"preparing"});
    BOOST_TEST(familiar.post(github("pull_request.closed", about)).status == 200u);
    check_cancelled(familiar, job);
    forge.resume();
    BOOST_TEST(familiar.metric("familiar_agents_spawned_total") == 0);
    BOOST_TEST(familiar.wait_for_job(familiar.accepted(github("pull_request.opened", brief()))).state == "succeeded");
}

BOOST_AUTO_TEST_CASE(a_close_that_was_answered_holds_though_the_server_is_killed_before_it_acts) {
    arranged_docker docker;
    server familiar(forge, acting({{"docker.cli", docker.program()}}));
    const auto about = lasting();
    const auto running = familiar.accepted(github("pull_request.opened", about));
    familiar.wait_until_waiting(running);
    const auto waiting = queued(familiar, comment(about, "One more thing."));
    docker.once("stop", kill_before);
    BOOST_TEST(familiar.post(github("pull_request.closed", about)).status == 200u);
    BOOST_TEST(familiar.wait_for_end() == 128 + SIGKILL);
    BOOST_TEST(running_containers(familiar.instance_label()).size() == 1u);

    familiar.start();
    check_cancelled(familiar, running);
    check_cancelled(familiar, waiting);
    BOOST_TEST(containers(familiar.instance_label()).empty());
}

BOOST_AUTO_TEST_CASE(a_job_that_waits_longer_than_the_limit_expires_and_its_redelivery_starts_anew) {
    server familiar(forge, acting({{"concurrency.max_wait", "2s"}}));
    const auto first = busy(familiar);
    const auto opened = github("pull_request.opened", brief());
    const auto waiting = familiar.accepted(opened);
    const auto expired = familiar.wait_for_job(waiting);
    BOOST_TEST(expired.state == "expired");
    BOOST_TEST(expired.reason != "");
    BOOST_TEST(expired.container == "");
    BOOST_TEST(familiar.job(first).state == "running");
    BOOST_TEST(familiar.metric("familiar_jobs_total{event=\"mr_opened\",outcome=\"expired\"}") == 1);

    familiar.let_go(first);
    BOOST_TEST(familiar.wait_for_job(first).state == "succeeded");
    const auto again = familiar.accepted(opened);
    BOOST_TEST(familiar.wait_for_job(again).state == "succeeded");
    BOOST_TEST(familiar.job(again).retry_of == waiting);
}

BOOST_AUTO_TEST_CASE(a_draft_waits_until_it_is_ready) {
    server familiar(forge, acting());
    const auto about = brief();
    const auto draft = familiar.post(github("pull_request.opened.draft", about));
    BOOST_TEST(draft.status == 200u);
    BOOST_TEST(draft.field("status") == "ignored");
    const auto job = familiar.accepted(github("pull_request.ready_for_review", about));
    BOOST_TEST(familiar.wait_for_job(job).state == "succeeded");

    const auto other = brief();
    BOOST_TEST(familiar.post(gitlab("merge_request.open.draft", other)).field("status") == "ignored");
    const auto ready = familiar.accepted(gitlab("merge_request.update.draft_ended", other));
    BOOST_TEST(familiar.wait_for_job(ready).state == "succeeded");
    BOOST_TEST(familiar.jobs().size() == 2u);
}

BOOST_AUTO_TEST_SUITE_END()
