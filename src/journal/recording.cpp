#include "journal/delivery_rows.hpp"
#include "journal/job_rows.hpp"
#include "journal/meaning_rows.hpp"
#include "journal/operations.hpp"
#include "journal/rules.hpp"
#include "journal/telling_rows.hpp"

#include <utility>

namespace familiar::journal {

using core::errc;

namespace {

void stand_for(database& in, const delivery& what, bool is_known, const std::string& job) {
    if (is_known)
        point_delivery(in, what.forge, what.id, job);
    else
        insert_delivery(in, what, job);
}

recorded duplicate_of(std::string job, job_state state) {
    return {.duplicate = true, .job = std::move(job), .state = state};
}

}  // namespace

core::result<recorded> record_once(database& in, const delivery& what, const std::optional<job_record>& job,
                                   const placement_rule& rule) {
    const auto looked_up = look_up(in, what.forge, what.id);
    if (!looked_up) return looked_up.error();
    const std::optional<known_delivery>& known = *looked_up;
    if (!job && !known) {
        insert_delivery(in, what, {});
        return recorded{};
    }
    const auto decision = known ? judge_again(known->state, job.has_value()) : verdict::first_job;
    if (!job || decision == verdict::duplicate)
        return duplicate_of(known->job, known->state.value_or(job_state::received));

    if (const auto same = select_same(in, *job)) {
        stand_for(in, what, known.has_value(), same->id);
        return duplicate_of(same->id, same->state);
    }
    auto fresh = *job;
    if (decision == verdict::repetition) {
        fresh.retry_of = known->job;
        // It is about a head of before: what comes with that head from now on is news.
        if (has_moved_on(in, known->job)) fresh.meaning.clear();
    }
    auto made = insert_placed(in, std::move(fresh), rule);
    if (!made) return made.error();
    const placed& done = *made;
    stand_for(in, what, known.has_value(), done.waits ? done.waits->id : done.job.id);
    return recorded{.job = done.job.id, .state = done.job.state, .made = std::move(*made)};
}

core::result<job_record> update_once(database& in, const std::string& id, const job_change& change) {
    auto job = require_job(in, id);
    if (!job) return job.error();
    if (auto applied = apply(change, *job); !applied) return applied.error();
    if (is_final(job->state) && !job->finished_at) job->finished_at = core::now();
    update_job(in, *job);
    if (changes_subject(change)) update_subject(in, *job);
    return std::move(*job);
}

core::result<std::optional<job_record>> find_once(database& in, const std::string& id_or_prefix) {
    auto jobs = select_jobs_like(in, id_or_prefix);
    if (!jobs) return jobs.error();
    if (jobs->empty() || id_or_prefix.empty()) return std::optional<job_record>();
    if (jobs->size() > 1 && jobs->front().id != id_or_prefix)
        return core::fail(errc::conflict, "several jobs begin with '" + id_or_prefix + "'; give more of the id");
    return std::optional<job_record>(std::move(jobs->front()));
}

core::result<job_record> retry_once(database& in, const std::string& id, const std::string& fresh,
                                    core::wall_time now) {
    const auto selected = require_job(in, id);
    if (!selected) return selected.error();
    const job_record& old = *selected;
    if (const auto may = may_retry(old); !may) return may.error();
    if (const auto later = select_standing_retry(in, id))
        return core::fail(errc::conflict, "job " + id + " was started anew already: job " + later->id + " (" +
                                              std::string(to_text(later->state)) + ")");
    job_record job;
    job.id = fresh;
    job.subject = old.subject;
    job.joined = old.joined;
    job.kind = old.kind;
    if (!has_moved_on(in, id)) job.meaning = old.meaning;
    job.retry_of = id;
    job.created_at = now;
    job.waiting_since = now;
    insert_job(in, job);
    hand_deliveries(in, id, fresh);
    return job;
}

core::result<std::size_t> prune_once(database& in, core::wall_time limit, std::size_t most) {
    const auto jobs = delete_jobs(in, limit, most);
    return jobs + delete_deliveries(in, limit, most) + delete_old_heads(in, limit);
}

}  // namespace familiar::journal
