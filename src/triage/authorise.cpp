#include "triage/authorise.hpp"

#include "triage/glob.hpp"
#include "triage/login.hpp"

#include <algorithm>

namespace familiar::triage {

namespace {

bool is_watched(const event::repository& repo, const std::vector<std::string>& patterns) {
    return patterns.empty() || std::any_of(patterns.begin(), patterns.end(),
                                           [&repo](const auto& pattern) { return glob_match(pattern, repo.path); });
}

std::string sender_name(const event::actor& sender) {
    return sender.login.empty() ? "a deleted user" : sender.login;
}

refused refuse_sender(const event::actor& sender, config::permission minimum) {
    return {sender_name(sender) +
            " is not in triggers.allow_users, and the forge is not asked for permissions yet, which "
            "triggers.minimum_permission: " +
            std::string(config::to_text(minimum)) +
            " needs: name the sender in triggers.allow_users, or set triggers.minimum_permission: none"};
}

refused refuse_origin(event::origin origin, config::forks_policy policy) {
    const auto rule = "triggers.forks: " + std::string(config::to_text(policy));
    if (origin == event::origin::fork)
        return {"the merge request comes from a fork, which " + rule +
                " refuses: only triggers.forks: allow lets it pass"};
    return {"it is not known whether the merge request comes from a fork, so " + rule +
            " refuses it as one: push to the merge request or reopen it, so that its origin is learnt, or set "
            "triggers.forks: allow"};
}

}  // namespace

verdict authorise(const event::event& incoming, const config::triggers_settings& triggers) {
    if (!is_watched(incoming.repo, triggers.repositories))
        return refused{"no pattern of triggers.repositories matches " + incoming.repo.path};
    if (incoming.what == event::action::closed) return allowed{};

    if (is_bot(incoming.sender) && !names(triggers.allow_bots, incoming.sender.login))
        return refused{"the bot " + sender_name(incoming.sender) + " is not in triggers.allow_bots"};
    if (triggers.minimum_permission != config::permission::none && !names(triggers.allow_users, incoming.sender.login))
        return refuse_sender(incoming.sender, triggers.minimum_permission);

    const auto origin = incoming.request.head_origin;
    if (origin != event::origin::same_repository && triggers.forks != config::forks_policy::allow)
        return refuse_origin(origin, triggers.forks);
    return allowed{};
}

}  // namespace familiar::triage
