#include "e2e/support/scripted_agents.hpp"
#include "e2e/support/suite_wide.hpp"

#include <filesystem>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

// Containers that die: each death is named, with the last lines of the agent's log; the agent is collected and cleaned
// up after, counted once, and never run again by itself.
namespace {

using namespace familiar::test;

/// One server whose agents do what act.sh of their merge request says.
struct common : suite_wide<common> {
    test_forge forge;
    server familiar{forge, scripted({{"agents.memory", "64m"}, {"server.api_token", "operators-only"}})};
};

server& familiar_server() {
    return common::now->familiar;
}

std::string start(server& familiar, const std::string& script) {
    return start_script(familiar, common::now->forge, script);
}

/// An agent that says so and then works for longer than any test takes; returns once it has said so.
std::string start_long(server& familiar, const std::string& says = "at work") {
    auto job = start(familiar, "echo " + says + "; echo 'the prompt:'; exec sleep 1000");
    familiar.wait_until_waiting(job);
    return job;
}

/// Every agent that was started has ended once, in one way.
void check_sums(const server& familiar) {
    double ended = 0;
    for (const auto* how : {"completed", "failed", "timed_out", "cancelled", "interrupted"})
        ended += familiar.metric("familiar_agents_" + std::string(how) + "_total");
    BOOST_TEST(familiar.metric("familiar_agents_spawned_total") == ended);
    BOOST_TEST(familiar.metric("familiar_active_agents") == 0);
    BOOST_TEST(containers(familiar.instance_label()).empty());
}

struct death {
    const char* script;
    int code;
    const char* reason;
    const char* last_lines;
};

void check(server& familiar, const std::vector<death>& deaths) {
    std::vector<std::string> jobs;
    for (const auto& one : deaths) jobs.push_back(start(familiar, one.script));
    for (std::size_t at = 0; at < deaths.size(); ++at) BOOST_TEST_CONTEXT(deaths[at].script) {
            const auto row = end_of(familiar, jobs[at], "failed");
            BOOST_TEST(row.exit_code.value_or(-1) == deaths[at].code);
            BOOST_TEST(row.reason == deaths[at].reason);
            BOOST_TEST(row.last_lines == deaths[at].last_lines);
            BOOST_TEST(std::filesystem::exists(row.log));
        }
    check_sums(familiar);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(deaths, *boost::unit_test::fixture<common>())

BOOST_AUTO_TEST_CASE(by_a_signal_have_its_name) {
    check(familiar_server(), {
                                 {"echo ouch; kill -SEGV $$", 139, "crashed with a segmentation fault (139)", "ouch"},
                                 {"echo ouch; kill -ABRT $$", 134, "killed by signal 6 (SIGABRT)", "ouch"},
                                 {"echo ouch; kill -BUS $$", 135, "killed by signal 7 (SIGBUS)", "ouch"},
                                 {"echo ouch; kill -HUP $$", 129, "killed by signal 1 (SIGHUP)", "ouch"},
                                 {"echo ouch; kill -INT $$", 130, "killed by signal 2 (SIGINT)", "ouch"},
                                 {"echo ouch; kill -KILL $$", 137, "killed (137)", "ouch"},
                             });
}

BOOST_AUTO_TEST_CASE(of_a_command_that_cannot_be_run_say_why) {
    const std::string could_not = "the agent's command could not be run (exit code ";
    const auto not_executable = could_not + "126): it is not executable";
    const auto no_program = could_not + "127): there is no such program";
    check(familiar_server(),
          {
              {"exec /etc/passwd", 126, not_executable.c_str(),
               "/workspace/act.sh: 1: exec: /etc/passwd: Permission denied"},
              {"exec no-such-thing", 127, no_program.c_str(), "/workspace/act.sh: 1: exec: no-such-thing: not found"},
          });
}

BOOST_AUTO_TEST_CASE(by_want_of_memory_are_told_from_others) {
    auto& familiar = familiar_server();
    const auto job = start(familiar, "echo hungry; exec tail /dev/zero");
    const auto row = end_of(familiar, job, "failed");
    BOOST_TEST(row.exit_code.value_or(-1) == 137);
    BOOST_TEST(row.reason == "out of memory (137): it used all of agents.memory");
    BOOST_TEST(row.last_lines == "hungry");
    check_sums(familiar);
}

BOOST_AUTO_TEST_CASE(by_the_hand_of_somebody_else_are_no_ends_of_the_server) {
    auto& familiar = familiar_server();
    const auto killed = start_long(familiar);
    const auto stopped = start_long(familiar);
    const auto emptied = start_long(familiar);
    docker({"kill", familiar.job(killed).container});
    docker({"stop", "--time", "20", familiar.job(stopped).container});
    run_program({"docker", "exec", familiar.job(emptied).container, "sh", "-c", "kill -KILL -1"});

    for (const auto& [job, code, reason] : std::vector<std::tuple<std::string, int, std::string>>{
             {killed, 137, "killed (137)"}, {stopped, 143, "terminated (143)"}, {emptied, 137, "killed (137)"}}) {
        const auto row = end_of(familiar, job, "failed");
        BOOST_TEST(row.exit_code.value_or(-1) == code);
        BOOST_TEST(row.reason == reason);
        BOOST_TEST(row.last_lines == "at work\nthe prompt:");
        BOOST_TEST(read_file(row.log) == "at work\nthe prompt:\n");
    }
    check_sums(familiar);
}

BOOST_AUTO_TEST_CASE(of_a_container_that_somebody_removes_are_seen) {
    auto& familiar = familiar_server();
    const auto job = start_long(familiar);
    docker({"rm", "--force", familiar.job(job).container});
    // A removal kills first: who looks in between still finds it.
    const auto row = end_of(familiar, job, "failed");
    BOOST_TEST((row.reason == "killed (137)" || row.reason == "its container was removed by somebody else"),
               row.reason);
    check_sums(familiar);
}

BOOST_AUTO_TEST_CASE(while_no_server_watches_are_collected) {
    server familiar(common::now->forge, scripted());
    const auto killed = start_long(familiar);
    const auto removed = start_long(familiar);
    familiar.kill();
    docker({"kill", familiar.job(killed).container});
    docker({"rm", "--force", familiar.job(removed).container});
    familiar.start();

    const auto row = end_of(familiar, killed, "failed");
    BOOST_TEST(row.reason == "killed (137)");
    BOOST_TEST(row.last_lines == "at work\nthe prompt:");
    const auto gone = end_of(familiar, removed, "interrupted");
    BOOST_TEST(gone.reason == "its container is gone; nobody saw how the agent ended");
    BOOST_TEST(gone.last_lines == "");
    check_sums(familiar);
}

BOOST_AUTO_TEST_CASE(are_shown_to_operators_with_the_last_lines) {
    auto& familiar = familiar_server();
    const auto job = start(familiar, "seq 30; printf '\\033[31mred\\033[0m \\377\\n'; echo 'I give up'; exit 5");
    const auto row = end_of(familiar, job, "failed");
    const header_fields operators{{"Authorization", "Bearer operators-only"}};
    const auto shown = request(familiar.port(), "GET", "/api/jobs/" + job, operators).json();
    const auto& lines = shown.at("last_lines").as_array();
    BOOST_REQUIRE(lines.size() == 20u);
    BOOST_TEST(lines.front().as_string() == "13");
    BOOST_TEST(lines.at(18).as_string() == "red \uFFFD");
    BOOST_TEST(lines.back().as_string() == "I give up");

    const auto said =
        familiar.command({"show", job}, {{"FAMILIAR_URL", familiar.url()}, {"FAMILIAR_TOKEN", "operators-only"}});
    BOOST_TEST(said.out.find("last_lines:\n    13\n    14\n") != std::string::npos, said.out);
    BOOST_TEST(said.out.find("\n    red \uFFFD\n    I give up\n") != std::string::npos, said.out);
}

BOOST_AUTO_TEST_CASE(by_silence_come_to_those_who_fall_silent_and_to_nobody_else) {
    server familiar(common::now->forge, scripted({{"agents.idle_timeout", "2s"}}));
    const auto talks = start(familiar, "for second in 1 2 3 4 5 6 7; do echo $second; sleep 1; done");
    const auto silent = start(familiar, "echo hm; exec sleep 1000");
    const auto mute = start(familiar, "exec sleep 1000");

    for (const auto& [job, lines] : {std::pair(silent, "hm"), std::pair(mute, "")}) {
        const auto row = end_of(familiar, job, "timed_out");
        BOOST_TEST(row.reason == "no output for 2s");
        BOOST_TEST(row.exit_code.value_or(-1) == 143);
        BOOST_TEST(row.last_lines == lines);
        BOOST_TEST(*row.finished_at - *row.started_at >= 2'000);
    }
    const auto row = end_of(familiar, talks, "succeeded");
    BOOST_TEST(*row.finished_at - *row.started_at >= 7'000);
    BOOST_TEST(familiar.metric("familiar_agents_timed_out_total") == 2);
    check_sums(familiar);
}

BOOST_AUTO_TEST_SUITE_END()
