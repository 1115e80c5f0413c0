#include "app/server.hpp"

#include "agent/agent.hpp"
#include "agent/container.hpp"
#include "app/catch_up.hpp"
#include "app/command.hpp"
#include "app/host_dir.hpp"
#include "app/listeners.hpp"
#include "app/pulse.hpp"
#include "app/reload.hpp"
#include "app/routes.hpp"
#include "app/service_manager.hpp"
#include "app/shutdown.hpp"
#include "app/status.hpp"
#include "app/termination.hpp"
#include "app/upkeep.hpp"
#include "app/version.hpp"
#include "async/blocking.hpp"
#include "async/both.hpp"
#include "async/task_group.hpp"
#include "async/timeout.hpp"
#include "docker/watcher.hpp"
#include "git/cache.hpp"
#include "http/client.hpp"
#include "job/dispatcher.hpp"
#include "job/feedback.hpp"
#include "job/inquiry.hpp"
#include "job/intake.hpp"
#include "observe/bug.hpp"
#include "observe/log.hpp"
#include "provider/forges.hpp"
#include "provider/intent_reader.hpp"

#include <boost/asio/this_coro.hpp>

#include <cstdlib>
#include <exception>
#include <filesystem>
#include <memory>

namespace asio = boost::asio;

namespace familiar::app {

namespace {

/// Deleting trees and reading reports blocks; two threads keep a slow disk from holding up a quick one.
constexpr std::size_t blocking_threads = 2;

/// What a forge may take to answer a question without content.
constexpr std::chrono::seconds probe_bound{10};

/// For how long the upkeep waits for the engine to tell what the process before left.
constexpr std::chrono::minutes recovery_bound{1};

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

/// What the APIs of forges and language models may take.
http::client_settings client_settings(const config::settings& settings) {
    http::client_settings chosen;
    chosen.first_byte_timeout = std::chrono::seconds(20);
    chosen.total_timeout = std::chrono::seconds(30);
    chosen.ca_file = settings.git.ca_file;
    chosen.user_agent = "familiar/" + std::string(version);
    return chosen;
}

/// Where this machine reaches it: with /webhook/github or /webhook/gitlab behind it, what a forge is to call.
std::string url_at(const config::settings& settings, std::uint16_t port) {
    auto bound = settings.server;
    bound.port = port;
    return local_url(bound);
}

/// Whether a forge answers git and, where it has one, by its API.
asio::awaitable<core::result<void>> forge_answers(git::cache& repositories, provider::forges& apis,
                                                  std::shared_ptr<const config::settings> settings,
                                                  event::provider forge) {
    auto reached =
        co_await repositories.reach(config::git_url(settings->providers, forge), probe_bound, settings->git.ca_file);
    if (!reached) co_return reached;
    auto* const api = apis.of(forge);
    if (api == nullptr) co_return core::result<void>();
    const auto account = co_await api->identify();
    if (!account && core::is_transient(account.error())) co_return account.error();
    co_return core::result<void>();
}

/// On a thread of `pool`: its disk may be slow, and there may be much to bring up to date.
asio::awaitable<core::result<void>> open_journal(asio::thread_pool& pool, std::filesystem::path file,
                                                 std::unique_ptr<journal::journal>& into) {
    auto opened = co_await async::run_blocking(pool, [&] { return journal::journal::open({file}); });
    if (!opened) co_return opened.error();
    into = std::move(*opened);
    co_return core::result<void>();
}

asio::awaitable<core::result<void>> first_ping(docker::engine& engine, job::gate& gate) {
    co_await ping_engine(engine, gate);
    co_return core::result<void>();
}

/// What is old goes once nothing that the process before left needs it any more, and soon without an engine, too.
asio::awaitable<void> keep_house_after_recovery(job::dispatcher& jobs, upkeep_parts parts) {
    (void)co_await async::with_timeout(jobs.recovered(), recovery_bound);
    co_await keep_house(parts);
}

asio::awaitable<void> learn_accounts(job::inquiry& ask, std::vector<event::provider> forges) {
    for (const auto forge : forges) (void)co_await ask.learn_account(forge);
}

std::vector<event::provider> served_forges(const config::settings& settings) {
    std::vector<event::provider> served;
    for (const auto forge : {event::provider::github, event::provider::gitlab})
        if (config::enabled(settings.providers, forge)) served.push_back(forge);
    return served;
}

/// An exception where none is expected: half of a server is worse than none, and whatever is on disk and in containers
/// is found by the next start.
[[noreturn]] void die_of(const std::exception_ptr& bug) {
    observe::log_bug("of the server, which ends now; the next start goes on", bug);
    std::_Exit(1);
}

}  // namespace

asio::awaitable<int> run_server(config::settings first, configuration_reader read_again) {
    const auto executor = co_await asio::this_coro::executor;

    // The configuration in force.
    config::current settings(std::move(first));

    // What is counted, for /metrics.
    observe::metrics metrics(version);

    // Whether what jobs depend on can be used; every launch asks here.
    job::gates gates(executor);

    // What is known of the server's own state, for /health.
    status known{.gates = gates, .forges = served_forges(*settings)};

    // Threads for what blocks.
    asio::thread_pool pool(blocking_threads);

    // The Docker engine, through its command line.
    docker::engine engine(engine_settings(settings->docker), [&](std::string_view command, bool succeeded) {
        metrics.docker_command(command, succeeded ? "ok" : "failed");
    });

    // Deliveries and jobs on disk; the lock that keeps a second server off them. Meanwhile the engine is asked for the
    // first time: either is most of what a start takes.
    std::unique_ptr<journal::journal> journal;
    auto opening = async::both(open_journal(pool, settings->storage.path, journal), first_ping(engine, gates.engine));
    if (auto opened = co_await std::move(opening); !opened) co_return cannot_start("storage.path", opened.error());
    const auto instance = settings->instance.empty() ? journal->instance() : settings->instance;

    // Mirrors and workspaces.
    git::cache repositories(executor, pool, cache_settings(*settings),
                            [&](std::string_view operation, std::string_view result) {
                                if (result == "retried") metrics.retried("git");
                                metrics.git_operation(operation, result == "retried" ? "failed" : result);
                            });
    if (auto opened = repositories.open(); !opened) co_return cannot_start("repo_cache.dir", opened.error());

    // Whether the engine's host has the cache where repo_cache.host_dir says.
    host_dir mounted(settings, engine, gates.engine);

    // How containers end, by one event stream for all of them.
    docker::container_watch watch(engine, agent::instance_labels(instance), {},
                                  [&](const core::error&) { metrics.retried("docker_events"); });

    // Requests to the outside.
    http::client web(executor, client_settings(*settings), http::proxies_of_process());

    // The forges' APIs, and the language model that may read comments.
    provider::forges apis(
        settings, web,
        {[&](std::string_view forge, std::string_view code) { metrics.api_request(forge, code); },
         [&](std::string_view forge, double requests) { metrics.set_api_rate_limit_remaining(forge, requests); }});
    const provider::forge_lookup api_of = [&](event::provider forge) { return apis.of(forge); };
    provider::intent_reader intents(settings, web);

    // Starts agents, watches them, cleans up after them.
    agent::agents agents({settings, engine, watch, repositories, pool, instance, api_of});

    // Whether a forge is away, asked where its repositories and its API are.
    job::forge_probe forges(settings, gates, [&](event::provider forge) {
        return forge_answers(repositories, apis, settings.snapshot(), forge);
    });

    // What a forge is asked about a job, and what it is told of it.
    job::inquiry ask({settings, api_of, intents});
    job::feedback tell(executor, {settings, *journal, api_of, metrics});

    // The queue: which job runs when, and what became of it.
    job::dispatcher jobs(executor, {settings, *journal, agents, gates, forges, ask, tell, metrics});

    // Where an event enters.
    job::intake intake(settings, *journal, ask, jobs);

    const intake_function taken_in = [&](journal::delivery origin, event::event incoming) {
        return intake.accept(std::move(origin), std::move(incoming));
    };

    // What answers HTTP, and its routes.
    listeners http(executor, settings->server, routes(settings, intake, jobs, {*journal, agents, pool}, metrics, known),
                   [&](const http::request_end& end) { metrics.http_request(end.route, end.took); });

    // Signals that ask for the end, and the one that asks for the configuration to be read again.
    termination signals(executor);
    hangups reloads(executor);

    // Whoever started the process and wants to know how it is.
    service_manager manager(config::process_environment());

    // Everything that runs beside: joined by shut_down() before this function is left.
    async::task_group background(executor, die_of);

    // After a reload: who holds a copy of the configuration, or waits for what it says.
    const auto on_reload = [&] {
        engine.change(engine_settings(settings->docker));
        repositories.change(cache_settings(*settings));
        web.trust(settings->git.ca_file);
        jobs.settings_changed();
    };
    metrics.before_render([&] {
        metrics.set_queue_length(jobs.queued());
        metrics.set_queue_oldest(jobs.oldest_wait());
        metrics.set_docker_up(gates.engine.open());
        for (const auto* one : gates.all()) metrics.set_gate_open(one->name(), one->open());
    });
    try {
        // Whoever calls from now on waits in the backlog; a port that is taken is found before anything has begun.
        check_room(*settings, gates.disk, known);
        if (auto proved = co_await mounted.prove_at_start(); !proved)
            co_return cannot_start("repo_cache.host_dir", proved.error());
        const auto port = http.listen();
        if (!port) co_return cannot_start("server", port.error());
        if (auto recovered = co_await jobs.recover(); !recovered)
            co_return cannot_start("storage.path", recovered.error());

        background.spawn(signals.run());
        background.spawn(manager.keep_alive());
        background.spawn(keep_pinging_engine(settings, engine, gates.engine));
        background.spawn(keep_checking_storage(settings, *journal, gates.disk, known));
        for (const auto forge : known.forges) background.spawn(forges.keep_looking(forge));
        background.spawn(mounted.prove_later());
        background.spawn(watch.run());
        http.run_in(background);
        background.spawn(learn_accounts(ask, known.forges));
        background.spawn(tell.keep_telling());
        background.spawn(jobs.run());
        background.spawn(jobs.keep_reconciling());
        background.spawn(jobs.keep_expiring());
        background.spawn(keep_house_after_recovery(jobs, {settings, *journal, repositories, pool}));
        background.spawn(keep_reloading({settings, reloads, std::move(read_again), pool, known, manager, on_reload}));
        observe::info("ready", {{"version", version},
                                {"instance", instance},
                                {"host", settings->server.host},
                                {"port", *port},
                                {"url", url_at(*settings, *port)}});
        manager.ready("Serving on " + settings->server.host + ", port " + std::to_string(*port));
        for (const auto forge : known.forges)
            background.spawn(catch_up({forge, settings, *journal, api_of, taken_in, metrics}));

        co_return co_await shut_down(
            {settings, signals, known, metrics, jobs, tell, http, web, background, *journal, manager});
    } catch (...) {
        die_of(std::current_exception());
    }
}

}  // namespace familiar::app
