#pragma once

#include "async/retry.hpp"
#include "core/error.hpp"
#include "core/time.hpp"
#include "event/event.hpp"

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

/// Which job runs next and which runs again: decisions without I/O.
namespace familiar::job {

/// A name for the merge request of an event: one agent at a time works on it.
std::string merge_request_key(const event::event& subject);

struct candidate {
    std::string merge_request;
    std::optional<core::wall_time> not_before{};  ///< the end of its backoff
};

struct choice {
    std::optional<std::size_t> run{};             ///< index of the candidate to start now
    std::optional<core::wall_time> look_again{};  ///< if none: when one becomes due by time alone
};

/// The first candidate, in order, that is due and whose merge request is not busy, if a slot is free.
choice choose(const std::vector<candidate>& waiting, const std::set<std::string>& busy, std::size_t free_slots,
              core::wall_time now);

/// True for what may succeed if it is tried again later. Besides what `core::is_transient` names, that is a full or
/// failing disk: time or an operator mends it, like an outage.
bool may_pass(const core::error& failure) noexcept;

/// What happens to a job whose agent was not started.
enum class next_step {
    wait_for_engine,  ///< nobody's fault but the engine's: back to its place, no attempt spent
    put_back,         ///< the server ends: the next start runs it, no attempt spent
    retry,            ///< after a backoff
    give_up,
};

/// `attempt` counts from 1.
next_step after_failed_start(const core::error& failure, int attempt, const async::retry_policy& policy);

}  // namespace familiar::job
