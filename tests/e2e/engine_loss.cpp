#include "e2e/support/arranged_docker.hpp"
#include "e2e/support/docker.hpp"
#include "e2e/support/forge.hpp"
#include "e2e/support/private_engine.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/wait_for.hpp"
#include "support/unit_test.hpp"

#include <csignal>
#include <optional>

// The Docker engine is stopped, killed, frozen and slow. The queue waits for it, no attempt is spent on it, and what is
// said of an agent in the end is what has happened to it.
namespace {

using namespace familiar::test;
using restore = private_engine::restore;

/// The engine of all these tests.
struct common {
    common() { engine.emplace(); }
    ~common() { engine.reset(); }
    static std::optional<private_engine> engine;
};

std::optional<private_engine> common::engine;

struct desk {
    private_engine& engine = *common::engine;
    test_forge forge;
    arranged_docker docker;

    desk() {
        if (!engine.runs()) engine.start(restore::none);
    }

    /// No attempt may be spent on an engine that is away: with one more than the first the job would have failed.
    static configuration::entries patient(const configuration::entries& changes = {}) {
        configuration::entries all{{"retry.max_retries", "0"}};
        for (const auto& [key, value] : changes) all[key] = value;
        return all;
    }
    static configuration::entries holding() { return patient({{"agents.env.DEMO_WAIT_FOR", server::waits_for_go}}); }
    /// Calls of an engine that says nothing end soon.
    static configuration::entries quick_to_notice(const configuration::entries& changes = {}) {
        auto all = patient({{"docker.ping_timeout", "2s"}, {"docker.command_timeout", "5s"}});
        for (const auto& [key, value] : changes) all[key] = value;
        return all;
    }

    std::string accepted(server& familiar) { return familiar.accepted(github("pull_request.opened", forge.open())); }
    std::string running(server& familiar) {
        const auto job = accepted(familiar);
        familiar.wait_until_waiting(job);
        return job;
    }
    /// With the engine as it is asked for from the first container on.
    void restart_as(restore containers) {
        engine.stop();
        engine.start(containers);
    }
};

/// Before a server that is declared earlier goes, which looks for containers that are left.
struct resumed_in_the_end {
    private_engine& engine;
    ~resumed_in_the_end() { engine.resume(); }
};

void wait_until_missed(const server& familiar) {
    wait_for("the engine is missed", [&] { return familiar.metric("familiar_docker_up") == 0; });
    const auto health = familiar.get("/health");
    BOOST_TEST(health.status == 200u);
    BOOST_TEST(health.field("status") == "degraded");
    BOOST_TEST(!health.json().at("checks").at("docker").as_bool());
    BOOST_TEST(familiar.get("/readyz").status == 200u);
}

void wait_until_back(const server& familiar) {
    wait_for("the engine is back", [&] { return familiar.metric("familiar_docker_up") == 1; });
}

/// It waits, and no attempt was spent on it.
void check_untouched(const server& familiar, const std::string& id) {
    BOOST_TEST(familiar.wait_for_state(id, {"queued"}).attempt == 0);
}

job_row check_succeeded_but_for_its_log(const server& familiar, const std::string& id) {
    const auto job = familiar.wait_for_job(id);
    BOOST_TEST_INFO(job.reason);
    BOOST_TEST(job.state == "succeeded");
    BOOST_TEST(job.attempt == 1);
    BOOST_TEST(job.exit_code.value_or(-1) == 0);
    BOOST_TEST(read_file(job.log).starts_with("agent: I am uid"));
    BOOST_TEST(!has_container(job.container));
    BOOST_TEST(!std::filesystem::exists(familiar.workspace(id)));
    return job;
}

void check_succeeded(const server& familiar, const std::string& id) {
    const auto log = read_file(check_succeeded_but_for_its_log(familiar, id).log);
    BOOST_TEST(log.find("agent: done\n") != std::string::npos, log);
}

void check_killed_with_the_engine(const server& familiar, const std::string& id) {
    const auto job = familiar.wait_for_job(id);
    BOOST_TEST_MESSAGE("the engine's end is the agent's: " << job.reason);
    BOOST_TEST(job.state == "failed");
    BOOST_TEST(job.attempt == 1);
    BOOST_REQUIRE(job.exit_code.has_value());
    BOOST_TEST(*job.exit_code != 0);
    BOOST_TEST(job.reason.find(std::to_string(*job.exit_code)) != std::string::npos, job.reason);
    BOOST_TEST(!has_container(job.container));
    BOOST_TEST(familiar.metric("familiar_agents_spawned_total") == 1);
    BOOST_TEST(familiar.metric("familiar_agents_failed_total") == 1);
    BOOST_TEST(familiar.jobs().size() == 1u);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(engine_loss, *boost::unit_test::fixture<common>())

BOOST_FIXTURE_TEST_CASE(while_the_engine_is_stopped_jobs_wait_and_then_they_run, desk) {
    server familiar(forge, patient());
    engine.stop();
    wait_until_missed(familiar);
    std::vector<std::string> jobs;
    for (int i = 0; i < 3; ++i) jobs.push_back(accepted(familiar));
    wait_for("they are queued", [&] { return familiar.health("queue_length") == 3; });
    for (const auto& job : jobs) check_untouched(familiar, job);
    engine.start();
    wait_until_back(familiar);
    for (const auto& job : jobs) check_succeeded(familiar, job);
    BOOST_TEST(familiar.get("/health").field("status") == "ok");
}

BOOST_FIXTURE_TEST_CASE(a_job_that_is_being_prepared_when_the_engine_goes_waits_for_it, desk) {
    server familiar(forge, patient());
    const auto about = forge.open();
    forge.pause();
    const auto job = familiar.accepted(github("pull_request.opened", about));
    familiar.wait_for_state(job, {"preparing"});
    engine.stop();
    forge.resume();
    wait_until_missed(familiar);
    check_untouched(familiar, job);
    engine.start();
    check_succeeded(familiar, job);
}

BOOST_FIXTURE_TEST_CASE(an_agent_that_is_stopped_with_the_engine_has_failed_by_its_exit_code, desk) {
    server familiar(forge, holding());
    const auto job = running(familiar);
    engine.restart();
    check_killed_with_the_engine(familiar, job);
}

BOOST_FIXTURE_TEST_CASE(an_agent_whose_killed_engine_comes_back_and_kills_it_has_failed_by_its_exit_code, desk) {
    server familiar(forge, holding());
    const auto job = running(familiar);
    engine.kill();
    wait_until_missed(familiar);
    BOOST_TEST(familiar.job(job).state == "running");
    engine.start();
    check_killed_with_the_engine(familiar, job);
}

BOOST_FIXTURE_TEST_CASE(an_agent_that_its_engine_has_forgotten_is_interrupted_and_never_started_again, desk) {
    server familiar(forge, holding());
    const auto job = running(familiar);
    const auto container = familiar.job(job).container;
    const std::string id(inspect(container).at("Id").as_string());
    engine.kill();
    engine.forget(id);
    engine.start();

    const auto row = familiar.wait_for_job(job);
    BOOST_TEST(row.state == "interrupted");
    BOOST_TEST(row.reason == "the Docker engine does not know its container any more; nobody saw how it ended");
    BOOST_TEST(row.attempt == 1);
    BOOST_TEST(!row.exit_code.has_value());
    BOOST_TEST(row.last_lines == "");
    BOOST_TEST(!std::filesystem::exists(familiar.workspace(job)));
    BOOST_TEST(containers(familiar.instance_label()).empty());
    BOOST_TEST(familiar.metric("familiar_agents_spawned_total") == 1);
    BOOST_TEST(familiar.metric("familiar_agents_interrupted_total") == 1);
    BOOST_TEST(familiar.metric("familiar_active_agents") == 0);
    BOOST_TEST(familiar.jobs().size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(with_live_restore_an_agent_outlives_its_engine_however_that_ends, desk) {
    for (const bool killed : {false, true}) {
        restart_as(restore::live);
        server familiar(forge, holding());
        const auto job = running(familiar);
        killed ? engine.kill() : engine.stop();
        wait_until_missed(familiar);
        BOOST_TEST(familiar.job(job).state == "running");
        engine.start();
        wait_until_back(familiar);
        BOOST_TEST(familiar.job(job).state == "running");
        familiar.let_go(job);
        check_succeeded(familiar, job);
    }
    restart_as(restore::none);
}

BOOST_FIXTURE_TEST_CASE(with_live_restore_an_agent_that_ends_without_its_engine_has_succeeded, desk) {
    for (const bool killed : {false, true}) {
        restart_as(restore::live);
        server familiar(forge, holding());
        const auto job = running(familiar);
        const auto pushed = forge.branch_tip({.path = familiar.job(job).path});
        killed ? engine.kill() : engine.stop();
        wait_until_missed(familiar);
        familiar.let_go(job);
        wait_for("the agent pushes", [&] { return forge.branch_tip({.path = familiar.job(job).path}) != pushed; });
        engine.start();
        // The engine loses what an agent prints while it is away, unless the agent is still there when it comes back.
        const auto log = read_file(check_succeeded_but_for_its_log(familiar, job).log);
        BOOST_TEST(log.ends_with("some of its output may be missing]\n"), log);
    }
    restart_as(restore::none);
}

BOOST_FIXTURE_TEST_CASE(a_server_that_starts_without_an_engine_adopts_when_it_comes, desk) {
    restart_as(restore::live);
    server familiar(forge, holding());
    const auto job = running(familiar);
    engine.kill();
    familiar.kill();
    familiar.start();
    wait_until_missed(familiar);
    const auto later = accepted(familiar);
    check_untouched(familiar, later);
    BOOST_TEST(familiar.job(job).state == "running");
    engine.start();
    wait_for("the agent is adopted", [&] { return familiar.metric("familiar_jobs_adopted_total") == 1; });
    familiar.let_go(job);
    check_succeeded(familiar, job);
    familiar.wait_until_waiting(later);
    familiar.let_go(later);
    check_succeeded(familiar, later);
    restart_as(restore::none);
}

BOOST_FIXTURE_TEST_CASE(while_the_engine_hangs_jobs_wait_and_calls_end_at_their_deadlines, desk) {
    server familiar(forge, quick_to_notice());
    const resumed_in_the_end guard{engine};
    engine.pause();
    const auto job = accepted(familiar);
    wait_until_missed(familiar);
    check_untouched(familiar, job);
    engine.resume();
    wait_until_back(familiar);
    check_succeeded(familiar, job);
}

BOOST_FIXTURE_TEST_CASE(a_job_that_is_being_prepared_when_the_engine_hangs_waits_for_it, desk) {
    server familiar(forge, quick_to_notice());
    const resumed_in_the_end guard{engine};
    const auto about = forge.open();
    forge.pause();
    const auto job = familiar.accepted(github("pull_request.opened", about));
    familiar.wait_for_state(job, {"preparing"});
    engine.pause();
    wait_until_missed(familiar);
    forge.resume();
    check_untouched(familiar, job);
    engine.resume();
    check_succeeded(familiar, job);
}

BOOST_FIXTURE_TEST_CASE(an_agent_goes_on_while_the_engine_hangs_and_its_end_is_seen_afterwards, desk) {
    auto configured = quick_to_notice();
    configured["agents.env.DEMO_WAIT_FOR"] = server::waits_for_go;
    server familiar(forge, configured);
    const resumed_in_the_end guard{engine};
    const auto job = running(familiar);
    const auto pushed = forge.branch_tip({.path = familiar.job(job).path});
    engine.pause();
    familiar.let_go(job);
    wait_for("the agent pushes", [&] { return forge.branch_tip({.path = familiar.job(job).path}) != pushed; });
    wait_until_missed(familiar);
    BOOST_TEST(familiar.job(job).state == "running");
    engine.resume();
    check_succeeded(familiar, job);
}

BOOST_FIXTURE_TEST_CASE(a_server_can_end_while_the_engine_hangs_and_the_next_adopts, desk) {
    auto configured = quick_to_notice({{"shutdown.drain_timeout", "1s"}});
    configured["agents.env.DEMO_WAIT_FOR"] = server::waits_for_go;
    server familiar(forge, configured);
    const resumed_in_the_end guard{engine};
    const auto job = running(familiar);
    engine.pause();
    wait_until_missed(familiar);
    familiar.signal(SIGTERM);
    BOOST_TEST(familiar.wait_for_end() == 1);
    engine.resume();
    BOOST_TEST(running_containers(familiar.instance_label()).size() == 1u);

    familiar.start();
    wait_for("the agent is adopted", [&] { return familiar.metric("familiar_jobs_adopted_total") == 1; });
    familiar.let_go(job);
    check_succeeded(familiar, job);
}

BOOST_FIXTURE_TEST_CASE(with_a_slow_engine_all_is_well_only_later, desk) {
    for (const auto* command : {"create", "start", "inspect", "ps", "logs", "rm", "version"})
        docker.always(command, "sleep 1");
    server familiar(forge, patient({{"docker.cli", docker.program()}}));
    const auto job = accepted(familiar);
    check_succeeded(familiar, job);
    BOOST_TEST(familiar.metric("familiar_docker_up") == 1);
    BOOST_TEST(familiar.metric("familiar_agents_spawned_total") == 1);
}

BOOST_FIXTURE_TEST_CASE(a_docker_command_that_never_ends_is_ended_and_one_agent_succeeds, desk) {
    const std::pair<const char*, const char*> hangs[] = {
        {"create", "exec sleep 1000"},
        {"create", R"(docker "$@"; exec sleep 1000)"},
        {"start", "exec sleep 1000"},
        {"start", R"(docker "$@"; exec sleep 1000)"},
        {"logs", "exec sleep 1000"},
        {"rm", "exec sleep 1000"},
        {"rm", R"(docker "$@"; exec sleep 1000)"},
    };
    for (const auto& [command, shell] : hangs) {
        BOOST_TEST_CONTEXT(command << ": " << shell) {
            server familiar(forge, {{"docker.cli", docker.program()}, {"docker.command_timeout", "3s"}});
            docker.once(command, shell);
            const event_log events(familiar.instance_label());
            const auto done = familiar.wait_for_job(accepted(familiar));
            BOOST_TEST_INFO(done.reason);
            BOOST_TEST(done.state == "succeeded");
            BOOST_TEST(docker.has_happened(command));
            // A log that could not be kept at the end is kept by the next reconciling.
            wait_for(
                "nothing is left", [&] { return containers(familiar.instance_label()).empty(); },
                std::chrono::minutes(4));
            BOOST_TEST(read_file(done.log).ends_with("agent: done\n"));
            BOOST_TEST(events.count("start") == 1u);
            BOOST_TEST(std::filesystem::is_empty(familiar.cache() / "jobs"));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
