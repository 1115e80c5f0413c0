#pragma once

#include "core/time.hpp"
#include "event/event.hpp"
#include "journal/job.hpp"
#include "provider/forge.hpp"

#include <optional>
#include <string>
#include <vector>

/// What a server has missed while it was down, decided from what the journal and the forge know. Pure.
namespace familiar::app {

/// Since when the forge is asked, by the last delivery of before: a minute earlier, since deliveries overtake one
/// another, and three days back at most, since GitHub keeps its list that long (GitHub docs: "Viewing webhook
/// deliveries"). None for a new journal: nothing was promised to anybody.
std::optional<core::wall_time> missed_since(std::optional<core::wall_time> last_in_use, core::wall_time now);

/// The repositories to look at: those that jobs were about and those that `triggers.repositories` names outright, each
/// once and only if it is watched now.
std::vector<std::string> repositories_to_ask(std::vector<std::string> known, const std::vector<std::string>& watched);

/// A delivery as the journal keeps it, and what it says.
struct missed_event {
    journal::delivery origin;
    event::event incoming;
};

/// The event that an open merge request at GitLab must have had, if its head is not known here: `opened`, or `updated`
/// if `before` is the head that was known last. Its delivery's id is the same whenever this is asked. The sender is the
/// author: whoever pushed is not told, and the permission to start an agent is asked of him as of any other.
missed_event unheard_of(const std::string& path, const provider::merge_request_state& now,
                        std::optional<std::string> before, core::wall_time received);

}  // namespace familiar::app
