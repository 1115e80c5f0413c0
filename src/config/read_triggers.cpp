#include "config/secrets.hpp"
#include "config/sections.hpp"
#include "config/values.hpp"

namespace familiar::config {

namespace {

using namespace std::chrono_literals;

/// Paths of repositories have segments and nothing around them; an address or a stray slash would never match.
conversion<std::string> repository_glob() {
    return [](const std::string& text) -> core::result<std::string> {
        if (text.find("://") != std::string::npos)
            return not_allowed("must be paths such as owner/name or group/**, not addresses");
        if (text.starts_with('/') || text.ends_with('/')) return not_allowed("must not begin or end with a slash");
        return word("._-/*+~", "a repository path or glob")(text);
    };
}

conversion<std::string> login(const std::string& extra) {
    return [extra](const std::string& text) -> core::result<std::string> {
        if (text.starts_with('@')) return not_allowed("must stand without the @");
        return word("._-" + extra, "a user name")(text);
    };
}

conversion<action_policy> policy() {
    return choice<action_policy>({{"always", action_policy::always},
                                  {"on_request", action_policy::on_request},
                                  {"never", action_policy::never}});
}

}  // namespace

void read_triggers(section triggers, triggers_settings& values) {
    triggers.read_list("repositories", values.repositories, repository_glob());
    if (const auto reason = triggers.why_empty("repositories"); values.repositories.empty() && !reason.empty())
        triggers.fail("repositories", triggers.where("repositories"),
                      "names none" + reason + "; leave the key out to allow all");
    triggers.read(
        "forks", values.forks,
        choice<forks_policy>(
            {{"approve", forks_policy::approve}, {"allow", forks_policy::allow}, {"deny", forks_policy::deny}}));
    triggers.read("minimum_permission", values.minimum_permission,
                  choice<permission>({{"none", permission::none},
                                      {"read", permission::read},
                                      {"write", permission::write},
                                      {"maintain", permission::maintain},
                                      {"admin", permission::admin}}));
    triggers.read_list("allow_users", values.allow_users, login(""));
    triggers.read_list("allow_bots", values.allow_bots, login("[]"));
    triggers.read("max_jobs_per_hour", values.max_jobs_per_hour, whole_number(0, 1'000'000));
}

void read_repo_overrides(section overrides, repo_overrides_settings& values) {
    overrides.read("prompts", values.prompts, boolean());
    overrides.read_list("agent_images", values.agent_images, word("._-/:@*", "an image name", 512));
}

void read_intent(section intent, intent_settings& values) {
    intent.read("strategy", values.strategy,
                choice<intent_strategy>({{"rules", intent_strategy::rules}, {"api", intent_strategy::api}}));
    auto api = intent.child("api");
    api.read("provider", values.api.provider, choice<intent_provider>({{"anthropic", intent_provider::anthropic}}));
    api.read("model", values.api.model, line());
    read_secret(api, "api_key", values.api.api_key);
    api.read("base_url", values.api.base_url, url({"https", "http"}));
    api.read("timeout", values.api.timeout, duration(100ms, 10min));
}

void read_events(section events, events_settings& values) {
    events.read("mr_opened", values.mr_opened, boolean());
    events.read("mr_comment", values.mr_comment, boolean());
    events.read("mr_updated", values.mr_updated, boolean());
    events.read("mention", values.mention, boolean());
}

void read_permissions(section permissions, permissions_settings& values) {
    permissions.read("merge", values.merge, policy());
    permissions.read("approve", values.approve, policy());
    permissions.read("push_commits", values.push_commits, policy());
    permissions.read("dismiss_reviews", values.dismiss_reviews, policy());
}

void read_prompts(section prompts, prompts_settings& values) {
    prompts.read("mr_opened", values.mr_opened, text());
    prompts.read("mr_comment", values.mr_comment, text());
    prompts.read("mr_updated", values.mr_updated, text());
    prompts.read("mention", values.mention, text());
}

}  // namespace familiar::config
