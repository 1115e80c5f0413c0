#include "journal/rules.hpp"

namespace familiar::journal {

namespace {

template <class T>
void overwrite(const std::optional<T>& change, T& field) {
    if (change) field = *change;
}

template <class T>
void overwrite(const std::optional<T>& change, std::optional<T>& field) {
    if (change) field = change;
}

}  // namespace

verdict judge_again(std::optional<job_state> known, bool brings_job) noexcept {
    if (!brings_job) return verdict::duplicate;
    if (!known) return verdict::first_job;
    return restarts_on_redelivery(*known) ? verdict::repetition : verdict::duplicate;
}

core::result<void> apply(const job_change& change, job_record& job) {
    if (is_final(job.state) && change.state != job.state)
        return core::fail(core::errc::conflict, "job " + job.id + " has ended (" + std::string(to_text(job.state)) +
                                                    ") and cannot become " + std::string(to_text(change.state)));
    job.state = change.state;
    overwrite(change.attempt, job.attempt);
    overwrite(change.head, job.head);
    overwrite(change.started_at, job.started_at);
    overwrite(change.deadline, job.deadline);
    overwrite(change.finished_at, job.finished_at);
    overwrite(change.not_before, job.not_before);
    overwrite(change.outcome, job.outcome);
    overwrite(change.reason, job.reason);
    overwrite(change.exit_code, job.exit_code);
    overwrite(change.container, job.container);
    overwrite(change.log, job.log);
    overwrite(change.source_branch, job.subject.request.source_branch);
    overwrite(change.source_path, job.subject.request.source_path);
    overwrite(change.target_branch, job.subject.request.target_branch);
    overwrite(change.head_origin, job.subject.request.head_origin);
    return {};
}

bool knows_branch(const event::merge_request& request) noexcept {
    return request.head_origin != event::origin::unknown && !request.source_branch.empty();
}

}  // namespace familiar::journal
