#pragma once

#include "config/settings.hpp"
#include "core/time.hpp"
#include "event/event.hpp"
#include "git/types.hpp"

#include <filesystem>
#include <string>

namespace familiar::agent {

/// What one agent is started for. Names, not settings: those are the server's.
struct assignment {
    std::string job;
    int attempt = 1;  ///< counts the launches of the job, from 1
    event::event subject;
    event::kind kind = event::kind::mr_opened;
    core::wall_time created{};  ///< of the job; names the log
};

/// "familiar-agent-<job>-<attempt>".
std::string container_name(const assignment& what);

/// "<logging.dir>/<provider>/<path>/<number>/<UTC time>-<event>-<job>.log".
std::filesystem::path log_path(const config::logging_settings& logging, const assignment& what);

/// What git needs to know. Pushing is enabled for a merge request that is known to come from the repository itself, if
/// `permissions.push_commits` is not `never`.
git::workspace_request workspace_request(const config::settings& settings, const assignment& what);

}  // namespace familiar::agent
