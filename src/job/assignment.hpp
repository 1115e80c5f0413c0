#pragma once

#include "agent/assignment.hpp"
#include "journal/job.hpp"

namespace familiar::job {

/// What an agent has to know of its job.
inline agent::assignment assignment_of(const journal::job_record& job) {
    agent::assignment what;
    what.job = job.id;
    what.attempt = job.attempt;
    what.subject = job.subject;
    what.joined = job.joined;
    what.kind = job.kind;
    what.created = job.created_at;
    what.approved_head = job.approved;
    return what;
}

}  // namespace familiar::job
