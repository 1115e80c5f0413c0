#pragma once

#include "async/retry.hpp"
#include "core/error.hpp"

/// What follows when something could not be done: decisions without I/O.
namespace familiar::job {

/// True for what may succeed if it is tried again later. Besides what `core::is_transient` names, that is a full or
/// failing disk: time or an operator mends it, like an outage.
bool may_pass(const core::error& failure) noexcept;

/// What is known of the things that a start needs, when one has failed.
struct surroundings {
    bool engine_answers = true;
    bool forge_answers = true;
};

/// What happens to a job whose agent was not started.
enum class next_step {
    wait_for_engine,  ///< nobody's fault but the engine's: back to its place, no attempt spent
    wait_for_forge,   ///< the same for the forge
    put_back,         ///< the server ends: the next start runs it, no attempt spent
    park,             ///< the other side named a time that is too far away to wait for in a slot; no attempt spent
    retry,            ///< after a backoff
    give_up,
    refuse,           ///< the repository does not want it, or the merge request is closed by now
    supersede,        ///< the merge request has moved on: what comes next is about another head
    ended_meanwhile,  ///< the journal says that the job has ended (it was cancelled): nothing is to be done
};

/// `attempt` counts from 1. While the engine or the forge does not answer, nothing that may pass is held against the
/// job: a command that took too long, too, was the engine's fault.
next_step after_failed_start(const core::error& failure, int attempt, const async::retry_policy& policy,
                             const surroundings& known);

}  // namespace familiar::job
