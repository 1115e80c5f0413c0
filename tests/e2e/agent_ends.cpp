#include "e2e/support/scripted_agents.hpp"
#include "e2e/support/suite_wide.hpp"
#include "support/unit_test.hpp"

// How an agent can end that nobody kills (deaths.cpp has the others), and what is then written down, counted, kept and
// removed.
namespace {

using namespace familiar::test;

/// One server whose agents do what act.sh of their merge request says.
struct common : suite_wide<common> {
    test_forge forge;
    server familiar{forge, scripted({{"logging.max_log", "64KiB"}})};
};

server& familiar_server() {
    return common::now->familiar;
}

std::string start(server& familiar, const std::string& script) {
    return start_script(familiar, common::now->forge, script);
}

job_row run(const std::string& script, const std::string& state) {
    auto& familiar = familiar_server();
    const auto counter = "familiar_agents_" + std::string(state == "succeeded" ? "completed" : state) + "_total";
    const double before = familiar.metric(counter);
    const auto row = end_of(familiar, start(familiar, script), state);
    BOOST_TEST(familiar.metric(counter) == before + 1);
    return row;
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

/// An agent that outlived its timeout of 3 s. Says how long it lived.
void check_timed_out(server& familiar, const std::string& script) {
    const event_log events(familiar.instance_label());
    const auto job = start(familiar, script);
    const auto row = end_of(familiar, job, "timed_out");
    BOOST_TEST(row.reason == "still running after 3s");
    BOOST_TEST(contains(read_file(row.log), "at work"));
    BOOST_TEST(familiar.metric("familiar_agents_timed_out_total") == 1);
    BOOST_TEST(familiar.metric("familiar_agents_spawned_total") == 1);
    BOOST_TEST(familiar.metric("familiar_jobs_total{event=\"mr_opened\",outcome=\"timed_out\"}") == 1);

    const auto asked = events.time_of("kill") - *row.started_at;
    const auto gone = events.time_of("die") - *row.started_at;
    BOOST_TEST_MESSAGE("timeout 3 s: told to end after " << asked << " ms, gone after " << gone
                                                         << " ms, written down as ended after "
                                                         << *row.finished_at - *row.started_at << " ms");
    BOOST_TEST(asked >= 3'000);
    BOOST_TEST(gone < 30'000);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(agent_ends, *boost::unit_test::fixture<common>())

BOOST_AUTO_TEST_CASE(an_agent_that_exits_with_a_code_has_failed) {
    const auto job = run("echo I give up; exit 5", "failed");
    BOOST_TEST(job.exit_code.value_or(-1) == 5);
    BOOST_TEST(job.reason == "exit code 5");
    BOOST_TEST(read_file(job.log) == "I give up\n");
    BOOST_TEST(familiar_server().metric("familiar_jobs_total{event=\"mr_opened\",outcome=\"failed\"}") >= 1);
}

BOOST_AUTO_TEST_CASE(an_agent_that_says_so_has_failed_although_it_exits_with_0) {
    const auto job =
        run(R"(echo '{"outcome":"failed","reason":"the tests are red"}' >/familiar/out/result.json)", "failed");
    BOOST_TEST(job.exit_code.value_or(-1) == 0);
    BOOST_TEST(job.reason == "the tests are red");
}

BOOST_AUTO_TEST_CASE(a_report_of_success_does_not_hide_an_exit_code) {
    run(R"(echo '{"outcome":"succeeded"}' >/familiar/out/result.json; exit 1)", "failed");
}

BOOST_AUTO_TEST_CASE(a_report_that_is_no_plain_small_object_is_not_read) {
    const std::pair<const char*, const char*> reports[] = {
        {"ln -s /etc/passwd /familiar/out/result.json", "is a symbolic link"},
        {"mkfifo /familiar/out/result.json", "is not a regular file"},
        {"mkdir /familiar/out/result.json", "is not a regular file"},
        {"head -c 2000000 /dev/zero | tr '\\0' ' ' >/familiar/out/result.json", "is larger than 1 MiB"},
        {"echo '{\"outcome\":' >/familiar/out/result.json", "is not a JSON object"},
    };
    for (const auto& [script, complaint] : reports) {
        const auto job = run(script, "succeeded");
        BOOST_TEST(familiar_server().has_logged({"the agent's report is not used", job.id, complaint}), complaint);
    }
}

BOOST_AUTO_TEST_CASE(of_an_agent_that_floods_the_newest_is_kept_with_a_note_of_what_is_missing) {
    const auto job = run(
        "yes 'All work and no play makes an agent a dull program.' | head -c 3000000; echo; echo the end", "succeeded");
    const auto log = read_file(job.log);
    BOOST_TEST(log.size() <= (64u << 10) + 100);
    BOOST_TEST(log.size() > (32u << 10));
    BOOST_TEST(log.starts_with("[the first "));
    BOOST_TEST(contains(log.substr(0, 100), " bytes of this log were cut]\nAll work"));
    BOOST_TEST(log.ends_with("\nthe end\n"));
}

BOOST_AUTO_TEST_CASE(a_tree_made_to_be_hard_to_remove_is_removed_and_nothing_else) {
    const auto outside = familiar_server().folder() / "outside";
    std::filesystem::create_directories(outside);
    run("cd /workspace; ln -s " + outside.string() +
            " out; mkdir -p a/b/c; touch a/b/c/d; chmod 000 a/b/c a/b a; touch -- '-rf' 'new\nline'; "
            "for i in $(seq 300); do mkdir d && cd d || exit 1; done",
        "succeeded");
    BOOST_TEST(std::filesystem::exists(outside));
}

BOOST_AUTO_TEST_CASE(an_agent_that_outlives_its_timeout_is_stopped) {
    server familiar(common::now->forge, scripted({{"agents.timeout", "3s"}}));
    check_timed_out(familiar, "echo at work; exec sleep 100");
}

BOOST_AUTO_TEST_CASE(an_agent_that_does_not_want_to_stop_is_killed_after_the_grace) {
    server familiar(common::now->forge, scripted({{"agents.timeout", "3s"}}));
    check_timed_out(familiar, "trap '' TERM; echo at work; while :; do sleep 0.1; done");
}

BOOST_AUTO_TEST_CASE(a_command_that_the_image_does_not_have_fails_the_job) {
    server familiar(common::now->forge, {{"agents.command", R"(["no-such-program"])"}});
    const auto row = familiar.wait_for_job(start(familiar, ""));
    BOOST_TEST(row.state == "failed");
    BOOST_TEST(contains(row.reason, "could not be run (exit code 127)"), row.reason);
    BOOST_TEST(contains(read_file(row.log), "no-such-program"));
    BOOST_TEST(containers(familiar.instance_label()).empty());
    BOOST_TEST(!std::filesystem::exists(familiar.workspace(row.id)));
    BOOST_TEST(familiar.metric("familiar_active_agents") == 0);
}

BOOST_AUTO_TEST_CASE(without_its_image_a_job_fails_and_says_so) {
    server familiar(common::now->forge, {{"agents.image", "familiar-no-such-image:latest"}});
    const auto row = familiar.wait_for_job(start(familiar, ""));
    BOOST_TEST(row.state == "failed");
    BOOST_TEST(contains(row.reason, "familiar-no-such-image:latest"), row.reason);
    BOOST_TEST(familiar.metric("familiar_agents_spawned_total") == 0);
    BOOST_TEST(familiar.metric("familiar_jobs_total{event=\"mr_opened\",outcome=\"failed\"}") == 1);
}

BOOST_AUTO_TEST_CASE(an_image_that_is_no_agent_fails_the_job_instead_of_looking_like_success) {
    struct bare_image {
        const std::string name = "familiar-e2e-bare-" + familiar_server().instance_label().substr(18) + ":latest";
        bare_image() { docker({"tag", made(), name}); }
        ~bare_image() { run_program({"docker", "rmi", name}); }
        static std::string made() {
            auto id = run_program({"sh", "-c", "tar --create --files-from /dev/null | docker import -"}).out;
            return id.substr(0, id.find('\n'));
        }
    } const bare;
    server familiar(common::now->forge, {{"agents.image", bare.name}});
    const auto row = familiar.wait_for_job(start(familiar, ""));
    BOOST_TEST(row.state == "failed");
    BOOST_TEST(row.reason.starts_with("not a Familiar agent image"), row.reason);
    BOOST_TEST(containers(familiar.instance_label()).empty());
}

BOOST_AUTO_TEST_SUITE_END()
