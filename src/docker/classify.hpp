#pragma once

#include "core/error.hpp"
#include "process/command.hpp"

#include <string_view>

namespace familiar::docker {

/// What a docker command that failed has to say. Its exit code tells nothing (an absent engine, an absent image and a
/// taken name all end `create` with 1), so its words decide. `command` is for the message only: "create". Where a
/// registry's limit is reached, retry_after is a minute: the engine does not tell what the registry asked for.
core::error classify(std::string_view command, const process::exit_status& status, std::string_view said);

}  // namespace familiar::docker
