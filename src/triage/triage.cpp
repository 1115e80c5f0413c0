#include "triage/triage.hpp"

#include "event/login.hpp"
#include "triage/intent.hpp"
#include "triage/mention.hpp"

namespace familiar::triage {

namespace {

using event::action;
using event::kind;

kind kind_of(const event::event& incoming, const config::settings& settings) {
    if (incoming.what == action::opened) return kind::mr_opened;
    if (incoming.what == action::updated) return kind::mr_updated;
    const bool mentioned = incoming.note && mentions(incoming.note->body, settings.bot_username);
    return mentioned && (settings.events.mention || !settings.events.mr_comment) ? kind::mention : kind::mr_comment;
}

}  // namespace

bool is_own(std::string_view login, const config::settings& settings, const std::vector<std::string>& own_logins) {
    if (login.empty()) return false;
    return event::same_login(event::without_app_suffix(login), event::without_app_suffix(settings.bot_username)) ||
           event::names(own_logins, login);
}

decision classify(const event::event& incoming, const config::settings& settings,
                  const std::vector<std::string>& own_logins) {
    if (incoming.what == action::closed) return stop{};

    if (is_own(incoming.sender.login, settings, own_logins)) return ignored{"the bot's own event"};
    if (event::is_bot(incoming.sender) && !event::names(settings.triggers.allow_bots, incoming.sender.login))
        return ignored{"the bot " + incoming.sender.login + " is not in triggers.allow_bots"};

    if (incoming.what != action::commented && incoming.request.draft) return ignored{"draft"};

    const auto what = kind_of(incoming, settings);
    const bool on = settings.events.on(what);
    if (on && what == kind::mention) return run{what};  // whether it approves changes nothing, and costs a reading
    if (incoming.note && read_intent(incoming.note->body, settings.bot_username).approves) return run{kind::mention};
    if (!on) return ignored{"events." + std::string(event::to_text(what)) + " is off"};
    return run{what};
}

}  // namespace familiar::triage
