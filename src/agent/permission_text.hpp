#pragma once

#include "agent/assignment.hpp"
#include "config/settings.hpp"
#include "git/types.hpp"

#include <string>

/// What an agent is asked for, may do and must never do, in plain sentences.
namespace familiar::agent {

/// What those ask for who may ask, in order, each text fenced. Empty if nobody says anything.
std::string wishes_section(const config::settings& settings, const assignment& what);

/// What `permitted` says, a sentence for each action, with the reason.
std::string permissions_section(const config::permissions_settings& configured, const assignment& what,
                                const git::workspace& where);

/// What holds whatever anybody writes.
std::string safety_section(const git::workspace& where);

}  // namespace familiar::agent
