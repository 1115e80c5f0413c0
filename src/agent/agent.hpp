#pragma once

#include "agent/assignment.hpp"
#include "agent/outcome.hpp"
#include "agent/stages.hpp"
#include "config/current.hpp"
#include "docker/engine.hpp"
#include "docker/watcher.hpp"
#include "git/cache.hpp"
#include "provider/forge.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace familiar::agent {

/// A container of this server, as the engine knows it.
struct found_container {
    enum class state {
        never_started,  ///< created, and not started so far
        running,
        ended,
    };

    std::string name;
    std::string job;  ///< as its label says; empty without one
    int attempt = 0;  ///< likewise
    state is = state::running;
    std::optional<core::wall_time> started_at{};
    std::optional<core::wall_time> deadline{};  ///< started_at and the timeout it was created with; none without
};

/// What is known of an agent that an earlier process has started.
struct adoption {
    found_container container;
    std::filesystem::path log;         ///< where its log belongs
    std::optional<outcome> decided{};  ///< the earlier process was about to stop it, or had: its outcome
};

/// Starts agents, watches them and cleans up after them. What it refers to outlives it.
class agents {
public:
    struct tools {
        const config::current& settings;
        docker::engine& engine;
        docker::container_watch& watch;
        git::cache& repositories;
        boost::asio::thread_pool& pool;
        std::string instance;                ///< names this server in container labels
        provider::forge_lookup forges = {};  ///< who makes an agent's credentials; empty: the configured ones
    };

    explicit agents(tools with) : with_(std::move(with)) {}

    /// The whole life of one agent: workspace, texts, container, watching, outcome, log, clean-up. The assignment is
    /// forgotten once it runs.
    ///
    /// An error means that no agent was started, and nothing of it is left but what reconciling removes;
    /// `core::is_transient` says whether another attempt makes sense. Once the container may have been started there is
    /// an outcome, whatever happens. A cancellation means what `recorder.why_stopped()` says: the container is stopped
    /// (`shutdown.stop_grace`), its log kept, everything removed, within stop_grace + 15 s, and the outcome is as
    /// ordered; or it is left running, with all that belongs to it, and there is no outcome: errc::left_running. So it
    /// is too if no engine answers within that time, or the container does not end: only the engine knows what became
    /// of it, and whoever adopts it next asks.
    ///
    /// A cancellation before the container's start gives errc::shutting_down, or is thrown if nothing was begun. Either
    /// way the caller's cancellation is still pending afterwards.
    boost::asio::awaitable<core::result<outcome>> run(std::unique_ptr<const assignment> what, stages& recorder);

    /// The rest of such a life, for a container that runs or has ended: watches it until its own deadline, and
    /// everything that follows. Tells `started`, `stopping` and `finishing` as run() does. Cancellation as in run().
    boost::asio::awaitable<core::result<outcome>> adopt(assignment what, adoption of, stages& recorder);

    /// All containers of this server.
    boost::asio::awaitable<core::result<std::vector<found_container>>> list();

    /// Removes a container that never started. False if it has been started meanwhile: it is untouched then.
    boost::asio::awaitable<core::result<bool>> remove_unstarted(std::string container);

    /// Stops a container that nobody watches, keeps its log in `log` unless that is empty or there already, and removes
    /// it. An error leaves the rest for another time; a full disk is one (errc::storage_full), a log that cannot be
    /// read is not.
    boost::asio::awaitable<core::result<void>> remove_stray(found_container container, std::filesystem::path log);

    /// Where the log of this job is kept.
    std::filesystem::path log_of(const assignment& what) const;

    /// The last lines of a log that was kept (last_lines.hpp); empty if there is none.
    boost::asio::awaitable<std::string> last_lines(std::filesystem::path log);

    /// The names of the folders in <repo_cache.dir>/jobs.
    boost::asio::awaitable<core::result<std::vector<std::string>>> workspaces();

    boost::asio::awaitable<core::result<void>> remove_workspace(std::string job);

    /// Hands on what a container has printed from its beginning, and then what it prints, in pieces as they come, until
    /// it has ended, `take` says false, or the call is cancelled. errc::no_such_container.
    boost::asio::awaitable<core::result<void>> follow_log(
        std::string container, std::function<boost::asio::awaitable<bool>(std::string)> take);

    /// The same of what it has printed so far, and no more.
    boost::asio::awaitable<core::result<void>> read_log(std::string container,
                                                        std::function<boost::asio::awaitable<bool>(std::string)> take);

private:
    tools with_;
};

}  // namespace familiar::agent
