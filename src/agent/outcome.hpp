#pragma once

#include "agent/report.hpp"
#include "docker/watcher.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace familiar::agent {

/// How an agent that was started ended.
enum class ending {
    succeeded,
    failed,
    timed_out,    ///< stopped at its deadline, or because it had been silent for too long
    cancelled,    ///< stopped because a person said so, or because the merge request was closed
    interrupted,  ///< stopped because the server ended, or gone while no server watched
};

std::string_view to_text(ending how) noexcept;

struct outcome {
    ending how = ending::failed;
    std::string reason{};            ///< one line for people; empty for a plain success
    std::optional<int> exit_code{};  ///< of the container, if it is known
    std::string summary{};           ///< the agent's own
    spending spent{};
    /// The end of what it printed, see last_lines(); known once its log is kept, and empty for a success.
    std::string last_lines{};
    std::string cause{};  ///< of a failure, in one word; see observe::metrics::agent_ended
};

/// The outcome of a container that ended by itself: success is exit code 0, unless the agent reports that it failed.
/// Death by a signal (128 + n), the kernel's out-of-memory killer, a command that cannot be run and an absent container
/// are named. The cause is the agent's own word where it has one, else what the container's end says.
outcome judge(const docker::container_end& end, const std::optional<report>& report);

}  // namespace familiar::agent
