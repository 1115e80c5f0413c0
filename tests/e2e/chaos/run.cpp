#include "e2e/chaos/run.hpp"

#include "e2e/chaos/aftermath.hpp"
#include "e2e/chaos/docker_program.hpp"
#include "e2e/chaos/incidents.hpp"
#include "e2e/chaos/invariants.hpp"
#include "e2e/chaos/lives.hpp"
#include "e2e/chaos/operators.hpp"
#include "e2e/chaos/report.hpp"
#include "e2e/chaos/small_disk.hpp"
#include "e2e/chaos/timeline.hpp"
#include "e2e/chaos/traffic.hpp"
#include "e2e/chaos/witness.hpp"
#include "e2e/support/place.hpp"
#include "e2e/support/private_engine.hpp"
#include "e2e/support/wait_for.hpp"
#include "support/git_forge.hpp"
#include "support/temporary_directory.hpp"
#include "support/unit_test.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <future>
#include <iostream>
#include <unistd.h>

namespace familiar::test::chaos {

namespace {

using namespace std::chrono_literals;

constexpr auto timeout = 6s;
constexpr auto stop_grace = 1s;
constexpr auto slack = 8s;     // of a machine with two cores that is busy with all this
constexpr auto find_out = 4s;  // after a hindrance, until the server knows that it is over
constexpr auto standstill = 90s;

constexpr std::size_t megabyte = std::size_t{1} << 20;

configuration configured(const git_forge& forge, const private_engine& engine, const docker_program& program,
                         const std::filesystem::path& folder, const std::filesystem::path& database,
                         const std::string& instance, std::uint16_t port) {
    return configuration({{"instance", instance},
                          {"server.host", "127.0.0.1"},
                          {"server.port", std::to_string(port)},
                          {"server.api_token", yaml_text(operators::token)},
                          {"storage.path", database.string()},
                          {"storage.min_free_disk", "1MiB"},
                          {"repo_cache.dir", (folder / "cache").string()},
                          {"logging.dir", (folder / "logs").string()},
                          {"logging.level", "debug"},
                          {"shutdown.drain_timeout", "3s"},
                          {"shutdown.stop_grace", core::to_text(stop_grace)},
                          {"concurrency.max_agents", "4"},
                          {"agents.image", "familiar-demo-agent:latest"},
                          {"agents.network", "host"},
                          {"agents.timeout", core::to_text(timeout)},
                          {"agents.debounce", "300ms"},
                          {"agents.debounce_max", "1s"},
                          {"agents.memory", "256m"},
                          {"agents.cpus", "1"},
                          {"agents.env.DEMO_BY_PROMPT", "1"},
                          {"docker.cli", program.path()},
                          {"docker.host", engine.url()},
                          {"docker.command_timeout", "5s"},
                          {"docker.ping_interval", "500ms"},
                          {"docker.ping_timeout", "2s"},
                          {"git.timeout", "10s"},
                          {"retry.initial_backoff", "100ms"},
                          {"retry.max_backoff", "1s"},
                          {"triggers.minimum_permission", "none"},
                          {"permissions.push_commits", "always"},
                          {"triggers.forks", "allow"},  // after a comment alone nobody knows whether it is one
                          {"triggers.max_jobs_per_hour", "0"},
                          {"events.mr_comment", "true"},
                          {"events.mr_updated", "true"},
                          {"providers.github.git_url", forge.url()},
                          {"providers.github.token", yaml_text(git_forge::password)},
                          {"providers.github.webhook_secret", yaml_text(webhook_secret)},
                          {"providers.gitlab.git_url", forge.url()},
                          {"providers.gitlab.token", yaml_text(git_forge::password)},
                          {"providers.gitlab.webhook_secret", yaml_text(webhook_secret)}});
}

/// Everything that a run needs, each thing standing on those before it.
struct world {
    explicit world(const schedule& plan)
        : disk(folder / "disk", 64 * megabyte + static_cast<std::size_t>(plan.length.count()) * 100),
          program(folder / "program", engine.url()),
          instance("e2e-" + mark() + "-chaos-" + std::to_string(::getpid())),
          listener(engine.url(), label(), folder / "events"),
          trouble(time, engine, program, forge, disk),
          server(time, configured(forge, engine, program, folder.path(), database(), instance, port), folder.path(),
                 database(), port, trouble.disk_is_full()),
          people(plan, time, forge, port),
          office(time, port) {}

    std::string label() const { return "familiar.instance=" + instance; }
    std::filesystem::path database() const { return disk.path() / "familiar.db"; }
    std::filesystem::path cache() const { return folder / "cache"; }
    std::filesystem::path logs() const { return folder / "logs"; }

    temporary_directory folder;
    small_disk disk;
    private_engine engine;
    docker_program program;
    git_forge forge;
    std::uint16_t port = free_port();
    std::string instance;
    timeline time;
    witness listener;
    incidents trouble;
    lives server;
    traffic people;
    operators office;
};

void play(world& around, const schedule& plan) {
    auto people = std::async(std::launch::async, [&] { around.people.play(); });
    auto trouble = std::async(std::launch::async, [&] { around.trouble.play(plan.incidents); });
    auto office = std::async(std::launch::async, [&] { around.office.play(plan.orders); });
    auto server = std::async(std::launch::async, [&] { around.server.play(plan.lives, plan.length); });
    server.get();
    trouble.get();
    office.get();
    people.get();
}

/// Waits until no job is left to do, as long as there is any progress.
void wait_until_done(world& around) {
    around.time.tell("the chaos is over");
    auto left = unfinished_in(around.database());
    auto give_up = around.time.now() + standstill;
    while (left > 0 && around.time.now() < give_up && around.server.runs()) {
        std::this_thread::sleep_for(200ms);
        const auto now_left = unfinished_in(around.database());
        if (now_left < left) give_up = around.time.now() + standstill;
        left = now_left;
    }
    around.time.tell(std::to_string(left) + " jobs are left to do");
}

/// What is left after a moment for the last clean-up.
std::vector<std::string> left_behind(const world& around) {
    std::vector<std::string> left;
    const auto look = [&] {
        left = left_of(around.label(), around.cache(), around.logs());
        return left.empty();
    };
    const auto give_up = around.time.now() + 20s;
    while (!look() && around.time.now() < give_up) std::this_thread::sleep_for(100ms);
    return left;
}

void add_processes(std::vector<std::string>& left, const world& around) {
    std::vector<std::string> found;
    const auto give_up = around.time.now() + 10s;
    do {
        std::this_thread::sleep_for(100ms);
        found = processes_of(around.program.path());
    } while (!found.empty() && around.time.now() < give_up);
    left.insert(left.end(), found.begin(), found.end());
}

/// Times in which nobody could stop an agent: no server, or one that could do nothing.
std::vector<interval> hindrances(const world& around) {
    auto all = around.trouble.hindrances();
    const auto& lived = around.server.all();
    for (std::size_t i = 0; i < lived.size(); ++i) {
        const auto from = i == 0 ? lived[i].begun : lived[i - 1].ended;
        all.push_back({from, lived[i].ready.value_or(lived[i].ended)});
        if (lived[i].how && *lived[i].how != death::killed) all.push_back({lived[i].ended - 10s, lived[i].ended});
    }
    for (auto& one : all) one.to += find_out;
    return all;
}

void keep(const world& around, const std::string& report) {
    const char* const folder = std::getenv("FAMILIAR_CHAOS_KEEP");
    if (folder == nullptr) return;
    const std::filesystem::path place = folder;
    const auto everything =
        std::filesystem::copy_options::recursive | std::filesystem::copy_options::overwrite_existing;
    std::filesystem::create_directories(place);
    for (const auto* name : {"server.log", "familiar.yaml", "events", "disk", "logs", "program"})
        if (std::filesystem::exists(around.folder / name))
            std::filesystem::copy(around.folder / name, place / name, everything);
    std::ofstream(place / "timeline") << around.time.text();
    std::ofstream(place / "report") << report;
}

bool has_complaint(const std::string& log) {
    return log.find("Sanitizer:") != std::string::npos || log.find("runtime error:") != std::string::npos;
}

}  // namespace

void run(const schedule& plan) {
    world around(plan);
    play(around, plan);
    around.server.start_last();
    wait_until_done(around);

    evidence known;
    known.left = left_behind(around);
    around.server.scrape();
    const auto health = request(around.port, "GET", "/health");
    BOOST_TEST(health.field("status") == "ok", health.body);
    around.server.end_last();
    BOOST_TEST(around.server.all().back().code == 0);
    add_processes(known.left, around);

    known.posts = around.people.posts();
    known.orders = around.office.orders();
    known.runs = around.listener.runs(around.program);
    known.jobs = jobs_in(around.database());
    known.job_of = jobs_of_deliveries(around.database());
    known.early_outcome = around.server.early_outcomes();
    known.logs = logs_of(known.jobs);
    known.lives = around.server.all();
    known.scrapes = around.server.scrapes();
    known.hindered = hindrances(around);
    known.longest_run = timeout + stop_grace + slack;

    const auto found = check(known);
    auto text = report(plan, known, around.trouble.counts(), found);
    BOOST_TEST_MESSAGE(text);
    for (const auto& one : found) {
        BOOST_ERROR(one.rule << ": " << one.what);
        text += one.rule + ": " + one.what + "\n";
    }
    const auto log = around.server.log();
    BOOST_CHECK_MESSAGE(!has_complaint(log), "a sanitizer complains");
    keep(around, text);
    if (!found.empty() || has_complaint(log)) std::cerr << "-- what happened when:\n" << around.time.text() << "--\n";
}

}  // namespace familiar::test::chaos
