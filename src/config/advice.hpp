#pragma once

#include "config/document.hpp"
#include "config/settings.hpp"

/// Warnings about a configuration that is right but may not do what its author expects.
namespace familiar::config {

/// One sentence on who can start an agent where a forge cannot be asked for permissions: what it would have to confirm
/// is refused then.
void warn_who_can_start_agents(document& file, const settings& values);

/// What means something else to the Go program of the same name, if the file uses any of its key names.
void warn_of_go_differences(document& file, const settings& values);

}  // namespace familiar::config
