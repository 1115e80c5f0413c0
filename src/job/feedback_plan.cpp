#include "job/feedback_plan.hpp"

namespace familiar::job {

namespace {

using journal::job_record;
using journal::job_state;
using provider::progress;

/// A comment as the forge knows it again.
event::comment without_text(const event::comment& note) {
    auto bare = note;
    bare.body.clear();
    return bare;
}

std::vector<std::optional<event::comment>> noticed(const job_record& job) {
    std::vector<std::optional<event::comment>> all;
    if (job.subject.note)
        all.emplace_back(without_text(*job.subject.note));
    else if (job.subject.what == event::action::opened)
        all.emplace_back();
    for (const auto& other : job.joined)
        if (other.note) all.emplace_back(without_text(*other.note));
    return all;
}

progress_note note_of(const job_record& job, progress now, std::string description) {
    return {.job = job.id,
            .path = job.subject.repo.path,
            .number = job.subject.request.number,
            .noticed = noticed(job),
            .status = {commit_of(job), now, std::move(description), link_of(job)}};
}

}  // namespace

feedback_plan plan_of(const job_record& job) {
    switch (job.state) {
        case job_state::held:
            return {speech::approval, progress::queued};
        case job_state::succeeded:
            return {speech::outcome, progress::succeeded};
        case job_state::failed:
        case job_state::timed_out:
            return {speech::outcome, progress::failed};
        case job_state::interrupted:  // the server's doing, and not the change's
        case job_state::expired:
            return {speech::outcome, progress::stopped};
        case job_state::cancelled:
            if (job.started_at) return {speech::outcome, progress::stopped};
            return {};
        case job_state::refused:
            if (!job.summary.empty()) return {speech::refusal, {}};
            return {};
        default:
            return {};
    }
}

progress_note queued_note(const job_record& job, std::size_t ahead) {
    return note_of(
        job, progress::queued,
        ahead == 0 ? "queued, next in line" : "queued, place " + std::to_string(ahead + 1) + " in the queue");
}

progress_note running_note(const job_record& job) {
    return note_of(job, progress::running, "an agent is running");
}

const std::string& commit_of(const job_record& job) {
    return job.head.empty() ? job.subject.request.head : job.head;
}

const std::string& link_of(const job_record& job) {
    const auto& note = job.subject.note;
    return note && !note->url.empty() ? note->url : job.subject.request.url;
}

bool answers_a_comment(const job_record& job) {
    return job.subject.note.has_value() || !job.joined.empty();
}

bool stands_at(const job_record& job, const event::event& subject, const std::string& commit) {
    if (job.state == job_state::received || (is_final(job.state) && !plan_of(job).mark)) return false;
    return job.subject.repo.forge == subject.repo.forge && job.subject.repo.path == subject.repo.path &&
           job.subject.request.number == subject.request.number && commit_of(job) == commit;
}

}  // namespace familiar::job
