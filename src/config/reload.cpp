#include "config/reload.hpp"

#include <algorithm>
#include <utility>

namespace familiar::config {

namespace {

template <class T>
bool equal(const T& one, const T& other) {
    return one == other;
}

bool equal(const core::secret& one, const core::secret& other) {
    return one.reveal() == other.reveal();
}

bool equal(const std::vector<core::secret>& some, const std::vector<core::secret>& others) {
    return std::ranges::equal(some, others, [](const auto& one, const auto& other) { return equal(one, other); });
}

bool equal(const std::map<std::string, core::secret>& some, const std::map<std::string, core::secret>& others) {
    return std::ranges::equal(some, others, [](const auto& one, const auto& other) {
        return one.first == other.first && equal(one.second, other.second);
    });
}

/// What is found by following these members.
template <auto First, auto... Rest>
auto& at(auto& in) {
    if constexpr (sizeof...(Rest) == 0)
        return in.*First;
    else
        return at<Rest...>(in.*First);
}

template <auto... Path>
changeable row(const char* key, effect felt) {
    return {key, felt,
            [](const settings& one, const settings& other) { return equal(at<Path...>(one), at<Path...>(other)); },
            [](const settings& from, settings& to) { at<Path...>(to) = at<Path...>(from); }};
}

template <auto... Path>
changeable at_once(const char* key) {
    return row<Path...>(key, effect::at_once);
}

template <auto... Path>
changeable at_restart(const char* key) {
    return row<Path...>(key, effect::at_restart);
}

}  // namespace

const std::vector<changeable>& changeables() {
    static const std::vector<changeable> table{
        at_restart<&settings::instance>("instance"),
        at_once<&settings::bot_username>("bot_username"),
        at_restart<&settings::server, &server_settings::host>("server.host"),
        at_restart<&settings::server, &server_settings::port>("server.port"),
        at_restart<&settings::server, &server_settings::admin_port>("server.admin_port"),
        at_restart<&settings::server, &server_settings::max_body>("server.max_body"),
        at_restart<&settings::server, &server_settings::max_buffered>("server.max_buffered"),
        at_restart<&settings::server, &server_settings::header_timeout>("server.header_timeout"),
        at_restart<&settings::server, &server_settings::request_timeout>("server.request_timeout"),
        at_restart<&settings::server, &server_settings::idle_timeout>("server.idle_timeout"),
        at_restart<&settings::server, &server_settings::max_connections>("server.max_connections"),
        at_once<&settings::server, &server_settings::api_token>("server.api_token"),
        at_once<&settings::shutdown, &shutdown_settings::drain_timeout>("shutdown.drain_timeout"),
        at_once<&settings::shutdown, &shutdown_settings::stop_grace>("shutdown.stop_grace"),
        at_once<&settings::shutdown, &shutdown_settings::intake>("shutdown.intake"),
        at_once<&settings::shutdown, &shutdown_settings::agents>("shutdown.agents"),
        at_restart<&settings::storage, &storage_settings::path>("storage.path"),
        at_once<&settings::storage, &storage_settings::retention>("storage.retention"),
        at_once<&settings::storage, &storage_settings::min_free_disk>("storage.min_free_disk"),
        at_once<&settings::concurrency, &concurrency_settings::max_agents>("concurrency.max_agents"),
        at_once<&settings::concurrency, &concurrency_settings::queue_size>("concurrency.queue_size"),
        at_once<&settings::concurrency, &concurrency_settings::max_wait>("concurrency.max_wait"),
        at_once<&settings::agents, &agents_settings::image>("agents.image"),
        at_once<&settings::agents, &agents_settings::command>("agents.command"),
        at_once<&settings::agents, &agents_settings::timeout>("agents.timeout"),
        at_once<&settings::agents, &agents_settings::idle_timeout>("agents.idle_timeout"),
        at_once<&settings::agents, &agents_settings::debounce>("agents.debounce"),
        at_once<&settings::agents, &agents_settings::debounce_max>("agents.debounce_max"),
        at_once<&settings::agents, &agents_settings::network>("agents.network"),
        at_once<&settings::agents, &agents_settings::memory>("agents.memory"),
        at_once<&settings::agents, &agents_settings::cpus>("agents.cpus"),
        at_once<&settings::agents, &agents_settings::pids>("agents.pids"),
        at_once<&settings::agents, &agents_settings::user>("agents.user"),
        at_once<&settings::agents, &agents_settings::env>("agents.env"),
        at_once<&settings::agents, &agents_settings::auth_dir>("agents.auth_dir"),
        at_once<&settings::agents, &agents_settings::secrets>("agents.secrets"),
        at_once<&settings::agents, &agents_settings::pull>("agents.pull"),
        at_restart<&settings::docker, &docker_settings::cli>("docker.cli"),
        at_restart<&settings::docker, &docker_settings::host>("docker.host"),
        at_once<&settings::docker, &docker_settings::command_timeout>("docker.command_timeout"),
        at_once<&settings::docker, &docker_settings::pull_timeout>("docker.pull_timeout"),
        at_once<&settings::docker, &docker_settings::ping_interval>("docker.ping_interval"),
        at_once<&settings::docker, &docker_settings::ping_timeout>("docker.ping_timeout"),
        at_once<&settings::git, &git_settings::author_name>("git.author_name"),
        at_once<&settings::git, &git_settings::author_email>("git.author_email"),
        at_once<&settings::git, &git_settings::timeout>("git.timeout"),
        at_once<&settings::git, &git_settings::ca_file>("git.ca_file"),
        at_restart<&settings::repo_cache, &repo_cache_settings::dir>("repo_cache.dir"),
        at_restart<&settings::repo_cache, &repo_cache_settings::host_dir>("repo_cache.host_dir"),
        at_once<&settings::repo_cache, &repo_cache_settings::unused_for>("repo_cache.unused_for"),
        at_once<&settings::logging, &logging_settings::dir>("logging.dir"),
        at_once<&settings::logging, &logging_settings::retention_days>("logging.retention_days"),
        at_once<&settings::logging, &logging_settings::max_log>("logging.max_log"),
        at_once<&settings::logging, &logging_settings::level>("logging.level"),
        at_once<&settings::logging, &logging_settings::format>("logging.format"),
        at_once<&settings::retry, &retry_settings::max_retries>("retry.max_retries"),
        at_once<&settings::retry, &retry_settings::initial_backoff>("retry.initial_backoff"),
        at_once<&settings::retry, &retry_settings::max_backoff>("retry.max_backoff"),
        at_once<&settings::providers, &providers_settings::github, &github_settings::auth_method>(
            "providers.github.auth_method"),
        at_once<&settings::providers, &providers_settings::github, &github_settings::token>("providers.github.token"),
        at_once<&settings::providers, &providers_settings::github, &github_settings::app_id>("providers.github.app_id"),
        at_once<&settings::providers, &providers_settings::github, &github_settings::private_key>(
            "providers.github.private_key"),
        at_once<&settings::providers, &providers_settings::github, &github_settings::webhook_secret>(
            "providers.github.webhook_secret"),
        at_once<&settings::providers, &providers_settings::github, &github_settings::api_url>(
            "providers.github.api_url"),
        at_once<&settings::providers, &providers_settings::github, &github_settings::git_url>(
            "providers.github.git_url"),
        at_once<&settings::providers, &providers_settings::gitlab, &gitlab_settings::auth_method>(
            "providers.gitlab.auth_method"),
        at_once<&settings::providers, &providers_settings::gitlab, &gitlab_settings::token>("providers.gitlab.token"),
        at_once<&settings::providers, &providers_settings::gitlab, &gitlab_settings::webhook_secret>(
            "providers.gitlab.webhook_secret"),
        at_once<&settings::providers, &providers_settings::gitlab, &gitlab_settings::signing_token>(
            "providers.gitlab.signing_token"),
        at_once<&settings::providers, &providers_settings::gitlab, &gitlab_settings::base_url>(
            "providers.gitlab.base_url"),
        at_once<&settings::providers, &providers_settings::gitlab, &gitlab_settings::git_url>(
            "providers.gitlab.git_url"),
        at_once<&settings::triggers, &triggers_settings::repositories>("triggers.repositories"),
        at_once<&settings::triggers, &triggers_settings::forks>("triggers.forks"),
        at_once<&settings::triggers, &triggers_settings::minimum_permission>("triggers.minimum_permission"),
        at_once<&settings::triggers, &triggers_settings::allow_users>("triggers.allow_users"),
        at_once<&settings::triggers, &triggers_settings::allow_bots>("triggers.allow_bots"),
        at_once<&settings::triggers, &triggers_settings::max_jobs_per_hour>("triggers.max_jobs_per_hour"),
        at_once<&settings::repo_overrides, &repo_overrides_settings::prompts>("repo_overrides.prompts"),
        at_once<&settings::repo_overrides, &repo_overrides_settings::agent_images>("repo_overrides.agent_images"),
        at_once<&settings::intent, &intent_settings::strategy>("intent.strategy"),
        at_once<&settings::intent, &intent_settings::api, &intent_api_settings::provider>("intent.api.provider"),
        at_once<&settings::intent, &intent_settings::api, &intent_api_settings::model>("intent.api.model"),
        at_once<&settings::intent, &intent_settings::api, &intent_api_settings::api_key>("intent.api.api_key"),
        at_once<&settings::intent, &intent_settings::api, &intent_api_settings::base_url>("intent.api.base_url"),
        at_once<&settings::intent, &intent_settings::api, &intent_api_settings::timeout>("intent.api.timeout"),
        at_once<&settings::events, &events_settings::mr_opened>("events.mr_opened"),
        at_once<&settings::events, &events_settings::mr_comment>("events.mr_comment"),
        at_once<&settings::events, &events_settings::mr_updated>("events.mr_updated"),
        at_once<&settings::events, &events_settings::mention>("events.mention"),
        at_once<&settings::permissions, &permissions_settings::merge>("permissions.merge"),
        at_once<&settings::permissions, &permissions_settings::approve>("permissions.approve"),
        at_once<&settings::permissions, &permissions_settings::push_commits>("permissions.push_commits"),
        at_once<&settings::permissions, &permissions_settings::dismiss_reviews>("permissions.dismiss_reviews"),
        at_once<&settings::prompts, &prompts_settings::mr_opened>("prompts.mr_opened"),
        at_once<&settings::prompts, &prompts_settings::mr_comment>("prompts.mr_comment"),
        at_once<&settings::prompts, &prompts_settings::mr_updated>("prompts.mr_updated"),
        at_once<&settings::prompts, &prompts_settings::mention>("prompts.mention"),
    };
    return table;
}

namespace {

template <class Provider>
void keep_if_switched(const char* key, const Provider& in_force, Provider& read, std::vector<std::string>& kept) {
    if (in_force.enabled() == read.enabled()) return;
    read = in_force;
    kept.emplace_back(key);
}

}  // namespace

reload reloaded(const settings& in_force, settings read) {
    reload out{.values = std::move(read)};
    const auto& now = in_force.providers;
    keep_if_switched("providers.github", now.github, out.values.providers.github, out.needs_restart);
    keep_if_switched("providers.gitlab", now.gitlab, out.values.providers.gitlab, out.needs_restart);
    for (const auto& one : changeables()) {
        if (one.same(in_force, out.values)) continue;
        const bool at_once = one.felt == effect::at_once;
        (at_once ? out.changed : out.needs_restart).emplace_back(one.key);
        if (!at_once) one.copy(in_force, out.values);
    }
    return out;
}

}  // namespace familiar::config
