#include "e2e/support/network_room.hpp"
#include "e2e/support/private_engine.hpp"
#include "e2e/support/program.hpp"
#include "e2e/support/suite_wide.hpp"
#include "e2e/support/wait_for.hpp"
#include "support/temporary_directory.hpp"
#include "support/unit_test.hpp"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <sys/wait.h>
#include <utility>
#include <vector>

// The engines that tests and the demo start for themselves leave the machine's network as it is: an installed Docker's
// bridge stays, and no link of theirs is left. In a network apart, which has a docker0.
namespace {

using namespace familiar::test;

const std::string engine_program = FAMILIAR_SOURCE_DIR "/cmake/engine.sh";
const std::string bridge_program = FAMILIAR_SOURCE_DIR "/cmake/engine_bridge.sh";

/// What the command prints, which has to succeed.
std::string said(const std::vector<std::string>& argv) {
    const auto done = run_program(argv);
    BOOST_TEST_REQUIRE(done.code == 0, argv.front() << ": " << done.error);
    return done.out;
}

/// The links, their addresses and every route.
std::string network() {
    return said({"ip", "-brief", "address"}) + said({"ip", "route", "show", "table", "all"});
}

bool has_link(const std::string& name) {
    return run_program({"ip", "link", "show", name}).code == 0;
}

struct machine : suite_wide<machine> {
    network_room room;
    machine() {
        said({"ip", "link", "add", "docker0", "type", "bridge"});
        said({"ip", "address", "add", "172.17.0.1/16", "dev", "docker0"});
    }
    ~machine() { run_program({"ip", "link", "delete", "docker0"}); }
};

struct desk {
    std::string before = network();
    temporary_directory folder;
};

/// A program that is ended at the latest with its test.
struct started {
    pid_t id;
    explicit started(const std::vector<std::string>& argv) : id(start_program(argv, {})) {}
    ~started() {
        if (id == 0) return;
        ::kill(id, SIGTERM);
        ::waitpid(id, nullptr, 0);
    }
    int ended(int signal) {
        ::kill(id, signal);
        return wait_for_exit(std::exchange(id, 0), std::chrono::seconds(60));
    }
};

BOOST_AUTO_TEST_SUITE(engine_network, *boost::unit_test::fixture<machine>())

BOOST_FIXTURE_TEST_CASE(an_engine_of_a_test_leaves_docker0_and_no_link_of_its_own, desk) {
    {
        private_engine engine;
        BOOST_TEST(network() == before);
        said({"docker", "run", "--rm", "--network", "host", "--entrypoint", "true", "familiar-demo-agent:latest"});
        said({"docker", "run", "--rm", "--network", "none", "--entrypoint", "true", "familiar-demo-agent:latest"});
        engine.kill();
        engine.start();
        BOOST_TEST(network() == before);
        engine.stop();
        engine.start(private_engine::restore::live);
        BOOST_TEST(network() == before);
    }
    BOOST_TEST(network() == before);
}

BOOST_FIXTURE_TEST_CASE(the_demos_engines_side_by_side_leave_docker0_and_no_link_of_their_own, desk) {
    const auto ready = [&](const char* name) { return std::filesystem::exists(folder / name / "ready"); };
    started one({engine_program, folder / "one"});
    started other({engine_program, folder / "other"});
    wait_for("the engines answer", [&] { return ready("one") && ready("other"); });
    BOOST_TEST(network() == before);
    BOOST_TEST(one.ended(SIGTERM) == 0);
    BOOST_TEST(other.ended(SIGTERM) == 0);
    BOOST_TEST(network() == before);
}

BOOST_FIXTURE_TEST_CASE(the_bridge_of_an_engine_goes_with_a_starter_that_is_killed, desk) {
    const auto pipe = folder / "pipe";
    started starter({"bash", "-c", R"(mkfifo "$2" && exec 9<>"$2" && "$1" familiartest <"$2" 9>&- && touch "$2.made" &&
        exec sleep infinity)",
                     "bash", bridge_program, pipe});
    wait_for("the bridge is made", [&] { return std::filesystem::exists(pipe.string() + ".made"); });
    BOOST_TEST(has_link("familiartest"));
    starter.ended(SIGKILL);
    wait_for("the bridge is gone", [] { return !has_link("familiartest"); });
    BOOST_TEST(network() == before);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
