#include "e2e/support/docker.hpp"
#include "e2e/support/forge.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/wait_for.hpp"
#include "support/unit_test.hpp"

#include <chrono>
#include <csignal>
#include <sstream>

// The three stages of the end. The agents of these servers wait until they are told to go on.
namespace {

using namespace familiar::test;
using clock_type = std::chrono::system_clock;

configuration::entries holding(const configuration::entries& changes = {}) {
    configuration::entries all{{"agents.env.DEMO_WAIT_FOR", server::waits_for_go}, {"shutdown.drain_timeout", "10m"}};
    for (const auto& [key, value] : changes) all[key] = value;
    return all;
}

struct desk {
    test_forge forge;

    std::string running(server& familiar) {
        const auto job = familiar.accepted(github("pull_request.opened", forge.open()));
        familiar.wait_until_waiting(job);
        return job;
    }
};

std::string read_answer(const server& familiar, const std::string& path) {
    const auto given = familiar.get(path);
    return std::to_string(given.status) + " " + given.body;
}

void drain(server& familiar, int number = SIGTERM) {
    familiar.signal(number);
    wait_for("the server drains", [&] { return familiar.has_logged({"msg=draining"}); });
}

/// One more SIGTERM, once the one before was taken.
void insist(server& familiar, int count) {
    familiar.signal(SIGTERM);
    wait_for("the signal is taken",
             [&] { return familiar.has_logged({"told to end", "count=" + std::to_string(count)}); });
}

/// How long ago the server wrote down the end of its last agent. It ends right after.
std::chrono::milliseconds since_last_end(const server& familiar) {
    std::int64_t last = 0;
    for (const auto& job : familiar.jobs()) last = std::max(last, job.finished_at.value_or(0));
    return std::chrono::duration_cast<std::chrono::milliseconds>(clock_type::now().time_since_epoch()) -
           std::chrono::milliseconds(last);
}

void check_drained(server& familiar, const std::vector<std::string>& jobs) {
    BOOST_TEST(familiar.wait_for_end() == 0);
    const auto took = since_last_end(familiar);
    BOOST_TEST_MESSAGE("with " << jobs.size() << " agents: the process ended " << took.count()
                               << " ms after the last was done with");
    for (const auto& job : jobs) BOOST_TEST(familiar.job(job).state == "succeeded");
    BOOST_TEST(containers(familiar.instance_label()).empty());
}

void check_interrupted(const server& familiar, const std::string& id) {
    const auto job = familiar.job(id);
    BOOST_TEST(job.state == "interrupted");
    BOOST_TEST(job.reason != "");
    BOOST_TEST(job.finished_at.has_value());
    BOOST_TEST(!has_container(job.container));
    BOOST_TEST(!std::filesystem::exists(familiar.workspace(id)));
    BOOST_TEST(read_file(job.log).find("agent: the prompt:") != std::string::npos);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(server_shutdown, desk)

BOOST_AUTO_TEST_CASE(without_agents_it_ends_at_once) {
    for (const int number : {SIGTERM, SIGINT}) {
        server familiar(forge);
        const auto began = clock_type::now();
        familiar.signal(number);
        BOOST_TEST(familiar.wait_for_end() == 0);
        const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(clock_type::now() - began);
        BOOST_TEST_MESSAGE("with no agent: ended " << took.count() << " ms after the signal");
        BOOST_TEST(took.count() < 10'000);
    }
}

BOOST_AUTO_TEST_CASE(one_agent_is_waited_for_while_health_says_draining) {
    server familiar(forge, holding());
    const auto job = running(familiar);
    BOOST_TEST(read_answer(familiar, "/readyz") == "200 ok\n");
    drain(familiar);
    BOOST_TEST(familiar.get("/health").status == 503u);
    BOOST_TEST(familiar.get("/health").field("status") == "draining");
    BOOST_TEST(familiar.get("/readyz").status == 503u);
    BOOST_TEST(familiar.get("/livez").status == 200u);
    BOOST_TEST(familiar.metric("familiar_draining") == 1);
    BOOST_TEST(familiar.job(job).state == "running");
    familiar.let_go(job);
    check_drained(familiar, {job});
}

BOOST_AUTO_TEST_CASE(five_agents_are_waited_for) {
    server familiar(forge, holding());
    std::vector<std::string> jobs;
    for (int i = 0; i < 5; ++i) jobs.push_back(familiar.accepted(github("pull_request.opened", forge.open())));
    for (const auto& job : jobs) familiar.wait_until_waiting(job);
    drain(familiar);
    for (const auto& job : jobs) familiar.let_go(job);
    check_drained(familiar, jobs);
}

BOOST_AUTO_TEST_CASE(after_the_drain_timeout_agents_are_stopped) {
    server familiar(forge, holding({{"shutdown.drain_timeout", "1s"}}));
    const auto first = running(familiar);
    const auto second = running(familiar);
    drain(familiar);
    BOOST_TEST(familiar.wait_for_end() == 0);
    check_interrupted(familiar, first);
    check_interrupted(familiar, second);
}

BOOST_AUTO_TEST_CASE(a_second_signal_stops_agents_at_once_also_those_that_ignore_it) {
    server familiar(forge, holding({{"agents.env.DEMO_IGNORE_TERM", "\"1\""}}));
    const auto job = running(familiar);
    drain(familiar);
    familiar.signal(SIGTERM);
    BOOST_TEST(familiar.wait_for_end() == 0);
    check_interrupted(familiar, job);
}

BOOST_AUTO_TEST_CASE(a_third_signal_leaves_the_container_to_the_next_start) {
    server familiar(forge, holding({{"agents.env.DEMO_IGNORE_TERM", "\"1\""}, {"shutdown.stop_grace", "1m"}}));
    const auto job = running(familiar);
    const auto container = familiar.job(job).container;
    drain(familiar);
    insist(familiar, 2);
    wait_for("it is written down that the agent is stopped",
             [&] { return familiar.job(job).outcome == "interrupted"; });
    familiar.signal(SIGTERM);
    BOOST_TEST(familiar.wait_for_end() == 1);
    BOOST_TEST(running_containers(familiar.instance_label()) == std::vector<std::string>{container},
               boost::test_tools::per_element());

    familiar.configured().set({{"shutdown.stop_grace", "1s"}});
    familiar.start();
    wait_for("the container is removed", [&] { return containers(familiar.instance_label()).empty(); });
    familiar.wait_for_state(job, {"interrupted"});
    check_interrupted(familiar, job);
}

BOOST_AUTO_TEST_CASE(a_signal_in_the_last_moment_changes_nothing) {
    server familiar(forge);
    familiar.signal(SIGTERM);
    wait_for(
        "the server is done", [&] { return familiar.has_logged({"msg=ended"}); }, std::chrono::seconds(60),
        std::chrono::milliseconds(1));
    familiar.signal(SIGTERM);
    BOOST_TEST(familiar.wait_for_end() == 0);
}

BOOST_AUTO_TEST_CASE(what_comes_during_the_drain_is_kept_for_the_next_start) {
    server familiar(forge, holding());
    const auto job = running(familiar);
    drain(familiar);
    const auto later = familiar.accepted(github("pull_request.opened", forge.open()));
    familiar.let_go(job);
    check_drained(familiar, {job});
    BOOST_TEST(familiar.job(later).state == "queued");

    familiar.configured().unset("agents.env.DEMO_WAIT_FOR");
    familiar.start();
    BOOST_TEST(familiar.wait_for_job(later).state == "succeeded");
}

BOOST_AUTO_TEST_CASE(with_intake_refuse_what_comes_during_the_drain_is_turned_away) {
    server familiar(forge, holding({{"shutdown.intake", "refuse"}}));
    const auto job = running(familiar);
    drain(familiar);
    const auto refused = familiar.post(github("pull_request.opened", forge.open()));
    BOOST_TEST(refused.status == 503u);
    BOOST_TEST(refused.head.find("Retry-After: ") != std::string::npos);
    familiar.let_go(job);
    check_drained(familiar, {job});
    BOOST_TEST(familiar.jobs().size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_job_in_preparation_goes_back_to_the_queue) {
    server familiar(forge, holding());
    const auto about = forge.open();
    forge.pause();
    const auto job = familiar.accepted(github("pull_request.opened", about));
    familiar.wait_for_state(job, {"preparing"});
    familiar.signal(SIGTERM);
    BOOST_TEST(familiar.wait_for_end() == 0);
    forge.resume();
    BOOST_TEST(familiar.job(job).state == "queued");
    BOOST_TEST(familiar.job(job).attempt == 0);
    BOOST_TEST(!std::filesystem::exists(familiar.workspace(job)));

    familiar.configured().unset("agents.env.DEMO_WAIT_FOR");
    familiar.start();
    const auto done = familiar.wait_for_job(job);
    BOOST_TEST(done.state == "succeeded");
    BOOST_TEST(done.attempt == 1);
}

BOOST_AUTO_TEST_SUITE_END()
