#pragma once

#include "agent/agent.hpp"
#include "journal/job.hpp"

#include <optional>

/// What the journal says, what the engine says, and what follows: decisions without I/O.
namespace familiar::job {

/// What is done about a container and its job, neither of which anybody looks after (the process that did has ended).
enum class measure {
    none,              ///< nothing is there and nothing is to be done
    adopt,             ///< watch it to its end: it runs, or has ended and its outcome is to be found out
    remove_unstarted,  ///< and the job, if it was being prepared or ran, goes back to the queue: no agent was started;
                       ///< or, if its outcome is decided all the same, it ends so
    put_back,          ///< the job goes back to the queue: no agent was started
    interrupt,         ///< the job's agent is gone, nobody knows how it ended
    conclude,          ///< how the job ended is written down already, and its container is gone: the last words
    remove_stray,      ///< a container whose job has ended, is unknown, does not run, or has another one
};

/// `left`: the job as the journal has it; none if it does not know it. `found`: its container; none if there is none.
/// A container is the job's if it carries the job's label and its attempt; the caller passes any other one without a
/// job, and the job without a container.
///
///     job                           no container   never started      running or ended
///     unknown, ended                none           remove_unstarted   remove_stray
///     received, held, queued        none           remove_unstarted   remove_stray
///     preparing                     put_back       remove_unstarted   adopt
///     running, outcome undecided    interrupt      remove_unstarted   adopt
///     running, outcome decided      conclude       remove_unstarted   adopt
///     finishing                     conclude       remove_unstarted   adopt
///
/// A job that is `finishing` without an outcome that can be read is interrupted instead of concluded.
///
/// The engine is believed about containers and the journal about jobs. An agent that may have been started is never
/// started again: only a job that is not `running` yet, or whose container never started, goes back to the queue.
measure decide(const std::optional<journal::job_record>& left, const std::optional<agent::found_container>& found);

}  // namespace familiar::job
