#pragma once

#include "config/settings.hpp"
#include "journal/job.hpp"

#include <cstddef>
#include <string>

/// What people read of a job on its merge request. Pure, but for the secrets that are known (observe::redact).
namespace familiar::job {

/// What is taken of the agent's own words, in bytes. A comment stays below 60,000 characters with all that stands
/// around them; GitHub takes 65,536, GitLab more.
constexpr std::size_t longest_summary = 30'000;

/// How a job ended, or what it waits for, in one line without markup: "stopped after 30 minutes".
std::string standing(const journal::job_record& job);

/// The text of the comment about a job that has ended: the outcome with time and cost, the agent's own words, and of a
/// failure what the agent printed last. `bot_username`: by which people start it again.
std::string outcome_text(const journal::job_record& job, const std::string& bot_username);

/// The text that asks for the approval of a job that is held. `approver`: what somebody has to be permitted who may.
std::string approval_text(const journal::job_record& job, const std::string& bot_username, config::permission approver);

/// The text that says that nothing is run for somebody, which is the job's summary.
std::string refusal_text(const journal::job_record& job);

}  // namespace familiar::job
