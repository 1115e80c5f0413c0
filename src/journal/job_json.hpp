#pragma once

#include "core/error.hpp"
#include "event/event.hpp"

#include <string>
#include <vector>

/// What a job is about, as text in its row.
namespace familiar::journal {

std::string event_text(const event::event& subject);
std::string events_text(const std::vector<event::event>& joined);

/// errc::invalid for anything that the two did not write.
core::result<event::event> read_event(const std::string& text);
core::result<std::vector<event::event>> read_events(const std::string& text);

}  // namespace familiar::journal
