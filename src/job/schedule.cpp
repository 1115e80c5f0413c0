#include "job/schedule.hpp"

namespace familiar::job {

bool may_pass(const core::error& failure) noexcept {
    return core::is_transient(failure) || failure.code == core::errc::storage_full ||
           failure.code == core::errc::storage_failed;
}

next_step after_failed_start(const core::error& failure, int attempt, const async::retry_policy& policy,
                             bool engine_answers) {
    if (failure.code == core::errc::shutting_down) return next_step::put_back;
    if (failure.code == core::errc::conflict) return next_step::ended_meanwhile;
    if (failure.code == core::errc::engine_unreachable) return next_step::wait_for_engine;
    if (!may_pass(failure)) return next_step::give_up;
    if (!engine_answers) return next_step::wait_for_engine;
    return attempt <= static_cast<int>(policy.max_retries) ? next_step::retry : next_step::give_up;
}

}  // namespace familiar::job
