#pragma once

#include "agent/assignment.hpp"
#include "agent/outcome.hpp"
#include "agent/stages.hpp"
#include "config/settings.hpp"
#include "docker/engine.hpp"
#include "docker/watcher.hpp"
#include "git/cache.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include <functional>
#include <optional>
#include <string>

namespace familiar::agent {

/// What a reaping has done.
struct reaped {
    std::size_t containers = 0;                 ///< removed
    std::optional<core::error> left_running{};  ///< why one that runs could not be removed, so that it still does
};

/// Where the log of a job is kept; none if nobody knows.
using log_finder = std::function<boost::asio::awaitable<std::optional<std::filesystem::path>>(std::string job)>;

/// Starts agents, watches them and cleans up after them. What it refers to outlives it.
class agents {
public:
    struct tools {
        const config::settings& settings;
        docker::engine& engine;
        docker::container_watch& watch;
        git::cache& repositories;
        boost::asio::thread_pool& pool;
        std::string instance;  ///< names this server in container labels
    };

    explicit agents(tools with) : with_(std::move(with)) {}

    /// The whole life of one agent: workspace, texts, container, watching, outcome, log, clean-up.
    ///
    /// An error means that no agent was started, and nothing of it is left but what the next start removes;
    /// `core::is_transient` says whether another attempt makes sense. Once the container may have been started there is
    /// an outcome, whatever happens: after a cancellation the container is stopped (`shutdown.stop_grace`), its log
    /// kept, everything removed, within stop_grace + 15 s, and the outcome is `interrupted`.
    ///
    /// A cancellation before the container's start gives errc::shutting_down, or is thrown if nothing was begun. Either
    /// way the caller's cancellation is still pending afterwards.
    boost::asio::awaitable<core::result<outcome>> run(assignment what, stages& recorder);

    /// Removes what an earlier process of this instance left: containers, whose logs are collected first, and the
    /// folders of their jobs. What cannot be removed is logged and stays; nothing that stands still is in the way of a
    /// new agent. An error is the engine's, which did not say what is there: try again later.
    boost::asio::awaitable<core::result<reaped>> reap(log_finder log_of);

private:
    boost::asio::awaitable<void> collect_log(const docker::container_state& from, const log_finder& log_of);
    boost::asio::awaitable<void> reap_workspaces();

    tools with_;
};

}  // namespace familiar::agent
