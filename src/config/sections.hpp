#pragma once

#include "config/section.hpp"
#include "config/settings.hpp"

/// The sections of the file, one function each. Each reads its keys into its struct, checks what belongs together, and
/// leaves errors and warnings in the document.
namespace familiar::config {

void read_server(section server, server_settings& values);
void read_shutdown(section shutdown, shutdown_settings& values);
void read_storage(section storage, storage_settings& values);
void read_concurrency(section concurrency, concurrency_settings& values);
void read_logging(section logging, logging_settings& values);
void read_retry(section retry, retry_settings& values);

void read_agents(section agents, agents_settings& values);
void read_docker(section docker, docker_settings& values);
void read_git(section git, git_settings& values);
void read_repo_cache(section cache, repo_cache_settings& values);

void read_providers(section providers, providers_settings& values);

void read_triggers(section triggers, triggers_settings& values);
void read_repo_overrides(section overrides, repo_overrides_settings& values);
void read_intent(section intent, intent_settings& values);
void read_events(section events, events_settings& values);
void read_permissions(section permissions, permissions_settings& values);
void read_prompts(section prompts, prompts_settings& values);

/// All of them and what stands at the top.
settings read_settings(document& file);

/// For a value that can't be less than another one: an error if the file says so, else it follows the other.
template <class T>
void at_least(section& in, const std::string& name, T& value, const std::string& other_name, const T& other) {
    if (value >= other) return;
    if (in.has(name)) in.fail(name, in.where(name), "must not be less than " + other_name);
    value = other;
}

}  // namespace familiar::config
