#pragma once

#include "config/settings.hpp"
#include "core/time.hpp"
#include "event/event.hpp"
#include "journal/placement.hpp"

#include <string>
#include <string_view>

/// Where a job belongs among those of its merge request: decisions without I/O.
namespace familiar::job {

/// What makes two deliveries of one merge request the same: what happened, and to which commit or comment. `event_name`
/// is the forge's: GitHub counts comments, reviews and review comments apart. Empty if the payload does not say enough.
///
/// An update is told from a later one to the same commit by the commit before it: a push from A to B, back to A, and to
/// B again are three.
std::string meaning_of(const event::event& incoming, std::string_view event_name);

/// What becomes of an authorised job:
///
/// 1. With `max_jobs_per_hour` jobs let in already it is refused: that ends loops, such as an agent that answers its
/// own
///    pushes.
/// 2. An update supersedes a waiting update, and inherits its place in the queue.
/// 3. A comment joins a waiting comment or mention, which is a mention from then on if one of the two is.
/// 4. Whatever waits then does so until nothing more has come for `agents.debounce`, for `agents.debounce_max` at most
///    since the first of what it stands for.
journal::placement place(const journal::job_record& incoming, const journal::neighbours& around,
                         const config::settings& settings, core::wall_time now);

}  // namespace familiar::job
