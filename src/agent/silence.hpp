#pragma once

#include "core/time.hpp"

#include <chrono>
#include <optional>

/// How long an agent is waited for, and what then: its deadline, and the longest silence that it is allowed.
namespace familiar::agent {

/// What is known of an agent that runs.
///
/// The engine's clock need not be ours. Where this process saw the agent start, the time since then is by its own
/// steady clock and the time of the output by the engine's, counted from the start, so that no two clocks are compared.
/// One that was adopted is judged by the engine's clock against ours, and a time in the future counts as the present.
struct vigil {
    core::wall_time now{};                               ///< by our clock
    core::wall_time started{};                           ///< by the engine's clock
    std::optional<core::wall_time> last_output{};        ///< likewise; none: nothing so far, or nobody has asked
    std::chrono::milliseconds idle_timeout{0};           ///< 0: silence is no reason to end it
    std::optional<std::chrono::milliseconds> watched{};  ///< since we saw it start, on a steady clock; none: adopted
    std::chrono::milliseconds postponed{0};              ///< the engine did not answer: it is not asked before
    std::optional<std::chrono::milliseconds> left{};     ///< until its deadline, by a steady clock; none without one
    bool just_asked = false;                             ///< last_output is what the engine has said just now,
    bool news = false;                                   ///< and it is another than before
};

enum class step {
    wait,            ///< for its end and nothing else
    enforce,         ///< the deadline
    ask_for_output,  ///< when it printed last: nobody knows yet whether it was silent
    end_silent,      ///< it was silent for too long
};

struct next_step {
    step then = step::wait;
    std::chrono::milliseconds after{0};  ///< unless it has ended by then; nothing for `wait`
};

/// Pure. A deadline that comes together with a silence goes first. One that has printed something new is never ended
/// for silence at once, whatever the times say.
next_step plan(const vigil& known);

}  // namespace familiar::agent
