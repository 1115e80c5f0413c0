// Who stays and who goes when all connections are taken.
#include "observe/log.hpp"
#include "running_server.hpp"
#include "support/raw_http.hpp"
#include "support/unit_test.hpp"

#include <algorithm>

using namespace familiar;
using namespace std::chrono_literals;
using test::raw_connection;

namespace {

const std::string get = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";

http::limits patient(std::size_t connections) {
    http::limits far;
    far.header_timeout = far.request_timeout = far.idle_timeout = 1h;
    far.max_connections = connections;
    return far;
}

/// Two places and an hour's patience.
struct two_places {
    explicit two_places(const http::limits& bounds = patient(2)) : server(bounds) {}

    const observe::log_capture log;
    test::running_server server;
    std::size_t connected = 0;

    /// One of the first two; returns when the server waits for its request.
    std::unique_ptr<raw_connection> connect() {
        auto made = std::make_unique<raw_connection>(server.port());
        ++connected;
        while (server.connections() < connected) std::this_thread::sleep_for(2ms);
        server.wait_for([] { return true; });
        return made;
    }

    /// It has sent a request's head and half of its body, and the server knows.
    std::unique_ptr<raw_connection> connect_and_promise() {
        auto made = connect();
        made->send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\nbo");
        BOOST_TEST(made->read_response().status == 100);
        return made;
    }

    static bool is_served(raw_connection& client) {
        client.send(get);
        return client.read_response().status == 200;
    }
    bool a_newcomer_is_served() {
        raw_connection newcomer(server.port());
        return is_served(newcomer);
    }
    void newcomers_are_told_to_come_back() {
        for (int round = 0; round < 3; ++round) {
            raw_connection newcomer(server.port());
            newcomer.send(get);
            const auto answer = newcomer.read_response();
            BOOST_TEST(answer.status == 503);
            BOOST_TEST(!answer.header("retry-after").empty());
            BOOST_TEST(newcomer.closed());
        }
    }
};

http::limits with_grace_of(std::chrono::milliseconds grace) {
    auto bounds = patient(2);
    bounds.newcomer_grace = grace;
    return bounds;
}

struct with_grace : two_places {
    with_grace() : two_places(with_grace_of(1h)) {}
};

struct without_grace : two_places {
    without_grace() : two_places(with_grace_of(0ms)) {}
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(giving_way, two_places)

BOOST_AUTO_TEST_CASE(the_oldest_of_those_that_say_nothing_goes) {
    const auto first = connect();
    const auto second = connect();
    raw_connection newcomer(server.port());
    BOOST_TEST(is_served(newcomer));
    BOOST_TEST(first->closed());
    BOOST_TEST(is_served(*second));
    BOOST_TEST(is_served(newcomer));
}

BOOST_AUTO_TEST_CASE(as_long_as_there_is_room_nobody_goes) {
    const auto first = connect();
    {
        const auto second = connect();
        BOOST_TEST(is_served(*second));
    }
    while (server.connections() > 1) std::this_thread::sleep_for(2ms);
    BOOST_TEST(a_newcomer_is_served());
    BOOST_TEST(is_served(*first));
}

BOOST_AUTO_TEST_CASE(a_header_that_comes_in_drops_makes_nobody_younger) {
    const auto first = connect();
    first->send("GET /hel");
    const auto second = connect();
    first->send("lo HTTP/1.1\r\n");
    raw_connection newcomer(server.port());
    BOOST_TEST(is_served(newcomer));
    BOOST_TEST(first->closed());
    BOOST_TEST(is_served(*second));
}

BOOST_AUTO_TEST_CASE(whoever_was_just_answered_waits_anew) {
    const auto first = connect();
    const auto second = connect();
    BOOST_TEST(is_served(*first));
    raw_connection newcomer(server.port());
    BOOST_TEST(is_served(newcomer));
    BOOST_TEST(second->closed());
    BOOST_TEST(is_served(*first));
}

BOOST_FIXTURE_TEST_CASE(whoever_sends_a_body_goes_after_those_that_have_had_time_for_a_header, without_grace) {
    const auto body = connect_and_promise();
    const auto silent = connect();
    raw_connection newcomer(server.port());
    BOOST_TEST(is_served(newcomer));
    BOOST_TEST(silent->closed());
    body->send("dy");
    BOOST_TEST(body->read_response().body == "body");
}

BOOST_FIXTURE_TEST_CASE(whoever_has_had_no_time_for_a_header_is_spared_while_there_are_older_bodies, with_grace) {
    const auto first = connect_and_promise();
    const auto second = connect_and_promise();
    raw_connection newcomer(server.port());
    BOOST_TEST(first->closed());
    BOOST_TEST(a_newcomer_is_served());
    BOOST_TEST(second->closed());
    BOOST_TEST(is_served(newcomer));
}

BOOST_FIXTURE_TEST_CASE(a_younger_body_spares_nobody, with_grace) {
    const auto silent = connect();
    const auto body = connect_and_promise();
    BOOST_TEST(a_newcomer_is_served());
    BOOST_TEST(silent->closed());
    body->send("dy");
    BOOST_TEST(body->read_response().body == "body");
}

BOOST_AUTO_TEST_CASE(the_oldest_of_those_that_send_a_body_goes_where_there_is_nobody_else) {
    const auto first = connect_and_promise();
    const auto second = connect_and_promise();
    BOOST_TEST(a_newcomer_is_served());
    BOOST_TEST(first->closed());
    second->send("dy");
    BOOST_TEST(second->read_response().body == "body");
}

BOOST_AUTO_TEST_CASE(whoever_is_being_answered_stays_and_newcomers_are_told_to_come_back) {
    const auto first = connect();
    const auto second = connect();
    for (auto* client : {first.get(), second.get()}) client->send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
    server.wait_for([&] { return server.state.running == 2; });
    newcomers_are_told_to_come_back();
    server.state.release = true;
    for (auto* client : {first.get(), second.get()}) BOOST_TEST(client->read_response().body == "released");
    BOOST_TEST(a_newcomer_is_served());
}

BOOST_AUTO_TEST_CASE(whoever_follows_a_stream_stays) {
    const auto first = connect();
    const auto second = connect();
    for (auto* client : {first.get(), second.get()}) {
        client->send("GET /stream/silent HTTP/1.1\r\nHost: x\r\n\r\n");
        client->read_until("begun");
    }
    newcomers_are_told_to_come_back();
    server.state.release = true;
    for (auto* client : {first.get(), second.get()}) client->read_until("0\r\n\r\n");
    BOOST_TEST(a_newcomer_is_served());
}

BOOST_AUTO_TEST_CASE(whoever_was_refused_and_does_not_leave_goes) {
    const auto first = connect();
    first->send("nonsense\r\n\r\n");
    BOOST_TEST(first->read_response().status == 400);
    const auto second = connect();
    second->send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
    server.wait_for([&] { return server.state.running == 1; });
    BOOST_TEST(a_newcomer_is_served());
    server.state.release = true;
    BOOST_TEST(second->read_response().status == 200);
}

BOOST_AUTO_TEST_CASE(it_is_told_once_and_not_of_every_one) {
    const auto first = connect();
    const auto second = connect();
    for (int round = 0; round < 20; ++round) {
        raw_connection newcomer(server.port());
        BOOST_TEST(is_served(newcomer));
        raw_connection silent(server.port());
        raw_connection other(server.port());
        BOOST_TEST(a_newcomer_is_served());
    }
    const auto lines = log.lines();
    BOOST_TEST(std::count_if(lines.begin(), lines.end(), [](const std::string& line) {
                   return line.find("give way to new ones") != std::string::npos;
               }) == 1);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(giving_way_to_many)

BOOST_AUTO_TEST_CASE(hundreds_that_say_nothing_keep_nobody_out) {
    test::running_server server(patient(50));
    std::vector<std::unique_ptr<raw_connection>> silent;
    for (int at = 0; at < 400; ++at) silent.push_back(std::make_unique<raw_connection>(server.port()));
    for (int round = 0; round < 100; ++round) {
        raw_connection client(server.port());
        client.send(get);
        BOOST_TEST(client.read_response().status == 200);
    }
    BOOST_TEST(server.connections() <= 50);
    const auto gone =
        std::count_if(silent.begin(), silent.begin() + 350, [](const auto& one) { return one->closed(); });
    BOOST_TEST(gone == 350);
}

BOOST_AUTO_TEST_CASE(a_body_that_gave_way_is_held_no_longer) {
    auto bounds = patient(2);
    bounds.max_body = bounds.max_buffered = 100000;
    test::running_server server(bounds);
    const std::string head = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 45000\r\n";
    std::vector<std::unique_ptr<raw_connection>> half;
    for (int at = 0; at < 10; ++at) {
        half.push_back(std::make_unique<raw_connection>(server.port()));
        half.back()->send(head + "Expect: 100-continue\r\n\r\n" + std::string(44000, 'x'));
        BOOST_TEST(half.back()->read_response().status == 100);
    }
    for (int round = 0; round < 3; ++round) {
        raw_connection whole(server.port());
        whole.send(head + "\r\n" + std::string(45000, 'y'));
        BOOST_TEST(whole.read_response().status == 200);
    }
}

BOOST_AUTO_TEST_SUITE_END()
