#include "app/server.hpp"

#include "agent/agent.hpp"
#include "agent/container.hpp"
#include "app/listeners.hpp"
#include "app/pulse.hpp"
#include "app/routes.hpp"
#include "app/shutdown.hpp"
#include "app/status.hpp"
#include "app/termination.hpp"
#include "app/upkeep.hpp"
#include "app/version.hpp"
#include "async/task_group.hpp"
#include "docker/watcher.hpp"
#include "git/cache.hpp"
#include "job/dispatcher.hpp"
#include "job/intake.hpp"
#include "observe/bug.hpp"
#include "observe/log.hpp"

#include <boost/asio/this_coro.hpp>

#include <cstdlib>
#include <exception>

namespace asio = boost::asio;

namespace familiar::app {

namespace {

/// Deleting trees and reading reports blocks; two threads keep a slow disk from holding up a quick one.
constexpr std::size_t blocking_threads = 2;

/// `key`: the configuration that it is about.
int cannot_start(std::string_view key, const core::error& why) {
    observe::error("cannot start", {{"key", key}, {"reason", describe(why)}});
    return 1;
}

docker::settings engine_settings(const config::docker_settings& docker) {
    return {docker.cli, docker.host, docker.command_timeout, docker.pull_timeout, docker.ping_timeout};
}

git::settings cache_settings(const config::settings& settings) {
    return {settings.repo_cache.dir,
            settings.git.timeout,
            settings.git.author_name,
            settings.git.author_email,
            {settings.retry.max_retries, settings.retry.initial_backoff, settings.retry.max_backoff}};
}

/// An exception where none is expected: half of a server is worse than none, and whatever is on disk and in containers
/// is found by the next start.
[[noreturn]] void die_of(const std::exception_ptr& bug) {
    observe::log_bug("of the server, which ends now; the next start goes on", bug);
    std::_Exit(1);
}

}  // namespace

asio::awaitable<int> run_server(config::settings settings) {
    const auto executor = co_await asio::this_coro::executor;
    hold_signals();

    // What is counted, for /metrics.
    observe::metrics metrics(version);

    // What is known of the server's own state, for /health.
    status known;

    // Deliveries and jobs on disk; the lock that keeps a second server off them.
    auto journal = journal::journal::open({settings.storage.path});
    if (!journal) co_return cannot_start("storage.path", journal.error());
    const auto instance = settings.instance.empty() ? (*journal)->instance() : settings.instance;

    // Threads for what blocks.
    asio::thread_pool pool(blocking_threads);

    // Mirrors and workspaces.
    git::cache repositories(executor, pool, cache_settings(settings),
                            [&](std::string_view operation, std::string_view result) {
                                if (result == "retried") metrics.retried("git");
                                metrics.git_operation(operation, result == "retried" ? "failed" : result);
                            });
    if (auto opened = repositories.open(); !opened) co_return cannot_start("repo_cache.dir", opened.error());

    // The Docker engine, through its command line.
    docker::engine engine(engine_settings(settings.docker), [&](std::string_view command, bool succeeded) {
        metrics.docker_command(command, succeeded ? "ok" : "failed");
    });

    // How containers end, by one event stream for all of them.
    docker::container_watch watch(engine, agent::instance_labels(instance), {},
                                  [&](const core::error&) { metrics.retried("docker_events"); });

    // Whether the engine answers; every launch asks here.
    job::engine_gate gate(executor);

    // Starts agents, watches them, cleans up after them.
    agent::agents agents({settings, engine, watch, repositories, pool, instance});

    // The queue: which job runs when, and what became of it.
    job::dispatcher jobs(executor, {settings, **journal, agents, gate, metrics});

    // Where an event enters.
    job::intake intake(settings, **journal, jobs);

    // What answers HTTP, and its routes.
    listeners http(executor, settings.server, routes(settings, intake, jobs, {**journal, agents, pool}, metrics, known),
                   [&](const http::request_end& end) { metrics.http_request(end.route, end.took); });

    // Signals that ask for the end.
    termination signals(executor);

    // Everything that runs beside: joined by shut_down() before this function is left.
    async::task_group background(executor, die_of);

    metrics.before_render([&] {
        metrics.set_queue_length(jobs.queued());
        metrics.set_queue_oldest(jobs.oldest_wait());
    });
    try {
        // Whoever calls from now on waits in the backlog; a port that is taken is found before anything has begun.
        known.low_disk = is_disk_low(settings.storage);
        co_await ping_engine(engine, gate, metrics, known);
        const auto port = http.listen();
        if (!port) co_return cannot_start("server", port.error());
        if (auto recovered = co_await jobs.recover(); !recovered)
            co_return cannot_start("storage.path", recovered.error());

        background.spawn(signals.run());
        background.spawn(keep_pinging_engine(settings, engine, gate, metrics, known));
        background.spawn(keep_checking_storage(settings, **journal, known));
        background.spawn(watch.run());
        http.run_in(background);
        background.spawn(jobs.run());
        background.spawn(jobs.keep_reconciling());
        background.spawn(jobs.keep_expiring());
        background.spawn(keep_house({settings, **journal, repositories, pool}));
        observe::info("ready",
                      {{"version", version}, {"instance", instance}, {"host", settings.server.host}, {"port", *port}});

        co_return co_await shut_down({settings, signals, known, metrics, jobs, http, background, **journal});
    } catch (...) {
        die_of(std::current_exception());
    }
}

}  // namespace familiar::app
