#pragma once

#include "event/event.hpp"
#include "journal/job.hpp"
#include "provider/forge.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What is said of a job and where, without I/O.
namespace familiar::job {

/// What a comment about a job says.
enum class speech {
    nothing,
    outcome,
    approval,  ///< that one is needed
    refusal,   ///< once for each sender on a merge request, as long as the words are the same
};

/// What people are told of a job as it stands.
struct feedback_plan {
    speech says = speech::nothing;
    /// The mark at the job's commit. None: what the job has put there is taken back (`stopped`), and else nothing done.
    std::optional<provider::progress> mark{};
};

/// Of a job that has ended or is held. Red is what failed, and nothing else.
feedback_plan plan_of(const journal::job_record& job);

/// How a job stands on its way.
struct progress_note {
    std::string job;
    std::string path;
    std::int64_t number = 0;
    /// What gets eyes: comments, without their text, or the merge request itself; nothing for a push.
    std::vector<std::optional<event::comment>> noticed{};
    provider::commit_status status{};  ///< without a commit if none is known
};

progress_note queued_note(const journal::job_record& job, std::size_t ahead);
progress_note running_note(const journal::job_record& job);

/// The commit that the agent works on, else the one that the event named; empty if neither is known.
const std::string& commit_of(const journal::job_record& job);

/// Where people find what the job is about: the comment that it answers, else the merge request.
const std::string& link_of(const journal::job_record& job);

/// Whether it answers what somebody wrote: that gets a comment of its own, which he is told of.
bool answers_a_comment(const journal::job_record& job);

/// Whether the mark at a commit of that merge request is this job's business, and no older one's: it is about the same
/// commit, and has or leaves a mark.
bool stands_at(const journal::job_record& job, const event::event& subject, const std::string& commit);

}  // namespace familiar::job
