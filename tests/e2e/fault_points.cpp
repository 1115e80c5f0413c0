#include "core/time.hpp"
#include "e2e/support/arranged_docker.hpp"
#include "e2e/support/docker.hpp"
#include "e2e/support/forge.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/wait_for.hpp"
#include "support/unit_test.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <future>
#include <iterator>
#include <sys/wait.h>
#include <unistd.h>

// The server dies at each point of a job's life, by a signal that it cannot see. The point is found from outside: by a
// lock on its database, by a tracer at a system call, by a docker program that kills whom it works for.
namespace {

using namespace familiar::test;

constexpr int killed = 128 + SIGKILL;

struct desk {
    test_forge forge;
    arranged_docker docker;

    configuration::entries holding(const configuration::entries& changes = {}) const {
        configuration::entries all{{"docker.cli", docker.program()},
                                   {"agents.env.DEMO_WAIT_FOR", server::waits_for_go}};
        for (const auto& [key, value] : changes) all[key] = value;
        return all;
    }
    webhook opened() { return github("pull_request.opened", forge.open()); }
};

/// The engine has told of all that there was: as many containers are gone as were made.
void check_containers(const event_log& events, std::size_t created, std::size_t started) {
    wait_for("the engine tells that all containers are gone", [&] { return events.count("destroy") == created; });
    BOOST_TEST(events.count("create") == created);
    BOOST_TEST(events.count("start") == started);
}

void check_nothing_left(const server& familiar) {
    BOOST_TEST(containers(familiar.instance_label()).empty());
    // A start removes them beside what it serves.
    wait_for("no workspace is left", [&] { return std::filesystem::is_empty(familiar.cache() / "jobs"); });
}

/// From its first line to its last, and alone in its folder.
void check_whole_log(const job_row& job) {
    BOOST_REQUIRE(std::filesystem::exists(job.log));
    const auto text = read_file(job.log);
    BOOST_TEST(text.starts_with("agent: I am uid"), text);
    BOOST_TEST(text.ends_with("agent: done\n"), text);
    const std::filesystem::directory_iterator folder(std::filesystem::path(job.log).parent_path());
    BOOST_TEST(std::distance(begin(folder), end(folder)) == 1);
}

std::int64_t started_at(const std::string& container) {
    const auto text = inspect(container).at("State").at("StartedAt").as_string();
    return familiar::core::parse_time(text).value().time_since_epoch().count();
}

bool has_ended(const std::string& container) {
    return inspect(container).at("State").at("Status").as_string() == "exited";
}

/// No answer came: the connection was closed or reset.
bool is_without_answer(const server& familiar, const webhook& what) {
    try {
        familiar.post(what);
        return false;
    } catch (const std::exception&) {
        return true;
    }
}

void check_duplicate(const server& familiar, const webhook& what, const std::string& job) {
    const auto again = familiar.post(what);
    BOOST_TEST(again.status == 200u);
    BOOST_TEST(again.field("status") == "duplicate");
    BOOST_TEST(again.field("job") == job);
}

/// A tracer that kills a process at the system call by which it would send its next bytes to anybody.
class death_before_sending {
public:
    explicit death_before_sending(pid_t victim) {
        const auto log = (folder_ / "log").string();
        const int file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        tracer_ =
            start_program({"strace", "--trace=sendmsg,sendto", "--inject=sendmsg,sendto:error=EPIPE:signal=KILL:when=1",
                           "--attach", std::to_string(victim)},
                          {.out = file, .error = file});
        ::close(file);
        wait_for("strace is attached", [&] {
            if (::waitpid(tracer_, nullptr, WNOHANG) != 0) throw std::runtime_error("strace: " + read_file(log));
            return read_file(log).find("attached") != std::string::npos;
        });
    }
    ~death_before_sending() {
        ::kill(tracer_, SIGTERM);
        ::waitpid(tracer_, nullptr, 0);
    }
    death_before_sending(const death_before_sending&) = delete;
    death_before_sending& operator=(const death_before_sending&) = delete;

private:
    temporary_directory folder_;
    pid_t tracer_ = 0;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(fault_points, desk)

BOOST_AUTO_TEST_CASE(before_the_commit_nobody_was_told_and_nothing_is_kept) {
    server familiar(forge);
    const auto what = opened();
    {
        SQLite::Database database(familiar.database().string(), SQLite::OPEN_READWRITE, 10'000);
        database.exec("begin immediate");
        auto unanswered = std::async(std::launch::async, [&] { return is_without_answer(familiar, what); });
        wait_for("the webhook is there",
                 [&] { return familiar.metric("familiar_webhooks_received_total{provider=\"github\"}") == 1; });
        familiar.kill();
        BOOST_TEST(unanswered.get());
        database.exec("rollback");
    }
    familiar.start();
    BOOST_TEST(deliveries_in(familiar.database()).empty());
    BOOST_TEST(familiar.jobs().empty());

    BOOST_TEST(familiar.wait_for_job(familiar.accepted(what)).state == "succeeded");
    BOOST_TEST(familiar.jobs().size() == 1u);
}

BOOST_AUTO_TEST_CASE(after_the_commit_and_before_the_answer_the_job_is_kept_and_runs_once) {
    server familiar(forge);
    const event_log events(familiar.instance_label());
    const auto what = opened();
    {
        const death_before_sending death(familiar.process());
        BOOST_TEST(is_without_answer(familiar, what));
        BOOST_TEST(familiar.wait_for_end() == killed);
    }
    BOOST_REQUIRE(familiar.jobs().size() == 1u);
    const auto job = familiar.jobs().front().id;
    BOOST_TEST(familiar.job(job).state == "queued");
    BOOST_TEST(deliveries_in(familiar.database()) == std::vector<std::string>{what.delivery},
               boost::test_tools::per_element());

    familiar.start();
    check_duplicate(familiar, what, job);
    BOOST_TEST(familiar.wait_for_job(job).state == "succeeded");
    check_duplicate(familiar, what, job);
    BOOST_TEST(familiar.jobs().size() == 1u);
    check_containers(events, 1, 1);
}

BOOST_AUTO_TEST_CASE(preparing_the_job_begins_anew_and_runs_once) {
    server familiar(forge);
    const event_log events(familiar.instance_label());
    const auto what = opened();
    forge.pause();
    const auto job = familiar.accepted(what);
    familiar.wait_for_state(job, {"preparing"});
    familiar.kill();
    forge.resume();

    familiar.start();
    BOOST_TEST(familiar.wait_for_job(job).state == "succeeded");
    check_containers(events, 1, 1);
    check_nothing_left(familiar);
}

BOOST_AUTO_TEST_CASE(created_the_container_is_removed_and_the_job_runs_once) {
    docker.once("create", kill_after);
    server familiar(forge, {{"docker.cli", docker.program()}});
    const event_log events(familiar.instance_label());
    const auto job = familiar.accepted(opened());
    BOOST_TEST(familiar.wait_for_end() == killed);
    BOOST_TEST(familiar.job(job).state == "preparing");
    BOOST_TEST(containers(familiar.instance_label()).size() == 1u);

    familiar.start();
    const auto done = familiar.wait_for_job(job);
    BOOST_TEST(done.state == "succeeded");
    check_whole_log(done);
    check_containers(events, 2, 1);
    check_nothing_left(familiar);
}

BOOST_AUTO_TEST_CASE(about_to_start_the_container_is_removed_and_the_job_runs_once) {
    docker.once("start", kill_before);
    server familiar(forge, {{"docker.cli", docker.program()}});
    const event_log events(familiar.instance_label());
    const auto job = familiar.accepted(opened());
    BOOST_TEST(familiar.wait_for_end() == killed);
    BOOST_TEST(familiar.job(job).state == "running");
    BOOST_TEST(familiar.job(job).outcome == "");

    familiar.start();
    BOOST_TEST(familiar.wait_for_job(job).state == "succeeded");
    check_containers(events, 2, 1);
    check_nothing_left(familiar);
}

BOOST_AUTO_TEST_CASE(started_but_not_recorded_the_agent_is_adopted_as_if_nothing_had_happened) {
    docker.once("start", kill_after);
    server familiar(forge, holding());
    const event_log events(familiar.instance_label());
    const auto job = familiar.accepted(opened());
    BOOST_TEST(familiar.wait_for_end() == killed);
    BOOST_TEST(familiar.job(job).state == "running");
    BOOST_TEST(!familiar.job(job).started_at.has_value());
    const auto container = containers(familiar.instance_label()).at(0);
    const auto start = started_at(container);

    familiar.start();
    wait_for("its start is recorded", [&] { return familiar.job(job).started_at.has_value(); });
    const auto running = familiar.job(job);
    BOOST_TEST(running.container == container);
    BOOST_TEST(running.started_at.value_or(0) == start);
    BOOST_TEST(running.deadline.value_or(0) == start + 120'000);
    BOOST_TEST(familiar.metric("familiar_jobs_adopted_total") == 1);
    BOOST_TEST(familiar.health("active_agents") == 1);
    familiar.let_go(job);
    const auto done = familiar.wait_for_job(job);
    BOOST_TEST(done.state == "succeeded");
    check_whole_log(done);
    check_containers(events, 1, 1);
    check_nothing_left(familiar);
}

BOOST_AUTO_TEST_CASE(running_the_agent_is_adopted_with_its_whole_log) {
    server familiar(forge, holding());
    const event_log events(familiar.instance_label());
    const auto job = familiar.accepted(opened());
    familiar.wait_until_waiting(job);
    const auto before = familiar.job(job);
    familiar.kill();

    familiar.start();
    wait_for("the agent is adopted", [&] { return familiar.metric("familiar_jobs_adopted_total") == 1; });
    BOOST_TEST(familiar.job(job).state == "running");
    BOOST_TEST(familiar.job(job).deadline.value_or(0) == before.deadline.value_or(1));
    familiar.let_go(job);
    const auto done = familiar.wait_for_job(job);
    BOOST_TEST(done.state == "succeeded");
    BOOST_TEST(done.attempt == 1);
    BOOST_TEST(done.exit_code.value_or(-1) == 0);
    BOOST_TEST(familiar.metric("familiar_agents_completed_total") == 1);
    BOOST_TEST(familiar.metric("familiar_orphans_reaped_total") == 0);
    check_whole_log(done);
    check_containers(events, 1, 1);
    check_nothing_left(familiar);
}

BOOST_AUTO_TEST_CASE(running_many_times_over_it_is_still_one_agent) {
    server familiar(forge, holding());
    const event_log events(familiar.instance_label());
    const auto job = familiar.accepted(opened());
    familiar.wait_until_waiting(job);
    for (int i = 0; i < 3; ++i) {
        familiar.kill();
        familiar.start();
        wait_for("the agent is adopted", [&] { return familiar.metric("familiar_jobs_adopted_total") == 1; });
    }
    familiar.let_go(job);
    check_whole_log(familiar.wait_for_job(job));
    check_containers(events, 1, 1);
}

BOOST_AUTO_TEST_CASE(running_the_original_deadline_holds_whatever_is_configured_by_then) {
    server familiar(forge, holding({{"agents.timeout", "8s"}}));
    const event_log events(familiar.instance_label());
    const auto job = familiar.accepted(opened());
    familiar.wait_until_waiting(job);
    const auto start = started_at(familiar.job(job).container);
    familiar.kill();
    familiar.configured().set("agents.timeout", "30m");

    familiar.start();
    const auto done = familiar.wait_for_job(job);
    BOOST_TEST(done.state == "timed_out");
    BOOST_TEST(done.deadline.value_or(0) == start + 8'000);
    const auto asked = events.time_of("kill") - start;
    BOOST_TEST_MESSAGE("timeout 8 s: the adopted agent was told to end after " << asked << " ms");
    BOOST_TEST(asked >= 8'000);
    BOOST_TEST(asked < 30'000);
    BOOST_TEST(familiar.metric("familiar_agents_timed_out_total") == 1);
    check_nothing_left(familiar);
}

BOOST_AUTO_TEST_CASE(running_a_deadline_that_passes_meanwhile_is_met_at_the_next_start) {
    server familiar(forge, holding({{"agents.timeout", "4s"}}));
    const auto job = familiar.accepted(opened());
    familiar.wait_until_waiting(job);
    const auto deadline = familiar.job(job).deadline.value();
    familiar.kill();
    wait_for("the deadline has passed", [&] { return familiar::core::now().time_since_epoch().count() > deadline; });

    familiar.start();
    const auto done = familiar.wait_for_job(job);
    BOOST_TEST(done.state == "timed_out");
    BOOST_TEST(done.deadline.value_or(0) == deadline);
    BOOST_TEST(read_file(done.log).starts_with("agent: I am uid"));
    check_nothing_left(familiar);
}

BOOST_AUTO_TEST_CASE(about_to_stop_it_at_its_deadline_it_is_stopped_by_the_next_start) {
    server familiar(forge, holding({{"agents.timeout", "2s"}}));
    docker.once("stop", kill_before);
    const auto job = familiar.accepted(opened());
    BOOST_TEST(familiar.wait_for_end() == killed);
    BOOST_TEST(familiar.job(job).state == "running");
    BOOST_TEST(familiar.job(job).outcome == "timed_out");
    BOOST_TEST(running_containers(familiar.instance_label()).size() == 1u);

    familiar.start();
    const auto done = familiar.wait_for_job(job);
    BOOST_TEST(done.state == "timed_out");
    BOOST_TEST(done.reason == "still running after 2s");
    BOOST_TEST(read_file(done.log).starts_with("agent: I am uid"));
    check_nothing_left(familiar);
}

BOOST_AUTO_TEST_CASE(stopped_at_its_deadline_it_has_timed_out_though_its_exit_code_is_found_later) {
    server familiar(forge, holding({{"agents.timeout", "2s"}}));
    docker.once("stop", kill_after);
    const auto job = familiar.accepted(opened());
    BOOST_TEST(familiar.wait_for_end() == killed);
    BOOST_TEST(running_containers(familiar.instance_label()).empty());

    familiar.start();
    BOOST_TEST(familiar.wait_for_job(job).state == "timed_out");
    check_nothing_left(familiar);
}

BOOST_AUTO_TEST_CASE(running_an_agent_that_ended_meanwhile_is_collected_with_its_exit_code) {
    for (const auto& [code, state] : {std::pair{0, "succeeded"}, std::pair{5, "failed"}}) {
        server familiar(forge, holding());
        if (code != 0) familiar.configured().set("agents.env.DEMO_EXIT", "\"" + std::to_string(code) + "\"");
        familiar.end();
        familiar.start();
        const auto job = familiar.accepted(opened());
        familiar.wait_until_waiting(job);
        const auto container = familiar.job(job).container;
        familiar.kill();
        familiar.let_go(job);
        wait_for("the agent has ended", [&] { return has_ended(container); });

        familiar.start();
        const auto done = familiar.wait_for_job(job);
        BOOST_TEST(done.state == state);
        BOOST_TEST(done.exit_code.value_or(-1) == code);
        BOOST_TEST(read_file(done.log).ends_with(code == 0 ? "agent: done\n" : "agent: giving up with 5\n"));
        check_nothing_left(familiar);
    }
}

BOOST_AUTO_TEST_CASE(running_an_agent_whose_container_vanished_meanwhile_is_interrupted) {
    server familiar(forge, holding());
    const event_log events(familiar.instance_label());
    const auto job = familiar.accepted(opened());
    familiar.wait_until_waiting(job);
    familiar.kill();
    familiar::test::docker({"rm", "--force", familiar.job(job).container});

    familiar.start();
    const auto done = familiar.wait_for_job(job);
    BOOST_TEST(done.state == "interrupted");
    BOOST_TEST(done.reason != "");
    BOOST_TEST(done.attempt == 1);
    check_containers(events, 1, 1);
    check_nothing_left(familiar);
}

BOOST_AUTO_TEST_CASE(finishing_the_outcome_stands_and_the_log_is_whole) {
    const std::pair<const char*, const char*> points[] = {
        {"logs", kill_before}, {"logs", R"(docker "$@" | head -c 20; kill -KILL $PPID; exit 1)"},
        {"logs", kill_after},  {"rm", kill_before},
        {"rm", kill_after},
    };
    for (const auto& [command, shell] : points) {
        BOOST_TEST_CONTEXT(command << ": " << shell) {
            docker.once(command, shell);
            server familiar(forge, {{"docker.cli", docker.program()}});
            const event_log events(familiar.instance_label());
            const auto job = familiar.accepted(opened());
            BOOST_TEST(familiar.wait_for_end() == killed);
            BOOST_TEST(familiar.job(job).state == "finishing");
            BOOST_TEST(familiar.job(job).outcome == "succeeded");

            familiar.start();
            const auto done = familiar.wait_for_job(job);
            BOOST_TEST(done.state == "succeeded");
            BOOST_TEST(done.exit_code.value_or(-1) == 0);
            check_whole_log(done);
            check_containers(events, 1, 1);
            check_nothing_left(familiar);
        }
    }
}

BOOST_AUTO_TEST_CASE(draining_the_agent_is_adopted_by_the_next_start) {
    server familiar(forge, holding({{"shutdown.drain_timeout", "10m"}}));
    const event_log events(familiar.instance_label());
    const auto job = familiar.accepted(opened());
    familiar.wait_until_waiting(job);
    familiar.signal(SIGTERM);
    wait_for("the server drains", [&] { return familiar.has_logged({"msg=draining"}); });
    const auto meanwhile = familiar.accepted(opened());
    familiar.kill();

    familiar.start();
    familiar.wait_until_waiting(meanwhile);
    familiar.let_go(meanwhile);
    familiar.let_go(job);
    BOOST_TEST(familiar.wait_for_job(meanwhile).state == "succeeded");
    BOOST_TEST(familiar.wait_for_job(job).state == "succeeded");
    check_containers(events, 2, 2);
    check_nothing_left(familiar);
}

BOOST_AUTO_TEST_CASE(being_stopped_by_a_shutdown_it_is_interrupted_also_by_the_next_start) {
    server familiar(forge, holding({{"shutdown.drain_timeout", "10m"}}));
    const auto job = familiar.accepted(opened());
    familiar.wait_until_waiting(job);
    docker.once("stop", kill_before);
    familiar.signal(SIGTERM);
    wait_for("the server drains", [&] { return familiar.has_logged({"msg=draining"}); });
    familiar.signal(SIGTERM);
    BOOST_TEST(familiar.wait_for_end() == killed);

    familiar.start();
    const auto done = familiar.wait_for_job(job);
    BOOST_TEST(done.state == "interrupted");
    BOOST_TEST(read_file(done.log).starts_with("agent: I am uid"));
    check_nothing_left(familiar);
}

BOOST_AUTO_TEST_CASE(a_container_that_an_orphaned_docker_program_creates_later_is_removed) {
    // By then the folders that it would mount are gone, and the engine would refuse it: it comes without.
    docker.once("create",
                "while [ ! -e \"$folder/flag\" ]; do sleep 0.1; done\n"
                "count=$#\n"
                "while [ $count -gt 0 ]; do\n"
                "    if [ \"$1\" = --mount ]; then shift 2; count=$((count - 2)); continue; fi\n"
                "    set -- \"$@\" \"$1\"; shift; count=$((count - 1))\n"
                "done");
    server familiar(forge, {{"docker.cli", docker.program()}});
    const event_log events(familiar.instance_label());
    const auto job = familiar.accepted(opened());
    wait_for("the container is being created", [&] { return docker.has_happened("create"); });
    familiar.kill();

    familiar.start();
    BOOST_TEST(familiar.wait_for_job(job).state == "succeeded");
    check_containers(events, 1, 1);
    std::ofstream(docker.flag()).put('1');
    wait_for("the orphan's container is there", [&] { return events.count("create") == 2; });
    wait_for("it is removed", [&] { return containers(familiar.instance_label()).empty(); }, std::chrono::minutes(4));
    BOOST_TEST(familiar.metric("familiar_orphans_reaped_total") >= 1);
    BOOST_TEST(familiar.jobs().size() == 1u);
    check_containers(events, 2, 1);
}

BOOST_AUTO_TEST_SUITE_END()
