#pragma once

#include "agent/assignment.hpp"
#include "agent/prompt_text.hpp"

#include <string>
#include <string_view>

/// The comments of a merge request in a prompt. All of it is text of other people, fenced (prompt_text.hpp).
namespace familiar::agent {

/// The comments that the agent is there for, in order, each with its author, place, thread and text; those of another
/// event have none. Something of each is shown, however many there are. Empty if there are none.
std::string comments_section(const assignment& what, budget& room);

/// What was said on the merge request, thread by thread, the oldest first. The comments of comments_section are pointed
/// at and not shown twice, and what the bot wrote (`bot_username`) is marked as its own. If it is more than there is
/// room for, the newest are shown, and it is said how many are not. Empty if there is nothing else to show.
std::string conversation_section(const assignment& what, std::string_view bot_username, budget& room);

}  // namespace familiar::agent
