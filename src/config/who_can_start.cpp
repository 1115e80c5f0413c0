#include "config/advice.hpp"

#include <string>
#include <vector>

namespace familiar::config {

namespace {

/// "alice", "alice and bob", "alice, bob, carol and 7 more".
std::string listed(const std::vector<std::string>& names) {
    constexpr std::size_t shown = 3;
    std::string text;
    for (std::size_t at = 0; at < names.size() && at < shown; ++at) {
        const bool last = at + 1 == names.size();
        if (at > 0) text += last ? " and " : ", ";
        text += names[at];
    }
    return names.size() <= shown ? text : text + " and " + std::to_string(names.size() - shown) + " more";
}

/// A forge that cannot be asked for permissions, and the key that would change it.
struct silent_forge {
    std::string name;
    std::string key;
};

std::vector<silent_forge> silent_forges(const providers_settings& providers) {
    std::vector<silent_forge> found;
    for (const auto which : {event::provider::github, event::provider::gitlab}) {
        if (!enabled(providers, which) || has_api(providers, which)) continue;
        const std::string name(event::to_text(which));
        const bool is_app = which == event::provider::github && providers.github.auth_method == auth_kind::app;
        const auto* const url = which == event::provider::github ? ".api_url" : ".base_url";
        const bool has_credentials = is_app || !token(providers, which).empty();
        found.push_back({name, "providers." + name + (has_credentials ? url : ".token")});
    }
    return found;
}

std::string who(const triggers_settings& triggers) {
    return triggers.allow_users.empty() ? "nobody" : "only " + listed(triggers.allow_users) + " (allow_users)";
}

std::string way_out(const triggers_settings& triggers) {
    return triggers.allow_users.empty()
               ? "set it, name people in allow_users, or set minimum_permission to none to let everybody in"
               : "set it, or set minimum_permission to none to let everybody in";
}

}  // namespace

void warn_who_can_start_agents(document& file, const settings& values) {
    const auto& triggers = values.triggers;
    const bool closed = triggers.minimum_permission != permission::none;
    const bool no_forks = triggers.forks == forks_policy::approve;
    const auto silent = silent_forges(values.providers);
    if (silent.empty() || (!closed && !no_forks)) return;

    std::vector<std::string> names;
    std::vector<std::string> keys;
    for (const auto& [name, key] : silent) {
        names.push_back(name);
        keys.push_back(key);
    }
    std::string text = "without " + listed(keys) + " nobody's permission can be asked of " + listed(names) + ": ";
    if (closed)
        text += who(triggers) + " can start an agent there, since minimum_permission is " +
                std::string(to_text(triggers.minimum_permission));
    if (no_forks)
        text += std::string(closed ? ", and " : "") +
                "merge requests from forks wait there for the approval of somebody in allow_users, since forks is "
                "approve";
    if (closed) text += "; " + way_out(triggers);

    const auto* mention = file.find(closed ? "triggers.minimum_permission" : "triggers.forks");
    if (mention == nullptr) mention = file.find("triggers");
    file.warn(mention == nullptr ? place{} : mention->where, "triggers: " + text);
}

}  // namespace familiar::config
