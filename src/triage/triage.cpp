#include "triage/triage.hpp"

#include "triage/login.hpp"
#include "triage/mention.hpp"

namespace familiar::triage {

namespace {

using event::action;
using event::kind;

bool is_own(const event::actor& sender, std::string_view bot_username) {
    return !sender.login.empty() && same_login(without_app_suffix(sender.login), without_app_suffix(bot_username));
}

kind kind_of(const event::event& incoming, const config::settings& settings) {
    if (incoming.what == action::opened) return kind::mr_opened;
    if (incoming.what == action::updated) return kind::mr_updated;
    const bool mentioned = incoming.note && mentions(incoming.note->body, settings.bot_username);
    return mentioned && (settings.events.mention || !settings.events.mr_comment) ? kind::mention : kind::mr_comment;
}

}  // namespace

decision classify(const event::event& incoming, const config::settings& settings) {
    if (incoming.what == action::closed) return stop{};

    if (is_own(incoming.sender, settings.bot_username)) return ignored{"the bot's own event"};
    if (is_bot(incoming.sender) && !names(settings.triggers.allow_bots, incoming.sender.login))
        return ignored{"the bot " + incoming.sender.login + " is not in triggers.allow_bots"};

    if (incoming.what != action::commented && incoming.request.draft) return ignored{"draft"};

    const auto what = kind_of(incoming, settings);
    if (!settings.events.on(what)) return ignored{"events." + std::string(event::to_text(what)) + " is off"};
    return run{what};
}

}  // namespace familiar::triage
