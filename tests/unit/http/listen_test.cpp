#include "async/task_group.hpp"
#include "http/server.hpp"
#include "support/http_client.hpp"
#include "support/run_coroutine.hpp"
#include "support/unit_test.hpp"

#include <boost/asio/io_context.hpp>

#include <thread>

using namespace familiar;
using namespace std::chrono_literals;

namespace {

boost::asio::awaitable<http::response> hello(http::request) {
    co_return http::text(200, "hello");
}

http::router routes() {
    http::router table;
    table.add("GET", "/hello", hello);
    return table;
}

struct listening {
    boost::asio::io_context context{1};
    http::server server{context.get_executor(), routes(), {}};
};

bool says(const core::error& failure, const std::string& text) {
    BOOST_TEST_INFO(failure.message);
    return failure.message.find(text) != std::string::npos;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(listening_, listening)

BOOST_AUTO_TEST_CASE(any_port_is_a_real_one) {
    BOOST_TEST(server.listen("127.0.0.1", 0).value() != 0);
}

BOOST_AUTO_TEST_CASE(a_port_that_is_taken_is_named_with_what_to_do) {
    const auto port = server.listen("127.0.0.1", 0).value();
    http::server second(context.get_executor(), routes(), {});
    const auto failure = second.listen("127.0.0.1", port).error();
    BOOST_TEST((failure.code == core::errc::conflict));
    BOOST_TEST(says(failure, "127.0.0.1:" + std::to_string(port)));
    BOOST_TEST(says(failure, "choose another port"));
}

BOOST_AUTO_TEST_CASE(a_host_that_is_none_is_named) {
    const auto failure = server.listen("no such host", 0).error();
    BOOST_TEST((failure.code == core::errc::invalid));
    BOOST_TEST(says(failure, "\"no such host\""));
    BOOST_TEST(says(failure, "0.0.0.0"));
}

BOOST_AUTO_TEST_CASE(an_address_of_another_machine_is_named) {
    const auto failure = server.listen("192.0.2.1", 0).error();
    BOOST_TEST((failure.code == core::errc::invalid));
    BOOST_TEST(says(failure, "192.0.2.1:0"));
    BOOST_TEST(says(failure, "no interface of this machine"));
}

BOOST_AUTO_TEST_CASE(after_a_failure_another_try_can_succeed) {
    BOOST_TEST(server.listen("192.0.2.1", 0).has_error());
    BOOST_TEST(server.listen("127.0.0.1", 0).has_value());
}

BOOST_AUTO_TEST_CASE(a_server_that_never_ran_is_closed_and_its_port_is_free) {
    const auto port = server.listen("127.0.0.1", 0).value();
    test::run_coroutine(context, server.close(1s));
    http::server second(context.get_executor(), routes(), {});
    BOOST_TEST(second.listen("127.0.0.1", port).value() == port);
}

BOOST_AUTO_TEST_CASE(names_and_ipv6_are_served_and_a_port_is_free_again_right_after) {
    std::uint16_t port = 0;
    for (const std::string host : {"localhost", "::1", "::", "0.0.0.0"}) {
        boost::asio::io_context loop{1};
        http::server one(loop.get_executor(), routes(), {});
        async::task_group tasks(loop.get_executor(), [](std::exception_ptr) { BOOST_ERROR("run() threw"); });
        const auto listening = one.listen(host, port);
        BOOST_REQUIRE_MESSAGE(listening.has_value(), (listening ? "" : listening.error().message));
        port = *listening;
        tasks.spawn(one.run());
        std::thread thread([&] { loop.run(); });
        const auto ask = [&](const std::string& from) { return test::http_request(from, port, "GET", "/hello").body; };
        if (host == "::1" || host == "::") BOOST_TEST(ask("::1") == "hello");
        if (host == "::" || host == "0.0.0.0") BOOST_TEST(ask("127.0.0.1") == "hello");
        if (host == "localhost") BOOST_TEST(ask("localhost") == "hello");
        boost::asio::co_spawn(loop, one.close(5s), [](std::exception_ptr thrown) { BOOST_TEST(!thrown); });
        thread.join();
        BOOST_TEST(one.connections() == 0);
    }
}

BOOST_AUTO_TEST_CASE(a_cancelled_run_leaves_the_connections_to_close) {
    const auto port = server.listen("127.0.0.1", 0).value();
    async::task_group tasks(context.get_executor(), [](std::exception_ptr) { BOOST_ERROR("run() threw"); });
    tasks.spawn(server.run());
    context.poll();
    test::raw_connection client(port);
    while (server.connections() == 0) context.run_one();
    boost::asio::post(context, [&] { tasks.cancel(); });
    while (!tasks.empty()) context.run_one();
    BOOST_TEST(server.connections() == 1);
    test::run_coroutine(context, server.close(1s));
    BOOST_TEST(server.connections() == 0);
    BOOST_TEST(client.closed());
}

BOOST_AUTO_TEST_SUITE_END()
