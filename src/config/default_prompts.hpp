#pragma once

#include "event/event.hpp"

#include <string_view>

namespace familiar::config {

/// What an agent is asked when the configuration has no prompt for the event. Where things lie (/familiar/event.json,
/// the workspace) and how to answer is told by the instructions that go with every prompt, not here.
std::string_view default_prompt(event::kind kind) noexcept;

}  // namespace familiar::config
