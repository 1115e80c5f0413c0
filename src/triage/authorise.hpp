#pragma once

#include "config/settings.hpp"
#include "event/event.hpp"

#include <optional>
#include <string>
#include <variant>

namespace familiar::triage {

/// What is known of an event besides itself.
struct standing {
    std::optional<config::permission> permission{};  ///< the sender's, as the forge says now; none: it was not asked
    bool approved = false;                           ///< somebody has approved this head of the merge request
};

struct allowed {};

/// Somebody may let it in: a person with permission approves the head.
struct held {
    std::string reason;
};

struct refused {
    std::string reason;  ///< for the log and the job's record: it says what to configure
    std::string said;    ///< for the sender, on the merge request; empty: nothing is said
};

using verdict = std::variant<allowed, held, refused>;

/// Whether an event may start, join, supersede or stop a job. All of these have to agree:
///
/// 1. `repositories`: one of the globs matches the repository's path (glob.hpp); an empty list is every repository.
/// 2. A close needs no more: who may close a merge request is the forge's own check, and stopping is the safe
/// direction.
/// 3. A bot is named in `allow_bots`.
/// 4. `minimum_permission`: none lets everybody pass, and `allow_users` pass whoever they are. For the rest what the
/// forge says of the sender counts, bots included, and where it could not be asked he does not pass. For a merge
/// request from a fork that was opened or updated, `forks: approve` takes the place of the sender's permission:
/// outsiders' changes are what approvals are for.
/// 5. `forks`: a merge request that is known to come from the repository itself passes. One from a fork, or of unknown
/// origin, passes with `allow`, and with `approve` once its head is approved; until then it is held, if it is known
/// what there would be to approve. Unknown counts as a fork for everybody, so that knowing less never opens more.
///
/// A comment on GitHub carries neither origin nor head. The caller fills in what it has learnt of the same merge
/// request before it calls this.
verdict authorise(const event::event& incoming, const config::triggers_settings& triggers, const standing& known = {});

/// Whether authorise() looks at the sender's permission: only then is the forge worth asking.
bool depends_on_permission(const event::event& incoming, const config::triggers_settings& triggers);

/// Whether somebody may approve the head of a merge request: he is in `allow_users`, or may write to the repository and
/// has `minimum_permission` besides. Never a bot.
bool may_approve(const event::actor& who, const config::triggers_settings& triggers,
                 std::optional<config::permission> permission);

}  // namespace familiar::triage
