#pragma once

#include "config/settings.hpp"
#include "core/time.hpp"
#include "event/event.hpp"
#include "git/types.hpp"
#include "observe/log.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace familiar::agent {

/// What one agent is started for. Names, not settings: those are the server's.
struct assignment {
    std::string job;
    int attempt = 1;  ///< counts the launches of the job, from 1
    event::event subject;
    std::vector<event::event> joined{};  ///< comments that came later and are answered with it, in order
    event::kind kind = event::kind::mr_opened;
    core::wall_time created{};  ///< of the job; names the log
};

/// What every log line about it begins with: job, delivery, repository and number.
observe::fields about(const assignment& what);

/// "familiar-agent-<job>-<attempt>".
std::string container_name(const assignment& what);

/// "<logging.dir>/<provider>/<path>/<number>/<UTC time>-<event>-<job>.log".
std::filesystem::path log_path(const config::logging_settings& logging, const assignment& what);

/// "<repo_cache.dir>/jobs/<job>/out": what the agent sees as /familiar/out, where its report is.
std::filesystem::path out_folder(const config::repo_cache_settings& cache, const std::string& job);

/// What git needs to know. Pushing is enabled for a merge request that is known to come from the repository itself, if
/// `permissions.push_commits` is not `never`.
git::workspace_request workspace_request(const config::settings& settings, const assignment& what);

}  // namespace familiar::agent
