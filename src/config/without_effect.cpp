#include "config/advice.hpp"

#include <array>
#include <set>
#include <string_view>

namespace familiar::config {

namespace {

/// A key that is parsed and does nothing yet. `asks`: whether its value asks for something that isn't there.
struct row {
    const char* key;
    bool (*asks)(const settings&);
    const char* instead;  ///< what follows on "no effect yet"
};

bool always(const settings&) {
    return true;
}

// Take a row out when its part is built.
constexpr std::array<row, 7> table{{
    {"providers.github.auth_method", [](const settings& s) { return s.providers.github.auth_method == auth_kind::app; },
     ": git goes without credentials; use auth_method: pat and a token"},
    {"providers.github.token", always, " but for git: nothing is read from or written to the forge's API"},
    {"providers.gitlab.token", always, " but for git: nothing is read from or written to the forge's API"},
    {"repo_overrides", always, ": a repository's .familiar/config.yaml is not read"},
    {"intent", [](const settings& s) { return s.intent.strategy == intent_strategy::api; },
     ": no API is asked; a comment goes to the agent as it was written"},
    {"intent.api", [](const settings& s) { return s.intent.strategy == intent_strategy::rules; },
     ": no API is asked; a comment goes to the agent as it was written"},
    {"permissions", always,
     " but for push_commits: never, which gives agents no credential to push with; for the rest an agent can do "
     "whatever its credentials allow"},
}};

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

}  // namespace

void warn_of_keys_without_effect(document& file, const settings& values) {
    std::set<std::string_view> said;
    for (const auto& [key, asks, instead] : table) {
        const auto* const mention = file.find(key);
        if (mention == nullptr || !asks(values) || !said.insert(instead).second) continue;
        file.warn(mention->where, mention->written + ": no effect yet" + instead);
    }
}

void warn_who_can_start_agents(document& file, const triggers_settings& triggers) {
    const bool closed = triggers.minimum_permission != permission::none;
    const bool no_forks = triggers.forks == forks_policy::approve;
    if (!closed && !no_forks) return;

    std::string text;
    if (closed) {
        const std::string wanted(to_text(triggers.minimum_permission));
        text = triggers.allow_users.empty()
                   ? "nobody can start an agent yet: "
                   : "only " + listed(triggers.allow_users) + " (allow_users) can start an agent: ";
        text += "minimum_permission is " + wanted + ", and no forge is asked for permissions yet; ";
        text += triggers.allow_users.empty() ? "name people in allow_users, or set it to none to let everybody in"
                                             : "set it to none to let everybody in";
    }
    if (no_forks) {
        text += text.empty() ? "" : "; ";
        text += "merge requests from forks are refused: forks is approve, and nobody can approve yet";
    }
    const auto* mention = file.find(closed ? "triggers.minimum_permission" : "triggers.forks");
    if (mention == nullptr) mention = file.find("triggers");
    file.warn(mention == nullptr ? place{} : mention->where, "triggers: " + text);
}

}  // namespace familiar::config
