#pragma once

#include "config/document.hpp"
#include "config/settings.hpp"

/// Warnings about a configuration that is right but may not do what its author expects.
namespace familiar::config {

/// Keys that the file sets and whose part isn't built yet. Their table is the only place that knows.
void warn_of_keys_without_effect(document& file, const settings& values);

/// One sentence on who can start an agent, where that is less than the configuration seems to say: the safety keys that
/// aren't built yet fail closed.
void warn_who_can_start_agents(document& file, const triggers_settings& triggers);

/// What means something else to the Go program of the same name, if the file uses any of its key names.
void warn_of_go_differences(document& file, const settings& values);

}  // namespace familiar::config
