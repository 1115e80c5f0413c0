#pragma once

#include "core/error.hpp"
#include "journal/job.hpp"

#include <optional>
#include <string_view>

/// The journal's decisions, apart from SQLite.
namespace familiar::journal {

/// What is to be done with a delivery that has come (again).
enum class verdict {
    duplicate,   ///< write nothing
    first_job,   ///< the delivery is known and had led to no job: this one is its first
    repetition,  ///< the job it had led to ended in a way that a redelivery starts anew
};

/// `known`: the state of the job that the known delivery stands for, if it has one.
verdict judge_again(std::optional<job_state> known, bool brings_job) noexcept;

/// How an earlier job of the same merge request bears on an event that says it means `meaning`.
enum class likeness {
    same,       ///< it means that, and waits, runs or has succeeded: it stands for the event
    different,  ///< another head came after whatever meant the same before
    none,       ///< look further back
};

/// `incoming` is not empty. Among the earlier jobs are those of the same meaning, and for an event about a head all
/// that are about one.
likeness compare(std::string_view incoming, std::string_view earlier, job_state state) noexcept;

/// True for what is about the head of a merge request, false for what somebody said.
bool is_about_head(event::kind kind) noexcept;

/// What a person's word, or the end of its merge request, does to a job.
enum class stop_step {
    end_now,        ///< no agent was started
    decide,         ///< its agent is to be stopped: that is written down as its outcome first
    being_stopped,  ///< an outcome was decided on already, and stays
    too_late,       ///< it is ending or has ended
};

stop_step judge_stop(job_state state, bool outcome_decided) noexcept;

/// errc::conflict for anything but a job that waits to be authorised.
core::result<void> may_place(const job_record& job);

/// errc::conflict if a job in that state is not to be started anew on a person's word.
core::result<void> may_retry(const job_record& job);

/// True for a job that does what another one of its kind would do again: it has not ended, or has succeeded.
bool stands(job_state state) noexcept;

/// True if a change tells of the merge request itself.
bool changes_subject(const job_change& change) noexcept;

/// True if the two say the same in every field.
bool same(const event::merge_request& one, const event::merge_request& other) noexcept;

/// Brings `job` up to date; errc::conflict, and nothing changed, if it has ended in another state.
core::result<void> apply(const job_change& change, job_record& job);

/// True if a merge request's data says where its branch lives and what it is called.
bool knows_branch(const event::merge_request& request) noexcept;

}  // namespace familiar::journal
