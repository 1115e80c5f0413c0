#include "config/settings.hpp"

#include "config/default_prompts.hpp"

namespace familiar::config {

namespace {

/// The member of a section with one member per kind of event.
template <class Section>
auto& for_kind(Section& section, event::kind kind) noexcept {
    switch (kind) {
        case event::kind::mr_opened:
            return section.mr_opened;
        case event::kind::mr_updated:
            return section.mr_updated;
        case event::kind::mr_comment:
            return section.mr_comment;
        case event::kind::mention:
            break;
    }
    return section.mention;
}

}  // namespace

prompts_settings::prompts_settings()
    : mr_opened(default_prompt(event::kind::mr_opened)),
      mr_comment(default_prompt(event::kind::mr_comment)),
      mr_updated(default_prompt(event::kind::mr_updated)),
      mention(default_prompt(event::kind::mention)) {}

bool events_settings::on(event::kind kind) const noexcept {
    return for_kind(*this, kind);
}
const std::string& prompts_settings::of(event::kind kind) const noexcept {
    return for_kind(*this, kind);
}

bool enabled(const providers_settings& providers, event::provider forge) noexcept {
    return forge == event::provider::github ? providers.github.enabled() : providers.gitlab.enabled();
}

const core::secret& token(const providers_settings& providers, event::provider forge) noexcept {
    return forge == event::provider::github ? providers.github.token : providers.gitlab.token;
}

bool has_api(const providers_settings& providers, event::provider forge) noexcept {
    if (!enabled(providers, forge)) return false;
    const auto& [github, gitlab] = providers;
    if (forge == event::provider::gitlab) return !gitlab.token.empty() && !gitlab.base_url.empty();
    const bool has_credentials = github.auth_method == auth_kind::app || !github.token.empty();
    return has_credentials && !github.api_url.empty();
}

const std::string& git_url(const providers_settings& providers, event::provider forge) noexcept {
    return forge == event::provider::github ? providers.github.git_url : providers.gitlab.git_url;
}

std::string_view to_text(permission value) noexcept {
    switch (value) {
        case permission::none:
            return "none";
        case permission::read:
            return "read";
        case permission::write:
            return "write";
        case permission::maintain:
            return "maintain";
        case permission::admin:
            break;
    }
    return "admin";
}

std::string_view to_text(forks_policy value) noexcept {
    switch (value) {
        case forks_policy::approve:
            return "approve";
        case forks_policy::allow:
            return "allow";
        case forks_policy::deny:
            break;
    }
    return "deny";
}

std::string_view to_text(action_policy value) noexcept {
    switch (value) {
        case action_policy::always:
            return "always";
        case action_policy::on_request:
            return "on_request";
        case action_policy::never:
            break;
    }
    return "never";
}

}  // namespace familiar::config
