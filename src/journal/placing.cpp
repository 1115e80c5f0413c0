#include "journal/delivery_rows.hpp"
#include "journal/job_rows.hpp"
#include "journal/meaning_rows.hpp"
#include "journal/operations.hpp"
#include "journal/request_rows.hpp"
#include "journal/rules.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace familiar::journal {

using core::errc;

namespace {

queue_entry entry_of(const job_record& job) {
    const auto request = request_of(job);
    return {.id = job.id,
            .forge = request.forge,
            .path = request.path,
            .number = request.number,
            .kind = job.kind,
            .created_at = job.created_at,
            .waiting_since = job.waiting_since,
            .not_before = job.not_before};
}

// A row is written once, when it is known how the job stands in the end, and with its place in the queue only if that
// is another one: writing it twice, in all its indexes, was a fifth of all that a webhook cost.

void write_waiting(database& in, job_record& job, const placement& decided) {
    const bool moves = job.kind != decided.kind || job.waiting_since != decided.waiting_since;
    job.kind = decided.kind;
    job.waiting_since = decided.waiting_since;
    job.not_before = decided.not_before;
    if (moves)
        update_job_and_place(in, job);
    else
        update_job(in, job);
}

/// What end_job writes, along with all else that the job has now.
void write_ended(database& in, job_record& job, job_state state, std::string reason) {
    job.state = state;
    job.outcome = to_text(state);
    job.reason = std::move(reason);
    job.finished_at = core::now();
    job.not_before.reset();
    update_job(in, job);
}

/// It is large, and a forge that is asked about a merge request mostly says what the webhook had said.
void write_changed_subject(database& in, const job_record& job, const event::merge_request& before) {
    if (!same(job.subject.request, before)) update_subject(in, job);
}

/// The comments go to a job that waits, and whatever stood for this one stands for that.
core::result<placed> join(database& in, job_record job, const placement& decided) {
    auto selected = require_job(in, decided.joins);
    if (!selected) return selected.error();
    job_record& target = *selected;
    target.joined.push_back(job.subject);
    target.joined.insert(target.joined.end(), job.joined.begin(), job.joined.end());
    write_waiting(in, target, decided);
    update_joined(in, target);

    hand_deliveries(in, job.id, target.id);
    note_joined(in, job.id, target.id);
    write_ended(in, job, job_state::superseded, "joined job " + target.id);
    return placed{.job = std::move(job), .waits = entry_of(target), .superseded = {}};
}

placed line_up(database& in, job_record job, const placement& decided) {
    write_waiting(in, job, decided);
    auto entry = entry_of(job);
    return placed{.job = std::move(job), .waits = std::move(entry), .superseded = {}};
}

core::result<void> see_that_all_wait(const placement& decided, const neighbours& around) {
    auto named = decided.supersedes;
    if (!decided.joins.empty()) named.push_back(decided.joins);
    for (const auto& id : named)
        if (std::ranges::find(around.waiting, id, &queue_entry::id) == around.waiting.end())
            return core::fail(errc::invalid, "a job was to be placed at job " + id + ", which does not wait");
    return {};
}

}  // namespace

core::result<placed> place_once(database& in, const std::string& id, const job_change& authorised,
                                const placement_rule& rule) {
    auto selected = require_job(in, id);
    if (!selected) return selected.error();
    job_record& job = *selected;
    if (const auto may = may_place(job); !may) return may.error();

    const auto request = request_of(job);
    const neighbours around{.waiting = select_waiting(in, request),
                            .last_hour = count_let_in(in, request, job.created_at - std::chrono::hours(1))};
    const auto before = job.subject.request;
    if (const auto applied = apply(authorised, job); !applied) return applied.error();
    job.state = job_state::queued;
    const auto decided = rule(job, around);
    if (const auto sound = see_that_all_wait(decided, around); !sound) return sound.error();
    write_changed_subject(in, job, before);

    if (!decided.refused.empty()) {
        write_ended(in, job, job_state::refused, decided.refused);
        return placed{.job = std::move(job), .waits = {}, .superseded = {}};
    }
    auto done = decided.joins.empty() ? line_up(in, std::move(job), decided) : join(in, std::move(job), decided);
    if (!done) return done;
    const auto reason = "superseded by job " + done->waits->id;
    for (const auto& old : decided.supersedes)
        if (end_job(in, old, job_state::superseded, reason, core::now())) done->superseded.push_back(old);
    return done;
}

core::result<placed> hold_once(database& in, const std::string& id, const job_change& why) {
    auto selected = require_job(in, id);
    if (!selected) return selected.error();
    job_record& job = *selected;
    if (const auto may = may_place(job); !may) return may.error();
    const auto before = job.subject.request;
    if (const auto applied = apply(why, job); !applied) return applied.error();
    update_job(in, job);
    write_changed_subject(in, job, before);

    placed done{.job = std::move(job)};
    if (!is_about_head(done.job.kind)) return done;
    const auto others = select_held(in, request_of(done.job));
    if (!others) return others.error();
    const auto reason = "superseded by job " + done.job.id;
    for (const auto& other : *others)
        if (other.id != done.job.id && is_about_head(other.kind) &&
            end_job(in, other.id, job_state::superseded, reason, core::now()))
            done.superseded.push_back(other.id);
    return done;
}

}  // namespace familiar::journal
