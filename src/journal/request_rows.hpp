#pragma once

#include "journal/database.hpp"
#include "journal/job.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// The jobs of one merge request, and those that wait, seen from outside: what is asked here never reads what a job is
/// about. All throw SQLite::Exception.
namespace familiar::journal {

struct request_key {
    event::provider forge = event::provider::github;
    std::string path;
    std::int64_t number = 0;
};

request_key request_of(const job_record& job);

/// A job that has not ended.
struct live_job {
    std::string id;
    job_state state = job_state::received;
    bool outcome_decided = false;
};

/// Those of a merge request; one whose state is no state is passed over.
std::vector<live_job> select_live(database& in, const request_key& request);

/// Those of a merge request that are `queued`, in the order of the queue.
std::vector<queue_entry> select_waiting(database& in, const request_key& request);

/// All that are `queued`, in the order of the queue. What cannot be read of an entry stays as it is made: whoever
/// reads the job itself gets the error.
std::vector<queue_entry> select_queue(database& in);

/// Those of a merge request created since then that were let in: neither refused nor waiting to be authorised.
std::size_t count_let_in(database& in, const request_key& request, core::wall_time since);

/// Ends a job that has not ended: outcome, reason and time along with the state. False, and nothing written, if it has,
/// or there is none.
bool end_job(database& in, const std::string& id, job_state state, const std::string& reason, core::wall_time now);

/// Writes down how a job that runs is going to end.
void decide_outcome(database& in, const std::string& id, job_state outcome, const std::string& reason);

}  // namespace familiar::journal
