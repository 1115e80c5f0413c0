#include "job/feedback_plan.hpp"

#include "support/unit_test.hpp"

#include <vector>

using namespace familiar;
using job::speech;
using journal::job_state;
using provider::progress;

BOOST_AUTO_TEST_SUITE(feedback_plan)

namespace {

journal::job_record job_in(job_state state, bool started = true) {
    journal::job_record job;
    job.id = "01j8";
    job.state = state;
    if (started) job.started_at = core::wall_time(std::chrono::hours(1));
    job.subject.repo = {event::provider::github, "acme/widgets", "main"};
    job.subject.request.number = 7;
    job.subject.request.url = "https://forge/7";
    job.subject.request.head = "aaaa";
    return job;
}

}  // namespace

BOOST_AUTO_TEST_CASE(nothing_is_red_but_what_failed) {
    struct row {
        journal::job_record job;
        speech says;
        std::optional<progress> mark;
    };
    auto refused = job_in(job_state::refused, false);
    refused.summary = "Sorry.";
    const std::vector<row> rows{{job_in(job_state::succeeded), speech::outcome, progress::succeeded},
                                {job_in(job_state::failed), speech::outcome, progress::failed},
                                {job_in(job_state::failed, false), speech::outcome, progress::failed},
                                {job_in(job_state::timed_out), speech::outcome, progress::failed},
                                {job_in(job_state::interrupted), speech::outcome, progress::stopped},
                                {job_in(job_state::expired, false), speech::outcome, progress::stopped},
                                {job_in(job_state::cancelled), speech::outcome, progress::stopped},
                                {job_in(job_state::cancelled, false), speech::nothing, {}},
                                {job_in(job_state::superseded, false), speech::nothing, {}},
                                {job_in(job_state::refused, false), speech::nothing, {}},
                                {refused, speech::refusal, {}},
                                {job_in(job_state::held, false), speech::approval, progress::queued}};
    for (const auto& [job, says, mark] : rows) {
        const auto plan = job::plan_of(job);
        BOOST_TEST((plan.says == says), to_text(job.state));
        BOOST_TEST((plan.mark == mark), to_text(job.state));
    }
}

BOOST_AUTO_TEST_CASE(eyes_go_to_what_led_to_the_job) {
    auto job = job_in(job_state::queued, false);
    job.subject.what = event::action::updated;
    BOOST_TEST(job::queued_note(job, 0).noticed.empty());
    job.subject.what = event::action::opened;
    BOOST_REQUIRE(job::queued_note(job, 0).noticed.size() == 1U);
    BOOST_TEST(!job::queued_note(job, 0).noticed.front());

    job.subject.what = event::action::commented;
    auto& said = job.subject.note.emplace();
    said.id = 5;
    said.body = "a long text";
    said.url = "https://forge/c5";
    said.where = event::place::line;
    job.joined.push_back(job.subject);
    job.joined.back().note->id = 6;
    const auto note = job::running_note(job);
    BOOST_REQUIRE(note.noticed.size() == 2U);
    BOOST_TEST(note.noticed[0]->id == 5);
    BOOST_TEST((note.noticed[0]->where == event::place::line));
    BOOST_TEST(note.noticed[0]->body.empty());
    BOOST_TEST(note.noticed[1]->id == 6);
    BOOST_TEST(note.status.link == "https://forge/c5");
}

BOOST_AUTO_TEST_CASE(a_status_is_about_the_commit_that_is_worked_on_and_says_the_place_in_the_queue) {
    auto job = job_in(job_state::queued, false);
    BOOST_TEST(job::queued_note(job, 0).status.commit == "aaaa");
    BOOST_TEST(job::queued_note(job, 0).status.link == "https://forge/7");
    BOOST_TEST(job::queued_note(job, 0).status.description == "queued, next in line");
    BOOST_TEST(job::queued_note(job, 3).status.description == "queued, place 4 in the queue");
    job.head = "bbbb";
    BOOST_TEST(job::running_note(job).status.commit == "bbbb");
    BOOST_TEST((job::running_note(job).status.now == progress::running));
}

BOOST_AUTO_TEST_CASE(a_later_job_at_the_same_commit_has_the_mark) {
    const auto old = job_in(job_state::superseded, false);
    for (const auto state : {job_state::held, job_state::queued, job_state::running, job_state::failed})
        BOOST_TEST(job::stands_at(job_in(state), old.subject, "aaaa"), to_text(state));
    for (const auto state : {job_state::received, job_state::refused, job_state::superseded, job_state::cancelled})
        BOOST_TEST(!job::stands_at(job_in(state, false), old.subject, "aaaa"), to_text(state));
    BOOST_TEST(!job::stands_at(job_in(job_state::queued), old.subject, "bbbb"));
    auto elsewhere = job_in(job_state::queued);
    elsewhere.subject.request.number = 8;
    BOOST_TEST(!job::stands_at(elsewhere, old.subject, "aaaa"));
}

BOOST_AUTO_TEST_SUITE_END()
