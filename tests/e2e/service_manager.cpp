#include "e2e/support/docker.hpp"
#include "e2e/support/forge.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/wait_for.hpp"
#include "support/notify_socket.hpp"
#include "support/processes.hpp"
#include "support/unit_test.hpp"

#include <chrono>
#include <csignal>
#include <fstream>
#include <stdexcept>

// What systemd is told, at a socket that listens in its place.
namespace {

using namespace familiar::test;
using namespace std::chrono_literals;
using message = notify_socket::message;

constexpr auto patience = 60s;

std::string value(const message& of, const std::string& name) {
    const auto found = of.find(name);
    return found == of.end() ? std::string() : found->second;
}

struct desk {
    test_forge forge;
    notify_socket manager;

    /// Not started yet.
    std::unique_ptr<server> watched_by(const notify_socket& who, const configuration::entries& changes = {}) {
        auto made = std::make_unique<server>(server::not_started{}, forge, changes);
        made->environment().emplace_back("NOTIFY_SOCKET", who.address());
        return made;
    }
};

/// The next message that is no sign of life.
message next(notify_socket& from) {
    for (;;) {
        const auto received = from.receive(patience);
        if (!received) throw std::runtime_error("waited in vain for the server to say something");
        if (!received->contains("WATCHDOG")) return *received;
    }
}

void check_reload(server& familiar, notify_socket& manager, const std::string& status) {
    familiar.signal(SIGHUP);
    const auto began = next(manager);
    BOOST_TEST(value(began, "RELOADING") == "1");
    BOOST_TEST(std::stoll(value(began, "MONOTONIC_USEC")) > 0);
    const auto done = next(manager);
    BOOST_TEST(value(done, "READY") == "1");
    BOOST_TEST(value(done, "STATUS").find(status) != std::string::npos, value(done, "STATUS"));
}

/// The end of a server without agents. Returns the first estimate of how long it takes.
std::chrono::microseconds check_end(server& familiar, notify_socket& manager) {
    familiar.signal(SIGTERM);
    const auto draining = next(manager);
    BOOST_TEST(value(draining, "STOPPING") == "1");
    const auto closing = next(manager);
    BOOST_TEST(value(closing, "STOPPING") == "1");
    BOOST_TEST(value(closing, "STATUS") == "Closing");
    BOOST_TEST(familiar.wait_for_end() == 0);
    return std::chrono::microseconds(std::stoll(value(draining, "EXTEND_TIMEOUT_USEC")));
}

char state_of(pid_t process) {
    const auto line = read_file("/proc/" + std::to_string(process) + "/stat");
    return line.at(line.rfind(')') + 2);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(service_manager, desk)

BOOST_AUTO_TEST_CASE(hears_of_start_reloads_and_end) {
    const auto familiar = watched_by(manager, {{"shutdown.drain_timeout", "2m"}, {"shutdown.stop_grace", "30s"}});
    familiar->start();
    const auto ready = next(manager);
    BOOST_TEST(value(ready, "READY") == "1");
    BOOST_TEST(value(ready, "STATUS") == "Serving on 127.0.0.1, port " + std::to_string(familiar->port()));
    BOOST_TEST(familiar->get("/readyz").status == 200u);

    check_reload(*familiar, manager, "with the configuration of 2");
    std::ofstream(familiar->file()) << "server: {port: many}\n";
    check_reload(*familiar, manager, "the new one is wrong");
    BOOST_TEST(familiar->get("/readyz").status == 200u);

    // drain_timeout + stop_grace + 15 s.
    const auto asked_for = check_end(*familiar, manager);
    BOOST_TEST((asked_for <= 165s && asked_for > 150s), asked_for.count());
}

BOOST_AUTO_TEST_CASE(may_have_an_abstract_name) {
    notify_socket abstract(notify_socket::kind::abstract);
    const auto familiar = watched_by(abstract);
    familiar->start();
    BOOST_TEST(value(next(abstract), "READY") == "1");
    check_end(*familiar, abstract);
}

BOOST_AUTO_TEST_CASE(hears_of_each_reload_in_order) {
    const auto familiar = watched_by(manager);
    familiar->start();
    next(manager);
    familiar->signal(SIGHUP);
    BOOST_TEST(value(next(manager), "RELOADING") == "1");
    // The first signal has been taken: this one is another, be the first reload done or not.
    familiar->signal(SIGHUP);
    BOOST_TEST(value(next(manager), "READY") == "1");
    BOOST_TEST(value(next(manager), "RELOADING") == "1");
    BOOST_TEST(value(next(manager), "READY") == "1");
}

BOOST_AUTO_TEST_CASE(is_asked_for_time_as_long_as_the_drain_goes_on) {
    const auto familiar =
        watched_by(manager, {{"shutdown.drain_timeout", "10m"}, {"agents.env.DEMO_WAIT_FOR", server::waits_for_go}});
    familiar->start();
    next(manager);
    const auto job = familiar->accepted(github("pull_request.opened", forge.open()));
    familiar->wait_until_waiting(job);
    familiar->signal(SIGTERM);
    auto before = next(manager);
    BOOST_TEST(value(before, "STOPPING") == "1");
    BOOST_TEST(value(before, "STATUS") == "Draining, agents running: 1");
    for (int i = 0; i < 2; ++i) {
        const auto renewed = next(manager);
        BOOST_TEST(!renewed.contains("STOPPING"));
        const auto left = std::stoll(value(renewed, "EXTEND_TIMEOUT_USEC"));
        BOOST_TEST(left < std::stoll(value(before, "EXTEND_TIMEOUT_USEC")));
        BOOST_TEST(left > 500'000'000);
        before = renewed;
    }
    familiar->signal(SIGTERM);
    auto stopping = next(manager);
    while (!stopping.contains("STOPPING")) stopping = next(manager);
    BOOST_TEST(value(stopping, "STATUS") == "Stopping, agents running: 1");
    BOOST_TEST(std::stoll(value(stopping, "EXTEND_TIMEOUT_USEC")) <= 16'000'000);
    BOOST_TEST(familiar->wait_for_end() == 0);
}

BOOST_AUTO_TEST_CASE(gets_signs_of_life_but_of_a_stopped_server) {
    constexpr auto interval = 400ms;
    const auto familiar = watched_by(manager);
    familiar->environment().emplace_back("WATCHDOG_USEC", "400000");
    familiar->start();
    for (int i = 0; i < 5; ++i)
        BOOST_TEST((manager.receive(10 * interval).value_or(message{}).size() > 0));  // READY among them

    familiar->signal(SIGSTOP);
    wait_for("the server is stopped", [&] { return state_of(familiar->process()) == 'T'; });
    while (manager.receive(0ms)) continue;
    BOOST_TEST(!manager.receive(4 * interval).has_value());
    familiar->signal(SIGCONT);
    BOOST_TEST(value(manager.receive(patience).value_or(message{}), "WATCHDOG") == "1");
    check_end(*familiar, manager);
}

BOOST_AUTO_TEST_CASE(that_watches_somebody_else_gets_no_signs_of_life_and_children_know_of_nothing) {
    const auto familiar = watched_by(manager);
    familiar->environment().emplace_back("WATCHDOG_USEC", "200000");
    familiar->environment().emplace_back("WATCHDOG_PID", "1");
    familiar->start();
    BOOST_TEST(value(manager.receive(patience).value_or(message{}), "READY") == "1");
    BOOST_TEST(!manager.receive(1s).has_value());

    // `docker events` runs as long as the server does.
    std::string environment;
    wait_for("the environment of a child can be read", [&] {
        for (const auto child : children_of(familiar->process()))
            if (name_of_process(child) == "docker") environment = read_of_process(child, "environ");
        return !environment.empty();
    });
    BOOST_TEST(environment.find("PATH=") != std::string::npos);
    for (const auto* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"})
        BOOST_TEST(environment.find(name) == std::string::npos, name);
}

BOOST_AUTO_TEST_SUITE_END()
