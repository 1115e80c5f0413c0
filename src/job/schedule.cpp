#include "job/schedule.hpp"

namespace familiar::job {

std::string merge_request_key(const event::event& subject) {
    return std::string(to_text(subject.repo.forge)) + "/" + subject.repo.path + "#" +
           std::to_string(subject.request.number);
}

choice choose(const std::vector<candidate>& waiting, const std::set<std::string>& busy, std::size_t free_slots,
              core::wall_time now) {
    choice found;
    if (free_slots == 0) return found;
    for (std::size_t i = 0; i < waiting.size(); ++i) {
        const auto& candidate = waiting[i];
        if (busy.contains(candidate.merge_request)) continue;
        if (candidate.not_before && *candidate.not_before > now) {
            if (!found.look_again || *candidate.not_before < *found.look_again) found.look_again = candidate.not_before;
            continue;
        }
        found.run = i;
        return found;
    }
    return found;
}

bool may_pass(const core::error& failure) noexcept {
    return core::is_transient(failure) || failure.code == core::errc::storage_full ||
           failure.code == core::errc::storage_failed;
}

next_step after_failed_start(const core::error& failure, int attempt, const async::retry_policy& policy) {
    if (failure.code == core::errc::shutting_down) return next_step::put_back;
    if (failure.code == core::errc::engine_unreachable) return next_step::wait_for_engine;
    if (!may_pass(failure)) return next_step::give_up;
    return attempt <= static_cast<int>(policy.max_retries) ? next_step::retry : next_step::give_up;
}

}  // namespace familiar::job
