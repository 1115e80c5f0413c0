#include "e2e/support/compose_project.hpp"
#include "e2e/support/docker.hpp"
#include "e2e/support/network_room.hpp"
#include "e2e/support/private_engine.hpp"
#include "e2e/support/program.hpp"
#include "e2e/support/suite_wide.hpp"
#include "e2e/support/wait_for.hpp"
#include "e2e/support/whole_forge.hpp"
#include "support/unit_test.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <chrono>
#include <sstream>

// As people run it: the image, the compose file, the published port, agents in containers beside the server's. What the
// server does is tested elsewhere; here it is what it becomes in a container.
namespace {

using namespace familiar::test;

constexpr auto as_shipped = "familiar-server:latest";
constexpr auto next_build = "familiar-server:next";

const auto both = boost::unit_test::data::make(std::vector<std::string>{"github", "gitlab"});

/// An engine as on somebody's machine, in a network of its own, with the images. What containers run outlives it, as
/// whoever upgrades Docker wants it.
struct common : suite_wide<common> {
    network_room room;
    private_engine engine{private_engine::restore::live, private_engine::shape::installed};

    common() {
        engine.fetch("familiar-test-server:latest");
        docker({"tag", "familiar-test-server:latest", as_shipped});
    }
};

struct desk {
    private_engine& engine = common::now->engine;
    whole_forge forge{network_room::address};
    compose_project familiar{engine};

    desk() { familiar.serve(forge); }

    struct begun {
        merge_request about;
        std::string job;
    };
    begun begin(const std::string& at = "github") {
        auto about = forge.open();
        auto job = familiar.accepted(forge.opened(at, about));
        return {std::move(about), std::move(job)};
    }
    /// An agent that waits to be let go.
    begun running() {
        auto one = begin();
        familiar.wait_until_waiting(one.job);
        return one;
    }

    /// The server in the foreground, when it is expected to end by itself.
    program_end run_once() const { return familiar.compose({"run", "-T", "--rm", "server"}); }

    void check_told_once(const begun& what, const std::string& text) const {
        const auto answers = forge.wait_for_answers(what.about, 1, text);
        BOOST_TEST(answers.size() == 1u);
    }
    void check_succeeded_once(const begun& what) const {
        const auto done = familiar.wait_for_state(what.job, "succeeded");
        BOOST_TEST(done.attempt == 1);
        check_told_once(what, "**Done in ");
        forge.wait_for_status(what.about, what.about.head, "success");
        BOOST_TEST(std::ranges::count(forge.states(what.about, what.about.head), "success") == 1);
        BOOST_TEST(forge.branch_tip(what.about) != what.about.head);
        BOOST_TEST(!has_container(done.container));
        BOOST_TEST(!std::filesystem::exists(familiar.folder() / "cache/jobs" / what.job));
    }
};

/// Names of the programs in a container.
std::vector<std::string> programs_in(const std::string& container) {
    std::istringstream lines(docker({"top", container, "-o", "pid,comm"}));
    std::string line;
    std::getline(lines, line);
    std::vector<std::string> names;
    while (std::getline(lines, line)) names.push_back(line.substr(line.find_last_of(' ') + 1));
    return names;
}

/// What the image has, its init process, and the engine's own on its way to a health check.
bool belongs_to_server(const std::string& program) {
    return std::ranges::any_of(std::vector<std::string>{"familiar", "git", "docker", "tini", "runc"},
                               [&](const auto& its) { return program.starts_with(its); });
}

std::string text_of(const boost::json::object& container, const char* pointer) {
    return std::string(boost::json::value(container).at_pointer(pointer).as_string());
}

std::string id_of(const boost::json::object& container) {
    return text_of(container, "/Id");
}

/// What tells one run of a container from another.
std::vector<std::string> identity(const std::string& name) {
    const auto found = inspect(name);
    return {id_of(found), text_of(found, "/State/StartedAt"), std::to_string(found.at("RestartCount").as_int64())};
}

/// An image with another id; what people have after they have built a newer version.
void build_next() {
    const auto built = run_program({"sh", "-c", "printf 'FROM %s\nLABEL next=1\n' \"$1\" | docker build --tag \"$2\" -",
                                    "sh", as_shipped, next_build},
                                   {.environment = {{"DOCKER_BUILDKIT", "0"}}});
    BOOST_REQUIRE_MESSAGE(built.code == 0, built.error);
}

/// kill -9 of the program, from within its container, which ends the killer too: the engine sees a death that nobody
/// asked for.
void kill_server_in(const std::string& container) {
    run_program({"docker", "exec", container, "sh", "-c",
                 "for one in /proc/[0-9]*; do"
                 "  [ \"$(cat $one/comm)\" != familiar ] || kill -9 ${one#/proc/};"
                 " done"});
}

/// For as long as this is there, an end of the engine is that of its containers, as with the whole machine.
class ends_with_engine {
public:
    explicit ends_with_engine(private_engine& engine) : engine_(engine) { restart_as(private_engine::restore::none); }
    ~ends_with_engine() {
        try {
            restart_as(private_engine::restore::live);
        } catch (const std::exception& failure) {
            BOOST_ERROR("the engine is not as it was: " << failure.what());
        }
    }
    ends_with_engine(const ends_with_engine&) = delete;
    ends_with_engine& operator=(const ends_with_engine&) = delete;

private:
    void restart_as(private_engine::restore containers) {
        engine_.stop();
        engine_.start(containers);
    }

    private_engine& engine_;
};

void check_says(const std::string& text, const std::vector<std::string>& all) {
    for (const auto& part : all) BOOST_TEST(text.find(part) != std::string::npos, part << " is not in: " << text);
}

bool refuses_connections(const compose_project& familiar) {
    try {
        familiar.get("/health");
        return false;
    } catch (const std::exception&) {
        return true;
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(deployment, *boost::unit_test::fixture<common>())

BOOST_AUTO_TEST_CASE(the_shipped_files_become_a_healthy_server_that_shows_nobody_its_secrets) {
    compose_project familiar(common::now->engine);
    familiar.composed({"up", "--no-start", "--no-build"});
    const auto created = id_of(familiar.container());
    docker({"start", created});
    BOOST_TEST(text_of(inspect(created), "/State/Health/Status") == "starting");
    familiar.wait_until_it_answers();
    wait_for("it is healthy", [&] { return text_of(inspect(created), "/State/Health/Status") == "healthy"; });
    BOOST_TEST(request(compose_project::port, "GET", "/health").status == 200u);

    const auto shown = boost::json::serialize(inspect(created)) + familiar.log();
    for (const auto* secret :
         {webhook_secret, git_forge::password, compose_project::api_token, compose_project::api_key})
        BOOST_TEST(shown.find(secret) == std::string::npos, secret);
    BOOST_TEST(in_container(created, "id -u") == "1000\n");
}

BOOST_DATA_TEST_CASE_F(desk, a_webhook_through_the_published_port_becomes_a_commit_by_a_sibling_container, both, name) {
    familiar.hold_agents();
    familiar.up();
    const auto one = begin(name);
    familiar.wait_until_waiting(one.job);

    const auto agent = familiar.job(one.job).container;
    const auto server = id_of(familiar.container());
    BOOST_TEST(running_containers("familiar.agent=true").size() == 1u);
    for (const auto& program : programs_in(server)) BOOST_TEST(belongs_to_server(program), program);
    BOOST_TEST(in_container(agent, "id -u") == "1000\n");
    BOOST_TEST(in_container(agent, "ls /var/run/docker.sock 2>/dev/null || echo none") == "none\n");

    familiar.let_go(one.job);
    check_succeeded_once(one);
}

BOOST_FIXTURE_TEST_CASE(stopped_without_agents_it_ends_at_once_and_up_again_it_knows_everything, desk) {
    familiar.up();
    auto about = forge.open();
    const auto hook = forge.opened("gitlab", about);
    const begun one{about, familiar.accepted(hook)};
    check_succeeded_once(one);

    const auto before = std::chrono::steady_clock::now();
    familiar.composed({"stop"});
    BOOST_TEST((std::chrono::steady_clock::now() - before < std::chrono::seconds(20)));
    const auto stopped = familiar.container();
    BOOST_TEST(boost::json::value(stopped).at_pointer("/State/ExitCode").as_int64() == 0);
    BOOST_TEST(refuses_connections(familiar));
    forge.follow(about);
    forge.push(about);

    familiar.up();
    BOOST_TEST(id_of(familiar.container()) == id_of(stopped));
    const auto listed = familiar.composed({"exec", "-T", "server", "familiar", "jobs"});
    BOOST_TEST(listed.find(one.job.substr(0, 10)) != std::string::npos, listed);
    const auto again = familiar.post(hook);
    BOOST_TEST(again.status == 200u);
    BOOST_TEST(again.field("status") == "duplicate");
    // What was pushed meanwhile, GitLab is asked for.
    wait_for("there is a job for what was missed", [&] { return familiar.jobs().size() == 2u; });
    BOOST_TEST(familiar.wait_for_state(familiar.jobs().back().id, "succeeded").head == about.head);
}

BOOST_FIXTURE_TEST_CASE(
    told_to_drain_it_waits_for_agents_until_it_is_told_again_and_says_of_the_others_that_they_were_interrupted, desk) {
    familiar.edit("  agents: detach\n", "  agents: drain\n  stop_grace: 1s\n");
    familiar.hold_agents();
    familiar.up();
    const auto in_time = running();
    const auto too_long = running();

    const auto stop = familiar.begin({"stop"});
    wait_for("it drains", [&] { return familiar.get("/health").status == 503; });
    const auto late = begin();
    familiar.let_go(in_time.job);
    check_succeeded_once(in_time);
    docker({"kill", "--signal", "TERM", id_of(familiar.container())});
    BOOST_TEST(wait_for_exit(stop, std::chrono::seconds(60)) == 0);
    BOOST_TEST(boost::json::value(familiar.container()).at_pointer("/State/ExitCode").as_int64() == 0);
    const auto cut = familiar.job(too_long.job);
    BOOST_TEST(cut.state == "interrupted");
    BOOST_TEST(cut.reason.find("shut") != std::string::npos, cut.reason);
    BOOST_TEST(containers("familiar.agent=true").empty());

    familiar.up();
    familiar.wait_until_waiting(late.job);
    familiar.let_go(late.job);
    check_succeeded_once(late);
    check_told_once(too_long, "nterrupted");
}

BOOST_FIXTURE_TEST_CASE(without_an_engine_it_is_degraded_and_takes_webhooks_that_run_when_the_engine_is_back, desk) {
    familiar.up();
    const auto before = identity(id_of(familiar.container()));
    engine.stop();
    wait_for("the engine is missed", [&] { return familiar.get("/health").field("status") == "degraded"; });
    BOOST_TEST(familiar.get("/health").status == 200u);
    const auto one = begin();
    familiar.wait_for_state(one.job, "queued");

    engine.start();
    wait_for("all is well", [&] { return familiar.get("/health").field("status") == "ok"; });
    check_succeeded_once(one);
    BOOST_TEST(identity(before[0]) == before, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(another_build_takes_the_servers_place_and_no_agent_notices, desk) {
    familiar.hold_agents();
    familiar.up();
    const auto runs = running();
    const auto agent = familiar.job(runs.job).container;
    const auto as_it_was = identity(agent);
    const auto old_server = id_of(familiar.container());
    BOOST_TEST(familiar.metric("familiar_agents_spawned_total") == 1);
    build_next();
    familiar.set("FAMILIAR_SERVER_IMAGE", next_build);
    const auto just_before = begin();

    familiar.up();
    BOOST_TEST(id_of(familiar.container()) != old_server);
    BOOST_TEST(text_of(familiar.container(), "/Config/Image") == next_build);
    BOOST_TEST(!has_container(old_server));
    const auto just_after = begin();
    BOOST_TEST(identity(agent) == as_it_was, boost::test_tools::per_element());
    BOOST_TEST(familiar.job(runs.job).state == "running");

    for (const auto& one : {runs, just_before, just_after}) {
        familiar.wait_until_waiting(one.job);
        familiar.let_go(one.job);
    }
    for (const auto& one : {runs, just_before, just_after}) check_succeeded_once(one);
    BOOST_TEST(familiar.jobs().size() == 3u);
    BOOST_TEST(familiar.metric("familiar_jobs_adopted_total") >= 1);
    BOOST_TEST(familiar.metric("familiar_agents_spawned_total") == 3);
    BOOST_TEST(familiar.metric("familiar_agents_completed_total") == 3);
    BOOST_TEST(familiar.metric("familiar_agents_interrupted_total") == 0);
    BOOST_TEST(forge.answers(runs.about).size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(killed_it_is_started_again_and_goes_on_with_its_agents_and_so_it_does_restarted, desk) {
    familiar.hold_agents();
    familiar.up();
    const auto one = running();
    const auto as_it_was = identity(familiar.job(one.job).container);
    const auto server = id_of(familiar.container());

    kill_server_in(server);
    wait_for("the engine starts it again", [&] { return inspect(server).at("RestartCount").as_int64() == 1; });
    familiar.wait_until_it_answers();
    wait_for("the agent is adopted", [&] { return familiar.metric("familiar_jobs_adopted_total") == 1; });

    familiar.composed({"restart", "server"});
    familiar.wait_until_it_answers();
    wait_for("the agent is adopted", [&] { return familiar.metric("familiar_jobs_adopted_total") == 1; });

    docker({"kill", server});
    familiar.up();
    wait_for("the agent is adopted", [&] { return familiar.metric("familiar_jobs_adopted_total") == 1; });

    BOOST_TEST(identity(as_it_was[0]) == as_it_was, boost::test_tools::per_element());
    familiar.let_go(one.job);
    check_succeeded_once(one);
}

BOOST_FIXTURE_TEST_CASE(told_to_reload_from_within_it_has_the_new_secret_and_still_comes_back_with_the_machine, desk) {
    const ends_with_engine while_it_lasts(engine);
    familiar.set("GITHUB_WEBHOOK_SECRET", "the-last-one");
    familiar.up();
    const auto about = forge.open();
    const auto hook = forge.opened("github", about);
    BOOST_TEST(familiar.post(hook).status == 401u);
    familiar.set("GITHUB_WEBHOOK_SECRET", webhook_secret);
    // `docker kill --signal HUP` would count as an end by hand, after which the engine starts nothing.
    familiar.composed({"exec", "-T", "server", "sh", "-c", "kill -HUP 1"});
    answer given;
    wait_for("the new secret is in force", [&] { return (given = familiar.post(hook)).status != 401; });
    BOOST_TEST(given.status == 202u);
    check_succeeded_once({about, given.field("job")});

    engine.restart();
    familiar.wait_until_it_answers();
    BOOST_TEST(familiar.post(hook).field("status") == "duplicate");
}

BOOST_FIXTURE_TEST_CASE(doctor_finds_nothing_wrong_beside_the_server_and_without_it, desk) {
    const auto without = familiar.compose({"run", "-T", "--rm", "server", "doctor"});
    BOOST_TEST(without.code == 0, without.out << without.error);
    familiar.up();
    const auto beside = familiar.compose({"exec", "-T", "server", "familiar", "doctor"});
    BOOST_TEST(beside.code == 0, beside.out << beside.error);
}

BOOST_FIXTURE_TEST_CASE(with_the_wrong_group_for_the_socket_it_is_degraded_and_doctor_says_what_to_do, desk) {
    familiar.set("DOCKER_GID", "4711");
    familiar.up();
    wait_for("the engine is missed", [&] { return familiar.get("/health").field("status") == "degraded"; });
    const auto one = begin();
    familiar.wait_for_state(one.job, "queued");
    check_says(familiar.log(), {"the Docker engine does not answer", "permission denied"});
    const auto doctor = familiar.compose({"exec", "-T", "server", "familiar", "doctor"});
    BOOST_TEST(doctor.code == 1);
    check_says(doctor.out, {"fail  docker engine: ", "permission denied", "DOCKER_GID"});

    familiar.set("DOCKER_GID", std::to_string(private_engine::group));
    familiar.up();
    check_succeeded_once(one);
}

BOOST_FIXTURE_TEST_CASE(a_folder_that_is_missing_or_somebody_elses_ends_it_with_a_sentence, desk) {
    BOOST_REQUIRE(::chown(familiar.folder().c_str(), 0, 0) == 0);
    const auto ended = run_once();
    BOOST_TEST(ended.code == 1);
    check_says(ended.out + ended.error,
               {"cannot start", "storage.path", familiar.folder().string(), "give this user write access"});

    std::filesystem::remove_all(familiar.folder());
    const auto refused = run_once();
    BOOST_TEST(refused.code != 0);
    check_says(refused.error, {"bind source path does not exist", familiar.folder().string()});
}

BOOST_FIXTURE_TEST_CASE(variables_that_are_missing_or_cannot_be_read_are_named, desk) {
    familiar.set("GITHUB_WEBHOOK_SECRET", "");
    familiar.set("GITLAB_WEBHOOK_SECRET", "");
    const auto ended = run_once();
    BOOST_TEST(ended.code == 2);
    check_says(ended.out + ended.error,
               {"GITHUB_WEBHOOK_SECRET", "GITLAB_WEBHOOK_SECRET", "/etc/familiar/config.yaml"});

    familiar.keep_variables_from_server();
    const auto blind = run_once();
    BOOST_TEST(blind.code == 2);
    check_says(blind.out + blind.error, {"/etc/familiar/familiar.env"});

    familiar.set("DOCKER_GID", "");
    const auto refused = familiar.compose({"up", "--detach", "--no-build"});
    BOOST_TEST(refused.code != 0);
    check_says(refused.error, {"DOCKER_GID", "stat -c %g"});
    familiar.set("DOCKER_GID", std::to_string(private_engine::group));
}

BOOST_AUTO_TEST_SUITE_END()
