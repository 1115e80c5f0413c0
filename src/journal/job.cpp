#include "journal/job.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace familiar::journal {

namespace {

constexpr std::array<std::pair<job_state, std::string_view>, 14> names{{
    {job_state::received, "received"},
    {job_state::held, "held"},
    {job_state::queued, "queued"},
    {job_state::preparing, "preparing"},
    {job_state::running, "running"},
    {job_state::finishing, "finishing"},
    {job_state::succeeded, "succeeded"},
    {job_state::failed, "failed"},
    {job_state::timed_out, "timed_out"},
    {job_state::cancelled, "cancelled"},
    {job_state::superseded, "superseded"},
    {job_state::interrupted, "interrupted"},
    {job_state::expired, "expired"},
    {job_state::refused, "refused"},
}};

}  // namespace

bool is_final(job_state state) noexcept {
    switch (state) {
        case job_state::received:
        case job_state::held:
        case job_state::queued:
        case job_state::preparing:
        case job_state::running:
        case job_state::finishing:
            return false;
        case job_state::succeeded:
        case job_state::failed:
        case job_state::timed_out:
        case job_state::cancelled:
        case job_state::superseded:
        case job_state::interrupted:
        case job_state::expired:
        case job_state::refused:
            return true;
    }
    return true;
}

bool restarts_on_redelivery(job_state state) noexcept {
    return state == job_state::failed || state == job_state::timed_out || state == job_state::interrupted ||
           state == job_state::expired;
}

std::string_view to_text(job_state state) noexcept {
    const auto found = std::ranges::find(names, state, &std::pair<job_state, std::string_view>::first);
    return found == names.end() ? std::string_view("unknown") : found->second;
}

std::optional<job_state> parse_job_state(std::string_view text) noexcept {
    const auto found = std::ranges::find(names, text, &std::pair<job_state, std::string_view>::second);
    if (found == names.end()) return std::nullopt;
    return found->first;
}

}  // namespace familiar::journal
