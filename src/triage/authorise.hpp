#pragma once

#include "config/settings.hpp"
#include "event/event.hpp"

#include <string>
#include <variant>

namespace familiar::triage {

struct allowed {};

/// The reason is for the log and the job's record: it says what to configure.
struct refused {
    std::string reason;
};

using verdict = std::variant<allowed, refused>;

/// Whether an event may start, join, supersede or stop a job. All of these have to agree:
///
/// 1. `repositories`: one of the globs matches the repository's path (glob.hpp); an empty list is every repository.
/// 2. A close needs no more: who may close a merge request is the forge's own check, and stopping is the safe
/// direction.
/// 3. A bot is named in `allow_bots`.
/// 4. `minimum_permission`: none lets everybody pass. Any other lets only `allow_users` pass, bots included, as long as
/// the
///    forge is not asked for the sender's permission.
/// 5. `forks`: a merge request that is known to come from the repository itself passes. One from a fork, or of unknown
/// origin,
///    passes with `allow` only; `approve` refuses like `deny`, since nothing can give an approval yet. Unknown counts
///    as a fork for everybody, so that knowing less never opens more.
///
/// A comment on GitHub carries no origin. The caller fills `incoming.request.head_origin` from what it has learnt of
/// the same merge request before it calls this; a mention on a merge request of the repository itself passes then.
verdict authorise(const event::event& incoming, const config::triggers_settings& triggers);

}  // namespace familiar::triage
