#pragma once

#include "config/settings.hpp"
#include "core/time.hpp"
#include "event/event.hpp"
#include "git/types.hpp"
#include "observe/log.hpp"

#include <cstdint>
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
    core::wall_time created{};                  ///< of the job; names the log
    std::vector<event::wish> wishes{};          ///< what those who speak in the comments ask for, in order
    std::vector<event::remark> conversation{};  ///< all that was said on the merge request, the oldest first
    bool trusted_author = false;                ///< known to be one who could change the target branch himself
    std::string approved_head{};                ///< no other one may be run; empty: whatever it is
};

/// What is kept of it while its agent runs, which may be long, and there may be many: its name, and where it belongs.
struct particulars {
    explicit particulars(const assignment& what);

    std::string job;
    std::string delivery;
    event::provider forge;
    std::string path;  ///< of the repository
    std::int64_t number;
};

/// What every log line about it begins with: job, delivery, repository and number.
observe::fields about(const particulars& what);

/// "familiar-agent-<job>-<attempt>".
std::string container_name(const assignment& what);

/// "<logging.dir>/<provider>/<path>/<number>/<UTC time>-<event>-<job>.log".
std::filesystem::path log_path(const config::logging_settings& logging, const assignment& what);

/// "<repo_cache.dir>/jobs/<job>": all that a job has on disk but for its log.
std::filesystem::path job_folder(const config::repo_cache_settings& cache, const std::string& job);

/// The folder "out" in there: what the agent sees as /familiar/out, where its report is.
std::filesystem::path out_folder(const config::repo_cache_settings& cache, const std::string& job);

/// What git needs to know, with the configured token for the host, and pushing enabled if it is permitted
/// (permitted.hpp).
git::workspace_request workspace_request(const config::settings& settings, const assignment& what);

}  // namespace familiar::agent
