#pragma once

#include "app/command.hpp"

namespace familiar::app {

/// Runs every check that the server would stumble over later, while one runs or none does, and prints a line for each
/// and a summary, or with `json` all findings as JSON. One that fails does not stop the others, but for those that
/// build on it. Every check has a deadline, and nothing is left behind, also after SIGINT or SIGTERM.
///
/// 0 if nothing failed, 1 if something did or it was interrupted, 2 if the configuration cannot be read.
int doctor(const configuration_choice& chosen, bool json);

}  // namespace familiar::app
