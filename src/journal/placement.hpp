#pragma once

#include "journal/job.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace familiar::journal {

/// What is on disk for the merge request of a job that is about to be placed.
struct neighbours {
    std::vector<queue_entry> waiting{};  ///< its other jobs that are `queued`, the oldest first
    std::size_t last_hour = 0;           ///< its jobs of the last hour that were let in and not superseded since
};

/// Where an authorised job belongs.
struct placement {
    std::string refused{};                        ///< the reason, if it is not let in at all
    std::string joins{};                          ///< the waiting job that takes over its comments, if there is one
    std::vector<std::string> supersedes{};        ///< waiting jobs that it makes pointless
    event::kind kind = event::kind::mr_opened;    ///< of the job that waits in the end: itself, or the one it joins
    core::wall_time waiting_since{};              ///< likewise
    std::optional<core::wall_time> not_before{};  ///< likewise
};

/// Decides inside of the journal's transaction, on its thread: a pure function of its arguments.
using placement_rule = std::function<placement(const job_record& incoming, const neighbours& around)>;

/// What has become of it.
struct placed {
    job_record job;                         ///< as it stands now: queued, superseded (it joined) or refused
    std::optional<queue_entry> waits{};     ///< the job that waits now: itself or the one that it joined
    std::vector<std::string> superseded{};  ///< jobs that wait no more
};

}  // namespace familiar::journal
