// The last phase of a drain.
#include "observe/log.hpp"
#include "running_server.hpp"
#include "support/raw_http.hpp"
#include "support/unit_test.hpp"

#include <system_error>

using namespace familiar;
using namespace std::chrono_literals;
using test::raw_connection;

namespace {

const std::string get = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";
const std::string get_slow = "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n";

http::limits patient() {
    http::limits far;
    far.header_timeout = far.request_timeout = far.idle_timeout = 1h;
    return far;
}

struct closing {
    test::running_server server{patient()};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(closing_a_server, closing)

BOOST_AUTO_TEST_CASE(with_nothing_open_it_is_closed_at_once) {
    server.close(1h);
}

BOOST_AUTO_TEST_CASE(connections_that_wait_for_a_request_are_ended_at_once) {
    std::vector<std::unique_ptr<raw_connection>> clients;
    for (int at = 0; at < 20; ++at) {
        clients.push_back(std::make_unique<raw_connection>(server.port()));
        if (at % 2 == 0) continue;
        clients.back()->send(get);
        BOOST_TEST(clients.back()->read_response().status == 200);
    }
    server.wait_for([&] { return true; });
    server.close(1h);
    for (const auto& client : clients) BOOST_TEST(client->closed());
}

BOOST_AUTO_TEST_CASE(a_request_in_flight_is_answered_and_ends_its_connection) {
    raw_connection client(server.port());
    client.send(get_slow);
    server.wait_for([&] { return server.state.running == 1; });
    auto closed = server.start_closing(1h);
    BOOST_TEST((closed.wait_for(20ms) == std::future_status::timeout));
    server.state.release = true;
    const auto answer = client.read_response();
    BOOST_TEST(answer.body == "released");
    BOOST_TEST(answer.header("connection") == "close");
    closed.get();
    BOOST_TEST(client.closed());
}

BOOST_AUTO_TEST_CASE(a_request_half_sent_may_still_be_finished) {
    raw_connection client(server.port());
    client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\nbo");
    BOOST_TEST(client.read_response().status == 100);
    auto closed = server.start_closing(1h);
    BOOST_TEST((closed.wait_for(20ms) == std::future_status::timeout));
    client.send("dy");
    BOOST_TEST(client.read_response().body == "body");
    closed.get();
}

BOOST_AUTO_TEST_CASE(past_the_bound_what_is_left_is_cancelled) {
    const observe::log_capture log;
    raw_connection slow(server.port());
    raw_connection half(server.port());
    slow.send(get_slow);
    half.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\nbo");
    BOOST_TEST(half.read_response().status == 100);
    server.wait_for([&] { return server.state.running == 1; });
    server.close(20ms);
    BOOST_TEST(server.state.cancelled == 1);
    BOOST_TEST(server.state.running == 0);
    BOOST_TEST(slow.closed());
    BOOST_TEST(half.closed());
    BOOST_TEST(log.contains("connections are ended in the middle of a request"));
}

BOOST_AUTO_TEST_CASE(a_client_that_only_lingers_does_not_delay_it) {
    raw_connection client(server.port());
    client.send("POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n");
    BOOST_TEST(client.read_response().status == 404);
    server.wait_for([&] { return true; });
    const auto before = std::chrono::steady_clock::now();
    server.close(1h);
    BOOST_TEST((std::chrono::steady_clock::now() - before < 20s));
}

BOOST_AUTO_TEST_CASE(nobody_can_connect_afterwards) {
    server.close(1s);
    BOOST_CHECK_THROW(raw_connection(server.port()), std::system_error);
}

BOOST_AUTO_TEST_CASE(it_can_be_closed_twice) {
    server.close(1s);
    server.close(1s);
}

BOOST_AUTO_TEST_CASE(while_draining_every_answer_ends_its_connection_and_new_ones_are_served) {
    raw_connection client(server.port());
    client.send(get);
    BOOST_TEST(client.read_response().header("connection").empty());
    server.set_draining();
    client.send(get);
    BOOST_TEST(client.read_response().header("connection") == "close");
    BOOST_TEST(client.closed());
    raw_connection late(server.port());
    late.send(get);
    BOOST_TEST(late.read_response().status == 200);
}

BOOST_AUTO_TEST_CASE(a_request_that_is_already_there_is_answered_even_if_its_connection_was_never_accepted) {
    // The loop is busy while clients connect and send; then it closes before it has accepted any of them.
    std::promise<void> busy;
    std::promise<void> go_on;
    std::thread blocker([&] {
        server.wait_for([&] {
            busy.set_value();
            go_on.get_future().wait();
            return true;
        });
    });
    busy.get_future().wait();
    auto closed = server.start_closing(1h);
    std::vector<std::unique_ptr<raw_connection>> clients;
    for (int at = 0; at < 10; ++at) {
        clients.push_back(std::make_unique<raw_connection>(server.port()));
        clients.back()->send(get);
    }
    go_on.set_value();
    for (const auto& client : clients) {
        const auto answer = client->read_response();
        BOOST_TEST(answer.status == 200);
        BOOST_TEST(answer.header("connection") == "close");
    }
    closed.get();
    blocker.join();
}

BOOST_AUTO_TEST_CASE(under_load_every_request_is_answered_or_its_connection_is_closed_without_a_byte) {
    std::atomic<int> answered = 0;
    std::atomic<int> broken = 0;
    std::vector<std::thread> clients;
    for (int at = 0; at < 8; ++at)
        clients.emplace_back([&] {
            try {
                raw_connection client(server.port());
                for (;;) {
                    client.send(get);
                    if (client.read_response().body == "hello") ++answered;
                }
            } catch (const std::runtime_error& failure) {
                if (std::string_view(failure.what()) != "closed before a whole response: \"\"" &&
                    !dynamic_cast<const std::system_error*>(&failure))
                    ++broken;
            }
        });
    while (answered < 200) std::this_thread::sleep_for(1ms);
    server.close(10s);
    for (auto& client : clients) client.join();
    BOOST_TEST(broken == 0);
}

BOOST_AUTO_TEST_SUITE_END()
