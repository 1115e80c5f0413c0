#pragma once

#include "core/time.hpp"
#include "event/event.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What the journal keeps: deliveries as they came, and the jobs that were made of them.
namespace familiar::journal {

/// received → held | queued → preparing → running → finishing → one of the eight that are final.
enum class job_state {
    received,   ///< durable, not yet authorised
    held,       ///< waits for an approval
    queued,     ///< authorised, waits for its turn
    preparing,  ///< workspace and container are being made; no agent has started
    running,  ///< the agent's container has started, or is about to: written before it does. With an outcome: that was
              ///< decided (a deadline, a cancellation), and the agent is being stopped
    finishing,    ///< the agent has ended; log, outcome and clean-up
    succeeded,    ///< final, as all that follow
    failed,       ///< by the agent's outcome, or because it could not be started
    timed_out,    ///< stopped at its deadline
    cancelled,    ///< by a person, or because the merge request was closed
    superseded,   ///< while it waited a newer update took its place, or its comment joined another job
    interrupted,  ///< the server ended while the agent ran
    expired,      ///< waited longer than concurrency.max_wait
    refused,      ///< the sender may not, or the repository is not served
};

/// True from `succeeded` on: the job changes its state no more.
bool is_final(job_state state) noexcept;

/// True for what a redelivery of the same webhook starts anew instead of being a duplicate: failed, timed_out,
/// interrupted, expired.
bool restarts_on_redelivery(job_state state) noexcept;

std::string_view to_text(job_state state) noexcept;
std::optional<job_state> parse_job_state(std::string_view text) noexcept;

/// One webhook as it came. Signature headers are not kept: the body was verified before it got here.
struct delivery {
    event::provider forge = event::provider::github;
    std::string id;          ///< unique per forge
    std::string event_name;  ///< X-GitHub-Event or X-Gitlab-Event
    std::string body;        ///< any bytes
    core::wall_time received{};
};

/// A job as it stands on disk. Times are absent, texts empty where the job has not come so far.
struct job_record {
    std::string id;  ///< lower-case ULID, made by the caller
    job_state state = job_state::received;
    event::event subject;
    std::vector<event::event> joined{};  ///< comments that came while it waited, in order; it answers them too
    event::kind kind = event::kind::mr_opened;
    std::string meaning;   ///< two events of one merge request with the same are one; empty: nothing is the same
    int attempt = 0;       ///< launches begun; 0 before the first
    std::string retry_of;  ///< the job this one repeats; empty if none
    std::string head;      ///< the commit the agent works on, as fetched
    core::wall_time created_at{};
    core::wall_time waiting_since{};  ///< its place in the queue: created_at, or that of the first job it superseded
    std::optional<core::wall_time> started_at{};
    std::optional<core::wall_time> deadline{};
    std::optional<core::wall_time> finished_at{};
    std::optional<core::wall_time>
        not_before{};  ///< end of the debounce's quiet window, or of a backoff; of a queued job
    std::string outcome;
    std::string reason;
    std::optional<int> exit_code{};
    std::string container;   ///< the container's name
    std::string log;         ///< path of the agent's log
    std::string last_lines;  ///< the end of what the agent printed, if it did not succeed
    std::string approved;    ///< the head that somebody approved, if it needed that: no other one is run
    std::string summary;     ///< for the merge request: the agent's own words, or why nothing was run
    std::optional<double> cost_usd{};
    std::optional<int> turns{};
};

/// A step of a job: its state afterwards, and of the rest only what is present here; the other fields stay as they are.
/// But for not_before: a step that does not set it ends it.
struct job_change {
    job_state state = job_state::received;
    std::optional<int> attempt{};
    std::optional<std::string> head{};
    std::optional<core::wall_time> started_at{};
    std::optional<core::wall_time> deadline{};
    std::optional<core::wall_time> finished_at{};
    std::optional<core::wall_time> not_before{};
    std::optional<std::string> outcome{};
    std::optional<std::string> reason{};
    std::optional<int> exit_code{};
    std::optional<std::string> container{};
    std::optional<std::string> log{};
    std::optional<std::string> last_lines{};
    std::optional<std::string> approved{};
    std::optional<std::string> summary{};
    std::optional<double> cost_usd{};
    std::optional<int> turns{};
    std::optional<event::merge_request> request{};  ///< the whole of subject.request, as the forge has it now
    std::optional<std::string> source_branch{};     ///< of subject.request, found out after the delivery
    std::optional<std::string> source_path{};       ///< of subject.request, likewise
    std::optional<std::string> target_branch{};     ///< of subject.request, likewise
    std::optional<event::origin> head_origin{};     ///< of subject.request, likewise
};

/// What the queue needs to know of a job that waits; small, since there may be very many.
struct queue_entry {
    std::string id;
    event::provider forge = event::provider::github;
    std::string path;  ///< of the repository
    std::int64_t number = 0;
    event::kind kind = event::kind::mr_opened;
    core::wall_time created_at{};
    core::wall_time waiting_since{};
    std::optional<core::wall_time> not_before{};
};

}  // namespace familiar::journal
