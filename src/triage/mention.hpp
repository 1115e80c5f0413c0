#pragma once

#include <cstddef>
#include <string_view>

namespace familiar::triage {

/// Where `@name` stands next as a whole name, from `from` on; npos if nowhere. Knows nothing of Markdown. `name` is
/// without "[bot]"; an empty one is found nowhere.
std::size_t find_mention(std::string_view text, std::string_view name, std::size_t from);

/// Whether a comment in Markdown names `@bot_username`: in any case, as a whole name, and outside code (fenced and
/// indented blocks, code spans, <pre> and <code>). "@familiar-dev", "@familiar/team", "me@familiar" and "/@familiar"
/// name somebody else. An App is mentioned without the "[bot]" of its login. Linear in the body.
bool mentions(std::string_view body, std::string_view bot_username);

}  // namespace familiar::triage
