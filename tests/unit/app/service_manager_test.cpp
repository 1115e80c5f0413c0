#include "app/service_manager.hpp"

#include "async/race.hpp"
#include "async/sleep.hpp"
#include "observe/log.hpp"
#include "support/notify_socket.hpp"
#include "support/run_coroutine.hpp"
#include "support/unit_test.hpp"

#include <string>
#include <unistd.h>

using namespace familiar;
using namespace familiar::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

constexpr auto bound = 10s;
constexpr auto none_there = 0ms;

/// What is received of a watchdog that is fed for a while.
std::size_t count_of_signs(const config::environment& more, notify_socket& socket) {
    config::environment variables{{"NOTIFY_SOCKET", socket.address()}};
    variables.insert(more.begin(), more.end());
    app::service_manager manager(variables);
    run_coroutine([](app::service_manager& fed) -> asio::awaitable<void> {
        co_await async::race(fed.keep_alive(), async::sleep_for(100ms));
    }(manager));
    std::size_t count = 0;
    while (const auto message = socket.receive(none_there)) count += message->at("WATCHDOG") == "1" ? 1 : 0;
    return count;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(service_manager)

BOOST_AUTO_TEST_CASE(is_told_at_a_path_and_at_an_abstract_name) {
    for (const auto kind : {notify_socket::kind::path, notify_socket::kind::abstract}) {
        notify_socket socket(kind);
        app::service_manager manager({{"NOTIFY_SOCKET", socket.address()}});
        manager.ready("Serving");
        BOOST_TEST((socket.receive(bound) == notify_socket::message{{"READY", "1"}, {"STATUS", "Serving"}}));
    }
}

BOOST_AUTO_TEST_CASE(is_told_when_a_reload_began_by_its_own_clock) {
    notify_socket socket;
    app::service_manager manager({{"NOTIFY_SOCKET", socket.address()}});
    timespec before{};
    ::clock_gettime(CLOCK_MONOTONIC, &before);
    manager.reloading();
    const auto message = socket.receive(bound);
    BOOST_TEST_REQUIRE(message.has_value());
    BOOST_TEST(message->at("RELOADING") == "1");
    const auto began = std::stoll(message->at("MONOTONIC_USEC"));
    const auto earliest = std::int64_t{before.tv_sec} * 1'000'000 + before.tv_nsec / 1'000;
    BOOST_TEST(began >= earliest);
    BOOST_TEST(began < earliest + 60'000'000);
}

BOOST_AUTO_TEST_CASE(is_asked_for_the_time_that_the_end_takes) {
    notify_socket socket;
    app::service_manager manager({{"NOTIFY_SOCKET", socket.address()}});
    manager.stopping("Draining", 2min);
    const auto message = socket.receive(bound);
    BOOST_TEST_REQUIRE(message.has_value());
    BOOST_TEST(message->at("STOPPING") == "1");
    BOOST_TEST(message->at("STATUS") == "Draining");
    BOOST_TEST(std::stoll(message->at("EXTEND_TIMEOUT_USEC")) <= 120'000'000);
    BOOST_TEST(std::stoll(message->at("EXTEND_TIMEOUT_USEC")) > 60'000'000);
}

BOOST_AUTO_TEST_CASE(is_not_asked_for_more_once_that_time_has_passed) {
    notify_socket socket;
    app::service_manager manager({{"NOTIFY_SOCKET", socket.address()}});
    manager.stopping("Closing", 0ms);
    run_coroutine(manager.keep_asking_for_time());
    BOOST_TEST(socket.receive(none_there).has_value());
    BOOST_TEST(!socket.receive(none_there).has_value());
}

BOOST_AUTO_TEST_CASE(gets_signs_of_life_if_it_watches_this_process) {
    notify_socket socket;
    const auto own = std::to_string(::getpid());
    BOOST_TEST(count_of_signs({{"WATCHDOG_USEC", "20000"}}, socket) >= 2u);
    BOOST_TEST(count_of_signs({{"WATCHDOG_USEC", "20000"}, {"WATCHDOG_PID", own}}, socket) >= 2u);
    BOOST_TEST(count_of_signs({{"WATCHDOG_USEC", "18446744073709551615"}}, socket) == 1u);
    BOOST_TEST(count_of_signs({{"WATCHDOG_USEC", "1"}}, socket) <= 20u);
    BOOST_TEST(count_of_signs({{"WATCHDOG_USEC", "20000"}, {"WATCHDOG_PID", "1"}}, socket) == 0u);
    for (const auto* wrong : {"", "0", "-1", "20000x", "soon", "99999999999999999999"})
        BOOST_TEST(count_of_signs({{"WATCHDOG_USEC", wrong}}, socket) == 0u, wrong);
    BOOST_TEST(count_of_signs({}, socket) == 0u);
}

BOOST_AUTO_TEST_CASE(that_cannot_be_reached_is_logged_once) {
    const auto too_long = "/" + std::string(200, 'x');
    for (const std::string& address : {std::string("/nowhere/notify"), std::string("@familiar-nobody"),
                                       std::string("relative"), std::string("vsock:2:9"), std::string("/"), too_long}) {
        const observe::log_capture log;
        app::service_manager manager({{"NOTIFY_SOCKET", address}});
        manager.ready("Serving");
        manager.stopping("Closing", 0ms);
        BOOST_TEST(log.lines().size() == 1u);
        BOOST_TEST(log.contains("the service manager is not told"));
    }
}

BOOST_AUTO_TEST_CASE(that_does_not_read_holds_up_nothing_for_long) {
    const observe::log_capture log;
    notify_socket socket;
    app::service_manager manager({{"NOTIFY_SOCKET", socket.address()}});
    const auto began = std::chrono::steady_clock::now();
    for (int i = 0; i < 100'000 && log.lines().empty(); ++i) manager.ready("Serving");
    BOOST_TEST(log.contains("the service manager is not told"));
    BOOST_TEST((std::chrono::steady_clock::now() - began < 30s));
}

BOOST_AUTO_TEST_CASE(that_does_not_exist_is_not_missed) {
    const observe::log_capture log;
    app::service_manager manager({});
    manager.ready("Serving");
    manager.reloading();
    manager.stopping("Closing", 1h);
    run_coroutine(manager.keep_alive());
    run_coroutine(manager.keep_asking_for_time());
    BOOST_TEST(log.lines().empty());
}

BOOST_AUTO_TEST_SUITE_END()
