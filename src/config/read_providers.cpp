#include "config/secrets.hpp"
#include "config/sections.hpp"
#include "config/values.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace familiar::config {

namespace {

const std::vector<std::string> web{"https", "http"};
const std::vector<std::string> git_transports{"https", "http", "git", "file"};

/// A value that `auth_method: app` can't do without.
void need_for_app(section& github, const std::string& name, bool there) {
    if (there) return;
    const auto at = github.where(name).line != 0 ? github.where(name) : github.where("auth_method");
    github.fail(name, at, "is empty" + github.why_empty(name) + ", but auth_method: app needs it");
}

/// A git server of somebody's own may have no API, and a token for it is nothing to show github.com or gitlab.com.
void warn_without_api(section& forge, const std::string& key, const std::string& api, bool has_credentials) {
    if (!api.empty() || !has_credentials) return;
    forge.warn("git_url", forge.where("git_url"),
               "is set without " + key +
                   ", so no API is asked: nobody's permission is known, and nothing is answered on merge requests");
}

void read_github(section github, github_settings& values) {
    github.read("auth_method", values.auth_method,
                choice<auth_kind>({{"pat", auth_kind::pat}, {"app", auth_kind::app}}));
    read_secret(github, "token", values.token);
    github.read("app_id", values.app_id, word("._-", "a GitHub App's id"));
    read_secret(github, "private_key", values.private_key);
    read_secrets(github, "webhook_secret", values.webhook_secret);
    github.read("git_url", values.git_url, url(git_transports));
    if (values.git_url != github_settings().git_url) values.api_url.clear();
    github.read("api_url", values.api_url, url(web));
    warn_without_api(github, "api_url", values.api_url, values.auth_method == auth_kind::app || !values.token.empty());

    if (values.auth_method == auth_kind::app) {
        need_for_app(github, "app_id", !values.app_id.empty());
        need_for_app(github, "private_key", !values.private_key.empty() || github.has("private_key_file"));
    }
    const bool pem = values.private_key.reveal().find("-----BEGIN") != std::string::npos;
    if (!values.private_key.empty() && !pem)
        github.fail("private_key", github.where("private_key"),
                    "must be a key in PEM form, which has a -----BEGIN line");
}

/// "whsec_" and the base 64 of at least one byte.
bool is_signing_token(const core::secret& token) {
    constexpr std::string_view prefix = "whsec_";
    const auto& text = token.reveal();
    return text.starts_with(prefix) && !core::from_base64(std::string_view(text).substr(prefix.size())).empty();
}

void read_gitlab(section gitlab, gitlab_settings& values) {
    gitlab.read("auth_method", values.auth_method, choice<auth_kind>({{"pat", auth_kind::pat}}));
    read_secret(gitlab, "token", values.token);
    read_secrets(gitlab, "webhook_secret", values.webhook_secret);
    read_secrets(gitlab, "signing_token", values.signing_token);
    gitlab.read("base_url", values.base_url, url(web));
    values.git_url = values.base_url;
    gitlab.read("git_url", values.git_url, url(git_transports));
    if (values.git_url != values.base_url && !gitlab.has("base_url")) values.base_url.clear();
    warn_without_api(gitlab, "base_url", values.base_url, !values.token.empty());

    if (!std::ranges::all_of(values.signing_token, is_signing_token))
        gitlab.fail("signing_token", gitlab.where("signing_token"), "must be whsec_ and base 64, as GitLab shows it");
    if (values.base_url.find("/api/v") != std::string::npos)
        gitlab.fail("base_url", gitlab.where("base_url"), "is where people find the GitLab, without /api/v4");
}

/// One of the two, and the keys that switch it on.
struct forge {
    std::string name;
    section keys;
    std::vector<std::string> secrets;
};

bool is_on(const forge& provider) {
    return std::ranges::any_of(provider.secrets, [&](const std::string& name) { return provider.keys.has(name); });
}

/// Why it is off, and where the file shows that.
std::pair<std::string, place> off_because(const forge& provider, place section_start) {
    std::string reasons;
    auto where = section_start;
    for (const auto& name : provider.secrets) {
        const auto here = provider.keys.where(name);
        if (here.line == 0) continue;
        if (reasons.empty()) where = here;
        reasons += (reasons.empty() ? "" : ", ") + name + " is empty" + provider.keys.why_empty(name);
    }
    return {reasons.empty() ? provider.secrets.front() + " is not set" : reasons, where};
}

}  // namespace

void read_providers(section providers, providers_settings& values) {
    const std::vector<forge> forges{{"github", providers.child("github"), {"webhook_secret", "webhook_secret_file"}},
                                    {"gitlab",
                                     providers.child("gitlab"),
                                     {"webhook_secret", "webhook_secret_file", "signing_token", "signing_token_file"}}};
    read_github(forges[0].keys, values.github);
    read_gitlab(forges[1].keys, values.gitlab);

    const bool none = std::ranges::none_of(forges, is_on);
    bool explained = false;
    for (const auto& provider : forges) {
        if (is_on(provider) || provider.keys.names().empty()) continue;
        explained = true;
        const auto [reason, where] = off_because(provider, providers.where(provider.name));
        if (none)
            providers.fail(provider.name, where,
                           reason + ", and no other provider is on: nothing could start an agent");
        else
            providers.warn(provider.name, where, reason + ", so this provider is off and its webhooks get 404");
    }
    if (none && !explained)
        providers.fail("github", {},
                       "neither it nor providers.gitlab has a webhook_secret; set that of the forge you use");
}

}  // namespace familiar::config
