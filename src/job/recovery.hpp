#pragma once

#include "journal/job.hpp"

#include <optional>

namespace familiar::job {

/// What a start does with a job that the process before it left unfinished.
struct resumption {
    /// The final state that is written; none: it has not started an agent and runs as if it had just come.
    std::optional<journal::job_state> end{};
};

/// An agent that was started is never started again by itself: its job is `interrupted`, unless its outcome was already
/// written down, which then stands. Any other job goes on.
resumption resume(const journal::job_record& left);

}  // namespace familiar::job
