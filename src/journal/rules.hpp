#pragma once

#include "core/error.hpp"
#include "journal/job.hpp"

#include <optional>

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

/// Brings `job` up to date; errc::conflict, and nothing changed, if it has ended in another state.
core::result<void> apply(const job_change& change, job_record& job);

/// True if a merge request's data says where its branch lives and what it is called.
bool knows_branch(const event::merge_request& request) noexcept;

}  // namespace familiar::journal
