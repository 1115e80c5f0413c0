#pragma once

#include "event/event.hpp"
#include "triage/sentence.hpp"

#include <cstddef>
#include <string_view>

namespace familiar::triage {

/// What a clause that is spoken to the bot asks for: nothing unless the whole of it is such a request. "merge",
/// "please push the fix", "can you approve this" and "dismiss @bob's review" are; "merge conflicts need fixing", "push
/// back on this" and "merge main into this branch" are not.
event::actions requested_by(const clause& spoken);

/// Whether a sentence has something in it that can turn a request into none: a negation, a condition, a talk about the
/// words themselves, or a question that does not ask "can you".
bool is_no_request(const sentence& whole);

/// Whether what follows this word is still the front of its clause: a greeting, a politeness.
bool is_preamble(std::string_view word);

/// Whether a clause goes on with words that speak to somebody: "please", "can you".
bool addresses(const clause& all, std::size_t from);

}  // namespace familiar::triage
