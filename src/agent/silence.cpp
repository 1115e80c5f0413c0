#include "agent/silence.hpp"

#include <algorithm>

namespace familiar::agent {

namespace {

using std::chrono::milliseconds;

/// Until the silence is too long, if nothing is printed meanwhile.
milliseconds bearable_silence(const vigil& known) {
    const auto printed = std::max(known.last_output.value_or(known.started) - known.started, milliseconds(0));
    const auto silent = known.watched.value_or(known.now - known.started) - printed;
    const auto left = std::clamp(known.idle_timeout - silent, milliseconds(0), known.idle_timeout);
    return std::max(left, known.postponed);
}

}  // namespace

next_step plan(const vigil& known) {
    const auto left = known.left ? std::optional(std::max(*known.left, milliseconds(0))) : std::nullopt;
    if (known.idle_timeout <= milliseconds(0)) return left ? next_step{step::enforce, *left} : next_step{};
    auto silence = bearable_silence(known);
    if (silence == milliseconds(0) && known.news) silence = known.idle_timeout;
    if (left && *left <= silence) return {step::enforce, *left};
    if (silence == milliseconds(0) && known.just_asked) return {step::end_silent, silence};
    return {step::ask_for_output, silence};
}

}  // namespace familiar::agent
