#pragma once

#include "core/error.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace familiar::agent {

/// What an agent used, as far as it tells.
struct spending {
    std::optional<double> cost_usd{};
    std::optional<int> turns{};
    std::optional<std::int64_t> input_tokens{};  ///< those that a cache wrote or read among them
    std::optional<std::int64_t> output_tokens{};
};

/// What an agent may say of itself in /familiar/out/result.json. Every field is optional.
struct report {
    std::optional<bool> success{};  ///< `outcome`: "succeeded" or "failed"
    std::string summary{};
    std::string reason{};
    std::string cause{};  ///< why it failed, in one word that is counted; see observe::metrics::agent_ended
    spending spent{};
};

/// The report in the text of a result.json. errc::invalid: not a JSON object, or a field of the wrong type.
core::result<report> parse_report(std::string_view text);

/// Reads `out`/result.json, which the agent may have made anything: no link is followed, nothing that is not a regular
/// file is waited for, and at most 1 MiB is read. None if there is no such file; errc::invalid or too_large for one
/// that is no report.
core::result<std::optional<report>> read_report(const std::filesystem::path& out);

}  // namespace familiar::agent
