#pragma once

#include "event/event.hpp"

#include <optional>
#include <string>
#include <string_view>

/// What a comment that speaks to the bot asks for, by rules. Pure. Whether the asker may is another question.
namespace familiar::triage {

/// "@bot ok-to-run": approves a merge request whose job is held.
struct approval {
    std::string head;  ///< "@bot ok-to-run <commit>", 7 to 64 hexadecimal digits, in lower case; empty without one
};

struct intent {
    event::actions wanted;
    std::string instructions;  ///< the comment without the mention; requests stay in it, since the agent reads them
    std::optional<approval> approves{};
};

/// Reads a comment in Markdown, the asker's own words only: neither what he quotes (as a quotation or between
/// quotation marks) nor code, HTML comments or what is struck out. Only what follows a mention of the bot (mention.hpp)
/// counts, up to the end of its paragraph or to a mention of somebody else. The mention has to speak to the bot: it
/// stands at the front of its sentence or clause (greetings may precede), or a comma, a colon or a "please" follows.
///
/// What follows is read in clauses, between commas, semicolons, "and", "then", "&". A clause that is "merge",
/// "approve", "push" or "dismiss", with what such a request is made with ("please", "can you", "it", "the fix", "your
/// changes to my branch", "Bob's review") and nothing else, asks for that; every other clause is instruction. A
/// sentence with a negation or a condition in it ("not", "never", "unless", "if", "when", "after" ...) asks for
/// nothing, and no question does but "can you ...?". In doubt nothing is asked for: an agent that may not push can
/// still be asked again, in plainer words. The words are English.
///
/// An approval is a paragraph that is the mention, "ok-to-run" and a commit id or none, and nothing else, be it a full
/// stop: whoever adds something may mean something else. The id may stand in a code span. Of several the last counts.
///
/// Linear in the comment.
intent read_intent(std::string_view comment, std::string_view bot_username);

}  // namespace familiar::triage
