#pragma once

#include "config/settings.hpp"

#include <string_view>

namespace familiar::app {

/// Everything secret that the configuration holds appears in no log from now on, whatever a later configuration says:
/// tokens, webhook secrets, signing tokens and their keys, private keys, `agents.secrets`, and the values of those
/// variables in `agents.env` whose names end in a word for a secret, such as ANTHROPIC_API_KEY.
void redact_secrets(const config::settings& settings);

/// Whether a variable of this name holds a secret: its last word is KEY, TOKEN, SECRET, PASSWORD or the like.
bool names_a_secret(std::string_view variable);

}  // namespace familiar::app
