#include "job/schedule.hpp"

namespace familiar::job {

bool may_pass(const core::error& failure) noexcept {
    return core::is_transient(failure) || failure.code == core::errc::storage_full ||
           failure.code == core::errc::storage_failed;
}

next_step after_failed_start(const core::error& failure, int attempt, const async::retry_policy& policy,
                             const surroundings& known) {
    if (failure.code == core::errc::shutting_down) return next_step::put_back;
    if (failure.code == core::errc::conflict) return next_step::ended_meanwhile;
    if (failure.code == core::errc::engine_unreachable) return next_step::wait_for_engine;
    if (failure.code == core::errc::not_wanted) return next_step::refuse;
    if (failure.code == core::errc::head_moved) return next_step::supersede;
    if (!may_pass(failure)) return next_step::give_up;
    if (!known.engine_answers) return next_step::wait_for_engine;
    if (async::asks_too_much(policy, failure)) return next_step::park;
    if (failure.code == core::errc::forge_unreachable && !known.forge_answers) return next_step::wait_for_forge;
    return attempt <= static_cast<int>(policy.max_retries) ? next_step::retry : next_step::give_up;
}

}  // namespace familiar::job
