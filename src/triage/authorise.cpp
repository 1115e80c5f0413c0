#include "triage/authorise.hpp"

#include "event/login.hpp"
#include "triage/glob.hpp"

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

/// A merge request from elsewhere, about which something else than the sender decides.
bool is_approvers_matter(const event::event& incoming, const config::triggers_settings& triggers) {
    return incoming.what != event::action::commented && triggers.forks == config::forks_policy::approve &&
           incoming.request.head_origin == event::origin::fork && !incoming.request.head.empty();
}

refused refuse_sender(const event::actor& sender, config::permission minimum,
                      std::optional<config::permission> permission) {
    const auto rule = "triggers.minimum_permission: " + std::string(config::to_text(minimum));
    const auto name = sender_name(sender);
    const auto said = "I work for people with at least " + std::string(config::to_text(minimum)) +
                      " permission on this repository, so I have to leave this one to them.";
    if (permission)
        return {name + " has the permission " + std::string(config::to_text(*permission)) + " there, and " + rule +
                    " asks for more",
                said};
    return {name + " is not in triggers.allow_users, and there is no API that could be asked for permissions, which " +
                rule +
                " needs: configure the forge's token and API URL, name the sender in triggers.allow_users, or set "
                "triggers.minimum_permission: none",
            said};
}

std::variant<held, refused> stop_at_origin(const event::merge_request& request, config::forks_policy policy) {
    const auto rule = "triggers.forks: " + std::string(config::to_text(policy));
    constexpr auto said = "I don't work on merge requests from forks of this repository.";
    if (policy == config::forks_policy::approve && !request.head.empty())
        return held{"the merge request comes from " +
                    std::string(request.head_origin == event::origin::fork ? "a fork" : "an unknown place") + ", and " +
                    rule + " asks for an approval of its head " + request.head};
    if (request.head_origin == event::origin::fork)
        return refused{
            "the merge request comes from a fork, which " + rule + " refuses: only triggers.forks: allow lets it pass",
            said};
    return refused{"it is not known whether the merge request comes from a fork, so " + rule +
                       " refuses it as one: push to the merge request or reopen it, so that its origin is learnt, or "
                       "set triggers.forks: allow",
                   said};
}

}  // namespace

bool depends_on_permission(const event::event& incoming, const config::triggers_settings& triggers) {
    return incoming.what != event::action::closed && triggers.minimum_permission != config::permission::none &&
           !event::names(triggers.allow_users, incoming.sender.login) && !is_approvers_matter(incoming, triggers);
}

bool may_approve(const event::actor& who, const config::triggers_settings& triggers,
                 std::optional<config::permission> permission) {
    if (event::is_bot(who)) return false;
    if (event::names(triggers.allow_users, who.login)) return true;
    return permission && *permission >= std::max(triggers.minimum_permission, config::permission::write);
}

verdict authorise(const event::event& incoming, const config::triggers_settings& triggers, const standing& known) {
    if (!is_watched(incoming.repo, triggers.repositories))
        return refused{"no pattern of triggers.repositories matches " + incoming.repo.path, {}};
    if (incoming.what == event::action::closed) return allowed{};

    if (event::is_bot(incoming.sender) && !event::names(triggers.allow_bots, incoming.sender.login))
        return refused{"the bot " + sender_name(incoming.sender) + " is not in triggers.allow_bots", {}};
    if (depends_on_permission(incoming, triggers) &&
        known.permission.value_or(config::permission::none) < triggers.minimum_permission)
        return refuse_sender(incoming.sender, triggers.minimum_permission, known.permission);

    const auto origin = incoming.request.head_origin;
    if (origin == event::origin::same_repository || triggers.forks == config::forks_policy::allow) return allowed{};
    if (triggers.forks == config::forks_policy::approve && known.approved) return allowed{};
    const auto stopped = stop_at_origin(incoming.request, triggers.forks);
    if (const auto* waits = std::get_if<held>(&stopped)) return *waits;
    return std::get<refused>(stopped);
}

}  // namespace familiar::triage
