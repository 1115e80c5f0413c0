#pragma once

#include "agent/assignment.hpp"
#include "docker/types.hpp"
#include "git/types.hpp"

#include <filesystem>
#include <string>
#include <sys/types.h>

namespace familiar::agent {

/// Whom an agent runs as.
struct identity {
    uid_t user = 1000;
    gid_t group = 1000;
};

/// `agents.user` if it is set; else the server's own user and group, but 1000:1000 if that is root.
identity agent_identity(const config::agents_settings& agents, uid_t server_user, gid_t server_group);

/// A path below repo_cache.dir as the engine's host sees it.
std::filesystem::path as_host_sees(const config::repo_cache_settings& cache, const std::filesystem::path& path);

/// The labels by which this server's containers are found again.
docker::label_map instance_labels(const std::string& instance);

/// The container of one agent: the layout and the hardening that every agent gets, and where `gh` or `glab` find the
/// forge's credentials if there are any.
docker::container_spec container(const config::settings& settings, const std::string& instance, const assignment& what,
                                 const git::workspace& where, identity user, bool has_credentials);

}  // namespace familiar::agent
