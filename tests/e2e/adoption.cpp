#include "e2e/support/arranged_docker.hpp"
#include "e2e/support/docker.hpp"
#include "e2e/support/forge.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/wait_for.hpp"
#include "support/unit_test.hpp"

#include <chrono>
#include <csignal>
#include <fstream>

// What one server leaves to the next, whose it is, and what belongs to nobody. The agents wait until they are told to
// go on.
namespace {

using namespace familiar::test;

constexpr auto unknown_job = "01h0000000000000000000dead";

configuration::entries holding(const configuration::entries& changes = {}) {
    configuration::entries all{{"agents.env.DEMO_WAIT_FOR", server::waits_for_go}};
    for (const auto& [key, value] : changes) all[key] = value;
    return all;
}

struct desk {
    test_forge forge;

    std::string accepted(server& familiar) { return familiar.accepted(github("pull_request.opened", forge.open())); }
    std::string running(server& familiar) {
        const auto job = accepted(familiar);
        familiar.wait_until_waiting(job);
        return job;
    }
};

std::string let_end(server& familiar, const std::string& job) {
    familiar.let_go(job);
    return familiar.wait_for_job(job).state;
}

void wait_for_adoptions(const server& familiar, int count) {
    wait_for("agents are adopted", [&] { return familiar.metric("familiar_jobs_adopted_total") == count; });
}

/// A container like a server's own, made by hand.
class foreign_container {
public:
    foreign_container(std::string name, const std::string& instance_label, bool started) : name_(std::move(name)) {
        std::vector<std::string> arguments{started ? "run" : "create"};
        if (started) arguments.emplace_back("--detach");
        arguments.insert(arguments.end(), {"--name", name_, "--network", "none", "--label", "familiar.agent=true"});
        if (!instance_label.empty()) arguments.insert(arguments.end(), {"--label", instance_label});
        arguments.insert(arguments.end(),
                         {"--label", std::string("familiar.job=") + unknown_job, "--label", "familiar.attempt=1",
                          "--init", "--entrypoint", "sleep", "familiar-demo-agent:latest", "1000"});
        docker(arguments);
    }
    ~foreign_container() { run_program({"docker", "rm", "--force", name_}); }
    foreign_container(const foreign_container&) = delete;
    foreign_container& operator=(const foreign_container&) = delete;

    bool is_there() const { return has_container(name_); }

private:
    std::string name_;
};

std::string unique(const server& familiar, const std::string& name) {
    return "familiar-agent-" + familiar.instance_label().substr(18) + "-" + name;
}

void make_orphaned_workspace(const server& familiar) {
    const auto folder = familiar.workspace(unknown_job) / "workspace";
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "file") << "left behind\n";
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(adoption, desk)

BOOST_AUTO_TEST_CASE(with_detach_a_server_ends_at_once_and_the_next_goes_on_with_its_agents) {
    server familiar(forge, holding({{"shutdown.agents", "detach"}, {"shutdown.drain_timeout", "10m"}}));
    const event_log events(familiar.instance_label());
    const auto first = running(familiar);
    const auto second = running(familiar);
    const auto before = familiar.job(first);
    BOOST_TEST(familiar.end() == 0);
    BOOST_TEST(familiar.job(first).state == "running");
    BOOST_TEST(familiar.job(second).state == "running");
    BOOST_TEST(running_containers(familiar.instance_label()).size() == 2u);
    familiar.let_go(second);
    wait_for("the second agent has ended", [&] { return events.count("die") == 1; });

    familiar.start();
    wait_for_adoptions(familiar, 1);
    BOOST_TEST(familiar.wait_for_job(second).state == "succeeded");
    BOOST_TEST(familiar.job(first).deadline.value_or(0) == before.deadline.value_or(1));
    BOOST_TEST(let_end(familiar, first) == "succeeded");
    BOOST_TEST(events.count("start") == 2u);
    BOOST_TEST(containers(familiar.instance_label()).empty());
}

BOOST_AUTO_TEST_CASE(with_detach_more_signals_stop_no_agent_either) {
    server familiar(forge, holding({{"shutdown.agents", "detach"}}));
    const auto job = running(familiar);
    for (int i = 0; i < 3; ++i) familiar.signal(SIGTERM);
    const int code = familiar.wait_for_end();
    BOOST_TEST((code == 0 || code == 1), code);
    BOOST_TEST(running_containers(familiar.instance_label()).size() == 1u);
    familiar.start();
    BOOST_TEST(let_end(familiar, job) == "succeeded");
}

BOOST_AUTO_TEST_CASE(with_detach_a_job_in_preparation_goes_back_to_the_queue) {
    server familiar(forge, {{"shutdown.agents", "detach"}});
    const auto about = forge.open();
    forge.pause();
    const auto job = familiar.accepted(github("pull_request.opened", about));
    familiar.wait_for_state(job, {"preparing"});
    BOOST_TEST(familiar.end() == 0);
    forge.resume();
    BOOST_TEST(familiar.job(job).state == "queued");
    BOOST_TEST(!std::filesystem::exists(familiar.workspace(job)));
    familiar.start();
    BOOST_TEST(familiar.wait_for_job(job).state == "succeeded");
}

BOOST_AUTO_TEST_CASE(adopted_agents_take_their_places_and_their_merge_requests) {
    server familiar(forge, holding({{"concurrency.max_agents", "2"}, {"events.mr_comment", "true"}}));
    const auto about = forge.open();
    const auto first = familiar.accepted(github("pull_request.opened", about));
    const auto second = running(familiar);
    familiar.wait_until_waiting(first);
    const auto same = familiar.accepted(github("pull_request_review_comment.created", about));
    const auto other = accepted(familiar);
    familiar.kill();
    familiar.start();
    wait_for_adoptions(familiar, 2);
    BOOST_TEST(familiar.health("active_agents") == 2);
    BOOST_TEST(familiar.health("queue_length") == 2);
    BOOST_TEST(familiar.job(other).state == "queued");

    BOOST_TEST(let_end(familiar, second) == "succeeded");
    familiar.wait_until_waiting(other);
    BOOST_TEST(familiar.job(same).state == "queued");
    BOOST_TEST(let_end(familiar, other) == "succeeded");
    BOOST_TEST(familiar.job(same).state == "queued");
    BOOST_TEST(let_end(familiar, first) == "succeeded");
    forge.point_requests_at_branch(about);
    familiar.wait_until_waiting(same);
    BOOST_TEST(let_end(familiar, same) == "succeeded");
}

BOOST_AUTO_TEST_CASE(an_adopted_agent_is_drained_and_stopped_like_any_other) {
    server familiar(forge, holding({{"shutdown.drain_timeout", "1s"}}));
    const auto job = running(familiar);
    familiar.kill();
    familiar.start();
    wait_for_adoptions(familiar, 1);
    BOOST_TEST(familiar.end() == 0);
    const auto done = familiar.job(job);
    BOOST_TEST(done.state == "interrupted");
    BOOST_TEST(read_file(done.log).starts_with("agent: I am uid"));
    BOOST_TEST(!has_container(done.container));
    BOOST_TEST(!std::filesystem::exists(familiar.workspace(job)));
}

BOOST_AUTO_TEST_CASE(a_server_whose_engine_does_not_say_what_runs_takes_webhooks_and_starts_nothing) {
    const arranged_docker docker_program;
    server familiar(forge, holding({{"docker.cli", docker_program.program()}}));
    const auto job = running(familiar);
    familiar.kill();
    docker_program.always("ps", R"(while [ ! -e "$folder/flag" ]; do sleep 0.05; done)");
    familiar.start();
    const auto later = accepted(familiar);
    familiar.wait_for_state(later, {"queued"});
    BOOST_TEST(familiar.get("/readyz").status == 200);
    BOOST_TEST(familiar.metric("familiar_jobs_adopted_total") == 0);
    BOOST_TEST(familiar.job(job).state == "running");
    BOOST_TEST(containers(familiar.instance_label()).size() == 1u);

    std::ofstream(docker_program.flag()) << "go on";
    wait_for_adoptions(familiar, 1);
    familiar.wait_until_waiting(later);
    BOOST_TEST(let_end(familiar, job) == "succeeded");
    BOOST_TEST(let_end(familiar, later) == "succeeded");
}

BOOST_AUTO_TEST_CASE(an_adopted_agent_that_somebody_kills_has_failed) {
    server familiar(forge, holding());
    const auto job = running(familiar);
    familiar.kill();
    familiar.start();
    wait_for_adoptions(familiar, 1);
    docker({"kill", familiar.job(job).container});
    const auto done = familiar.wait_for_job(job);
    BOOST_TEST(done.state == "failed");
    BOOST_TEST(done.exit_code.value_or(-1) == 137);
}

BOOST_AUTO_TEST_CASE(two_servers_on_one_engine_never_touch_each_others_containers) {
    server one(forge, holding());
    const auto job = running(one);
    const auto container = inspect(one.job(job).container).at("Id").as_string();
    server other(forge, holding());
    const auto others = running(other);
    for (int i = 0; i < 3; ++i) {
        other.kill();
        other.start();
        wait_for_adoptions(other, 1);
    }
    BOOST_TEST(let_end(other, others) == "succeeded");
    BOOST_TEST(other.end() == 0);
    other.start();

    BOOST_TEST(inspect(one.job(job).container).at("Id").as_string() == container);
    BOOST_TEST(one.job(job).state == "running");
    BOOST_TEST(let_end(one, job) == "succeeded");
    BOOST_TEST(one.metric("familiar_jobs_adopted_total") == 0);
    BOOST_TEST(one.metric("familiar_orphans_reaped_total") == 0);
    BOOST_TEST(other.metric("familiar_orphans_reaped_total") == 0);
}

BOOST_AUTO_TEST_CASE(what_belongs_to_no_job_is_removed_at_the_start_and_nothing_else) {
    server familiar(server::not_started{}, forge);
    const foreign_container running(unique(familiar, "running"), familiar.instance_label(), true);
    const foreign_container created(unique(familiar, "created"), familiar.instance_label(), false);
    const foreign_container of_another(unique(familiar, "another"), familiar.instance_label() + "x", true);
    const foreign_container without(unique(familiar, "without"), "", true);
    make_orphaned_workspace(familiar);
    familiar.start();
    wait_for("the containers are removed", [&] { return !running.is_there() && !created.is_there(); });
    wait_for("the folder is removed", [&] { return !std::filesystem::exists(familiar.workspace(unknown_job)); });
    wait_for("they are counted", [&] { return familiar.metric("familiar_orphans_reaped_total") >= 2; });
    BOOST_TEST(of_another.is_there());
    BOOST_TEST(without.is_there());
    BOOST_TEST(familiar.wait_for_job(accepted(familiar)).state == "succeeded");
}

BOOST_AUTO_TEST_CASE(what_belongs_to_no_job_is_also_found_while_the_server_runs) {
    server familiar(forge, holding());
    const auto job = running(familiar);
    const foreign_container stray(unique(familiar, "stray"), familiar.instance_label(), true);
    make_orphaned_workspace(familiar);
    wait_for("the container is removed", [&] { return !stray.is_there(); }, std::chrono::minutes(4));
    wait_for(
        "the folder is removed", [&] { return !std::filesystem::exists(familiar.workspace(unknown_job)); },
        std::chrono::minutes(4));
    BOOST_TEST(familiar.metric("familiar_orphans_reaped_total") >= 1);
    BOOST_TEST(familiar.job(job).state == "running");
    BOOST_TEST(let_end(familiar, job) == "succeeded");
}

BOOST_AUTO_TEST_SUITE_END()
