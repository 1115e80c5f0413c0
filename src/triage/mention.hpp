#pragma once

#include <string_view>

namespace familiar::triage {

/// Whether a comment in Markdown names `@bot_username`: in any case, as a whole name, and outside code (fenced and
/// indented blocks, code spans, <pre> and <code>). "@familiar-dev", "@familiar/team", "me@familiar" and "/@familiar"
/// name somebody else. An App is mentioned without the "[bot]" of its login. Linear in the body.
bool mentions(std::string_view body, std::string_view bot_username);

}  // namespace familiar::triage
