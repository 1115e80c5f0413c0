#include "journal/delivery_rows.hpp"
#include "journal/job_rows.hpp"
#include "journal/meaning_rows.hpp"
#include "journal/operations.hpp"
#include "journal/request_rows.hpp"
#include "journal/rules.hpp"

#include <utility>

namespace familiar::journal {

using core::errc;

core::result<closed> close_once(database& in, const delivery& what, const request_key& request,
                                const std::string& reason) {
    const auto known = look_up(in, what.forge, what.id);
    if (!known) return known.error();
    closed done;
    done.known = known->has_value();
    if (done.known) return done;

    insert_delivery(in, what, {});
    for (const auto& [id, state, outcome_decided] : select_live(in, request)) {
        const auto step = judge_stop(state, outcome_decided);
        if (step == stop_step::end_now) {
            end_job(in, id, job_state::cancelled, reason, core::now());
            // One that cannot be read back is cancelled all the same: nobody else can have read it either.
            if (auto job = require_job(in, id)) done.cancelled.push_back(std::move(*job));
        } else if (step == stop_step::decide) {
            decide_outcome(in, id, job_state::cancelled, reason);
            done.to_stop.push_back(id);
        }
    }
    forget_meanings(in, request);
    return done;
}

core::result<job_record> cancel_once(database& in, const std::string& id, const std::string& reason) {
    auto job = require_job(in, id);
    if (!job) return job.error();
    switch (judge_stop(job->state, !job->outcome.empty())) {
        case stop_step::end_now:
            end_job(in, id, job_state::cancelled, reason, core::now());
            return require_job(in, id);
        case stop_step::decide:
            decide_outcome(in, id, job_state::cancelled, reason);
            return require_job(in, id);
        case stop_step::being_stopped:
            if (job->outcome == to_text(job_state::cancelled)) return job;
            return core::fail(errc::conflict, "job " + id + " is being stopped already (" + job->outcome + ")");
        case stop_step::too_late:
            break;
    }
    return core::fail(errc::conflict, "job " + id + (is_final(job->state) ? " has ended (" : " is ending (") +
                                          std::string(to_text(job->state)) + ")");
}

}  // namespace familiar::journal
