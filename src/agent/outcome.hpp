#pragma once

#include "docker/watcher.hpp"

#include <filesystem>
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

/// What an agent may say of itself in /familiar/out/result.json. Every field is optional.
struct report {
    std::optional<bool> success{};  ///< `outcome`: "succeeded" or "failed"
    std::string summary{};
    std::string reason{};
    std::optional<double> cost_usd{};
    std::optional<int> turns{};
};

struct outcome {
    ending how = ending::failed;
    std::string reason{};            ///< one line for people; empty for a plain success
    std::optional<int> exit_code{};  ///< of the container, if it is known
    std::string summary{};           ///< the agent's own
    std::optional<double> cost_usd{};
    std::optional<int> turns{};
    /// The end of what it printed, see last_lines(); known once its log is kept, and empty for a success.
    std::string last_lines{};
};

/// The outcome of a container that ended by itself: success is exit code 0, unless the agent reports that it failed.
/// Death by a signal (128 + n), the kernel's out-of-memory killer, a command that cannot be run and an absent container
/// are named.
outcome judge(const docker::container_end& end, const std::optional<report>& said);

/// The report in the text of a result.json. errc::invalid: not a JSON object, or a field of the wrong type.
core::result<report> parse_report(std::string_view text);

/// Reads `out`/result.json, which the agent may have made anything: no link is followed, nothing that is not a regular
/// file is waited for, and at most 1 MiB is read. None if there is no such file; errc::invalid or too_large for one
/// that is no report.
core::result<std::optional<report>> read_report(const std::filesystem::path& out);

}  // namespace familiar::agent
