#pragma once

#include "agent/assignment.hpp"
#include "config/settings.hpp"
#include "git/types.hpp"

#include <string>

/// The texts that an agent reads. They hold what strangers wrote (titles, comments, names), which is always fenced
/// (prompt_text.hpp) and never comes first: a command line would take a leading "-" for an option and a leading "/" for
/// a command.
namespace familiar::agent {

/// /familiar/prompt.md: what is quoted is data; then the merge request, the comments that the agent is there for, the
/// conversation and the changed files; then the prompt of the event's kind as it is configured, what is asked for by
/// those who may ask, what the agent may do and what it never does. `settings` have the repository's overrides in them.
std::string prompt(const config::settings& settings, const assignment& what, const git::workspace& where);

/// /familiar/event.json: the event, and the comments that came after it, if any, as an array of events in "joined".
std::string event_json(const assignment& what);

/// /familiar/instructions.md: where things are, how to report.
std::string instructions(const config::settings& settings, const git::workspace& where);

}  // namespace familiar::agent
