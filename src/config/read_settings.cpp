#include "config/sections.hpp"
#include "config/values.hpp"

#include <algorithm>

namespace familiar::config {

namespace {

conversion<std::string> instance_name() {
    return [](const std::string& text) -> core::result<std::string> {
        const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
        if (text.size() <= 32 && std::ranges::all_of(text, allowed)) return text;
        return not_allowed("must be at most 32 small letters, digits and dashes");
    };
}

conversion<std::string> user_name() {
    return [](const std::string& text) -> core::result<std::string> {
        if (text.starts_with('@')) return not_allowed("must stand without the @");
        return word("._-", "a user name")(text);
    };
}

}  // namespace

settings read_settings(document& file) {
    settings values;
    auto top = file.root();
    top.read("instance", values.instance, instance_name());
    top.read("bot_username", values.bot_username, user_name());
    read_server(top.child("server"), values.server);
    read_shutdown(top.child("shutdown"), values.shutdown);
    read_storage(top.child("storage"), values.storage);
    read_concurrency(top.child("concurrency"), values.concurrency);
    read_agents(top.child("agents"), values.agents);
    read_docker(top.child("docker"), values.docker);
    read_git(top.child("git"), values.git);
    read_repo_cache(top.child("repo_cache"), values.repo_cache);
    read_logging(top.child("logging"), values.logging);
    read_retry(top.child("retry"), values.retry);
    read_providers(top.child("providers"), values.providers);
    read_triggers(top.child("triggers"), values.triggers);
    read_repo_overrides(top.child("repo_overrides"), values.repo_overrides);
    read_intent(top.child("intent", "llm"), values.intent);
    read_events(top.child("events"), values.events);
    read_permissions(top.child("permissions"), values.permissions);
    read_prompts(top.child("prompts"), values.prompts);
    return values;
}

}  // namespace familiar::config
