#pragma once

#include "agent/assignment.hpp"
#include "config/settings.hpp"
#include "event/event.hpp"

/// What an agent may do: the configuration, what was asked for, and the event together.
namespace familiar::agent {

/// An action is permitted if the configuration says `always`, or `on_request` and one of the wishes asks for it.
/// Pushing needs a merge request that is known to come from the repository itself, besides. Pure.
event::actions permitted(const config::permissions_settings& configured, const assignment& what);

}  // namespace familiar::agent
