#include "journal/rules.hpp"

#include <tuple>

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

/// Every field, named one after the other: with a new one this does not compile before it is compared too.
auto fields_of(const event::merge_request& request) noexcept {
    const auto& [number, title, description, url, source_branch, target_branch, head, source_path, head_origin, draft,
                 author] = request;
    const auto& [login, id, bot] = author;
    return std::tie(number, title, description, url, source_branch, target_branch, head, source_path, head_origin,
                    draft, login, id, bot);
}

}  // namespace

verdict judge_again(std::optional<job_state> known, bool brings_job) noexcept {
    if (!brings_job) return verdict::duplicate;
    if (!known) return verdict::first_job;
    return restarts_on_redelivery(*known) ? verdict::repetition : verdict::duplicate;
}

likeness compare(std::string_view incoming, std::string_view earlier, job_state state) noexcept {
    if (earlier != incoming) return likeness::different;
    return stands(state) ? likeness::same : likeness::none;
}

bool is_about_head(event::kind kind) noexcept {
    return kind == event::kind::mr_opened || kind == event::kind::mr_updated;
}

stop_step judge_stop(job_state state, bool outcome_decided) noexcept {
    switch (state) {
        case job_state::received:
        case job_state::held:
        case job_state::queued:
        case job_state::preparing:
            return stop_step::end_now;
        case job_state::running:
            return outcome_decided ? stop_step::being_stopped : stop_step::decide;
        default:
            return stop_step::too_late;
    }
}

core::result<void> may_place(const job_record& job) {
    if (job.state == job_state::received || job.state == job_state::held) return {};
    return core::fail(core::errc::conflict,
                      "job " + job.id + " does not wait to be authorised (" + std::string(to_text(job.state)) + ")");
}

core::result<void> may_retry(const job_record& job) {
    const auto refuse = [&](const std::string& why) {
        return core::fail(core::errc::conflict, "job " + job.id + " " + why + " and is not started anew");
    };
    if (!is_final(job.state)) return refuse("has not ended (" + std::string(to_text(job.state)) + ")");
    if (job.state == job_state::succeeded) return refuse("has succeeded");
    if (job.state == job_state::superseded) return refuse(job.reason.empty() ? "was superseded" : "was " + job.reason);
    return {};
}

bool stands(job_state state) noexcept {
    return !is_final(state) || state == job_state::succeeded;
}

bool changes_subject(const job_change& change) noexcept {
    return change.request || change.source_branch || change.source_path || change.target_branch || change.head_origin;
}

bool same(const event::merge_request& one, const event::merge_request& other) noexcept {
    return fields_of(one) == fields_of(other);
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
    job.not_before = change.not_before;
    overwrite(change.outcome, job.outcome);
    overwrite(change.reason, job.reason);
    overwrite(change.exit_code, job.exit_code);
    overwrite(change.container, job.container);
    overwrite(change.log, job.log);
    overwrite(change.last_lines, job.last_lines);
    overwrite(change.approved, job.approved);
    overwrite(change.summary, job.summary);
    overwrite(change.cost_usd, job.cost_usd);
    overwrite(change.turns, job.turns);
    overwrite(change.request, job.subject.request);
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
