#pragma once

#include "config/settings.hpp"
#include "event/event.hpp"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// What an event means here, decided without asking anybody. Whether somebody may is another question:
/// triage/authorise.hpp.
namespace familiar::triage {

struct ignored {
    std::string reason;
};

/// Starts a job of this kind, if it is authorised.
struct run {
    event::kind kind = event::kind::mr_opened;
};

/// The merge request was closed or merged: ends waiting jobs and stops the running agent.
struct stop {};

using decision = std::variant<ignored, run, stop>;

/// In this order: a close stops; the bot's own events (bot_username, or its App's "[bot]" login, and whatever else it
/// is called: `own_logins`) and those of other bots that `triggers.allow_bots` does not name are ignored; an opened or
/// updated draft is ignored; then the switch of the event's kind under `events:` decides. A comment that mentions the
/// bot is a `mention`; with that switch off it is a comment like others, unless it is an approval (intent.hpp), which
/// is heard in any case. Logins compare in any case, as at both forges.
decision classify(const event::event& incoming, const config::settings& settings,
                  const std::vector<std::string>& own_logins = {});

/// Whether that login is one of the bot's.
bool is_own(std::string_view login, const config::settings& settings, const std::vector<std::string>& own_logins);

}  // namespace familiar::triage
