#pragma once

#include "agent/assignment.hpp"
#include "config/settings.hpp"
#include "git/types.hpp"

#include <string>

/// The texts that an agent reads. They hold what strangers wrote (titles, comments), which is always quoted and never
/// comes first: a command line would take a leading "-" for an option and a leading "/" for a command.
namespace familiar::agent {

/// /familiar/prompt.md: the configured prompt of the event's kind, then the merge request, the comment it is about and
/// those that came after it.
std::string prompt(const config::settings& settings, const assignment& what, const git::workspace& where);

/// /familiar/event.json: the event, and the comments that came after it, if any, as an array of events in "joined".
std::string event_json(const assignment& what);

/// /familiar/instructions.md: where things are, what may be done, how to report.
std::string instructions(const config::settings& settings, const git::workspace& where);

}  // namespace familiar::agent
