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

using queue_place = std::pair<event::kind, core::wall_time>;

queue_place place_of(const job_record& job) {
    return {job.kind, job.waiting_since};
}

/// With its place in the queue only if that is another one than before: to write that, too, takes the row out of all
/// its indexes and puts it in again.
void write_row(database& in, const job_record& job, const queue_place& before) {
    if (place_of(job) == before)
        update_job(in, job);
    else
        update_job_and_place(in, job);
}

void let_wait(job_record& job, const placement& decided) {
    job.kind = decided.kind;
    job.waiting_since = decided.waiting_since;
    job.not_before = decided.not_before;
}

void let_end(job_record& job, job_state state, std::string reason) {
    job.state = state;
    job.outcome = to_text(state);
    job.reason = std::move(reason);
    job.finished_at = core::now();
    job.not_before.reset();
}

core::result<void> see_that_all_wait(const placement& decided, const neighbours& around) {
    auto named = decided.supersedes;
    if (!decided.joins.empty()) named.push_back(decided.joins);
    for (const auto& id : named)
        if (std::ranges::find(around.waiting, id, &queue_entry::id) == around.waiting.end())
            return core::fail(errc::invalid, "a job was to be placed at job " + id + ", which does not wait");
    return {};
}

// A placement is decided on as a whole before anything of it is written: so the job's row is written once, as the job
// stands in the end. Writing it twice, in all its indexes, was a fifth of all that a webhook cost.

/// What becomes of an authorised job, which stands so from then on; nothing is written.
core::result<placement> decide(database& in, job_record& job, const placement_rule& rule) {
    const auto request = request_of(job);
    const neighbours around{.waiting = select_waiting(in, request),
                            .last_hour = count_let_in(in, request, job.created_at - std::chrono::hours(1))};
    job.state = job_state::queued;
    auto decided = rule(job, around);
    if (const auto sound = see_that_all_wait(decided, around); !sound) return sound.error();
    if (!decided.refused.empty())
        let_end(job, job_state::refused, decided.refused);
    else if (!decided.joins.empty())
        let_end(job, job_state::superseded, "joined job " + decided.joins);
    else
        let_wait(job, decided);
    return decided;
}

/// The comments go to a job that waits, and whatever stood for this one stands for that.
core::result<queue_entry> join(database& in, const job_record& job, const placement& decided) {
    auto selected = require_job(in, decided.joins);
    if (!selected) return selected.error();
    job_record& target = *selected;
    const auto before = place_of(target);
    target.joined.push_back(job.subject);
    target.joined.insert(target.joined.end(), job.joined.begin(), job.joined.end());
    let_wait(target, decided);
    write_row(in, target, before);
    update_joined(in, target);
    hand_deliveries(in, job.id, target.id);
    note_joined(in, job.id, target.id);
    return entry_of(target);
}

/// Does to others what was decided of a job whose row is written.
core::result<placed> carry_out(database& in, job_record job, const placement& decided) {
    placed done{.job = std::move(job)};
    if (!decided.refused.empty()) return done;
    auto waits = decided.joins.empty() ? core::result<queue_entry>(entry_of(done.job)) : join(in, done.job, decided);
    if (!waits) return waits.error();
    done.waits = std::move(*waits);
    const auto reason = "superseded by job " + done.waits->id;
    for (const auto& old : decided.supersedes)
        if (end_job(in, old, job_state::superseded, reason, core::now())) done.superseded.push_back(old);
    return done;
}

/// It is large, and a forge that is asked about a merge request mostly says what the webhook had said.
void write_changed_subject(database& in, const job_record& job, const event::merge_request& before) {
    if (!same(job.subject.request, before)) update_subject(in, job);
}

}  // namespace

core::result<placed> insert_placed(database& in, job_record job, const placement_rule& rule) {
    if (!rule) {
        insert_job(in, job);
        return placed{.job = std::move(job)};
    }
    const auto decided = decide(in, job, rule);
    if (!decided) return decided.error();
    insert_job(in, job);
    return carry_out(in, std::move(job), *decided);
}

core::result<placed> place_once(database& in, const job_record& received, const job_change& authorised,
                                const placement_rule& rule) {
    auto job = received;
    const auto state = require_state(in, job.id);
    if (!state) return state.error();
    job.state = *state;
    if (const auto may = may_place(job); !may) return may.error();
    if (const auto applied = apply(authorised, job); !applied) return applied.error();
    const auto decided = decide(in, job, rule);
    if (!decided) return decided.error();
    write_row(in, job, place_of(received));
    if (changes_subject(authorised)) update_subject(in, job);
    return carry_out(in, std::move(job), *decided);
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
