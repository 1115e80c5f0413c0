// Answers that are written piece by piece, as they are on the wire, and how they end.
#include "observe/log.hpp"
#include "running_server.hpp"
#include "support/raw_http.hpp"
#include "support/unit_test.hpp"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

using namespace familiar;
using namespace std::chrono_literals;
using test::raw_connection;

namespace {

const std::string hello = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";
const std::string counted = "3\r\none\r\n3\r\ntwo\r\n5\r\nthree\r\n0\r\n\r\n";

std::string get(const std::string& what) {
    return "GET /stream/" + what + " HTTP/1.1\r\nHost: x\r\n\r\n";
}

http::limits patient() {
    http::limits far;
    far.header_timeout = far.request_timeout = far.idle_timeout = 1h;
    return far;
}

/// A request's time is short, so that every test shows that it does not end a stream.
http::limits short_requests() {
    auto bounds = patient();
    bounds.request_timeout = 50ms;
    return bounds;
}

struct streaming {
    observe::log_capture log;
    test::running_server server{short_requests()};

    void wait_until_streaming(int count = 1) {
        server.wait_for([this, count] { return server.state.streaming == count; });
    }
    void wait_until_all_ended() {
        server.wait_for([this] { return server.state.streaming == 0 && server.state.ended > 0; });
    }
    /// What the client has sent is in the server's hands once its kernel has acknowledged it and the loop has turned a
    /// few times since.
    void wait_until_read(const raw_connection& from) {
        int on_the_way = 0;
        do {
            BOOST_REQUIRE(ioctl(from.descriptor(), SIOCOUTQ, &on_the_way) == 0);
        } while (on_the_way > 0);
        for (int turn = 0; turn < 4; ++turn) server.wait_for([] { return true; });
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(streamed_answers, streaming)

BOOST_AUTO_TEST_CASE(pieces_are_chunks_and_the_last_one_ends_the_body) {
    raw_connection client(server.port());
    client.send(get("count"));
    const auto head = client.read_response();
    BOOST_TEST(head.status == 200);
    BOOST_TEST(head.header("transfer-encoding") == "chunked");
    BOOST_TEST(head.header("content-length").empty());
    BOOST_TEST(head.header("content-type") == "text/plain");
    BOOST_TEST(head.header("connection").empty());
    BOOST_TEST(client.read_until("0\r\n\r\n") == counted);
}

BOOST_AUTO_TEST_CASE(the_connection_takes_further_requests_afterwards) {
    raw_connection client(server.port());
    for (int round = 0; round < 3; ++round) {
        client.send(get("count"));
        client.read_response();
        BOOST_TEST(client.read_until("0\r\n\r\n") == counted);
        client.send(hello);
        BOOST_TEST(client.read_response().body == "hello");
    }
    BOOST_TEST(server.connections() == 1);
}

BOOST_AUTO_TEST_CASE(requests_that_were_pipelined_behind_it_are_answered) {
    raw_connection client(server.port());
    client.send(get("count") + "POST /stream/count HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx" + hello);
    for (int round = 0; round < 2; ++round) {
        BOOST_TEST(client.read_response().status == 200);
        BOOST_TEST(client.read_until("0\r\n\r\n") == counted);
    }
    BOOST_TEST(client.read_response().body == "hello");
}

BOOST_AUTO_TEST_CASE(a_client_that_wants_the_connection_closed_gets_the_whole_body_first) {
    raw_connection client(server.port());
    client.send("GET /stream/count HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    BOOST_TEST(client.read_response().header("connection") == "close");
    BOOST_TEST(client.read_to_end() == counted);
}

BOOST_AUTO_TEST_CASE(a_body_without_a_piece_is_the_last_chunk_alone) {
    raw_connection client(server.port());
    client.send(get("empty") + hello);
    BOOST_TEST(client.read_response().status == 200);
    BOOST_TEST(client.read_until("\r\n\r\n") == "0\r\n\r\n");
    BOOST_TEST(client.read_response().body == "hello");
}

BOOST_AUTO_TEST_CASE(for_http_1_0_there_are_no_chunks_and_the_connection_ends_the_body) {
    raw_connection client(server.port());
    client.send("GET /stream/count HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    const auto head = client.read_response();
    BOOST_TEST(head.status == 200);
    BOOST_TEST(head.header("connection") == "close");
    BOOST_TEST(head.header("transfer-encoding").empty());
    BOOST_TEST(head.header("content-length").empty());
    BOOST_TEST(client.read_to_end() == "onetwothree");
}

BOOST_AUTO_TEST_CASE(head_is_answered_with_the_head_and_nothing_is_streamed) {
    raw_connection client(server.port());
    client.send("HEAD /stream/flood HTTP/1.1\r\nHost: x\r\n\r\n" + hello);
    const auto head = client.read_response(true);
    BOOST_TEST(head.status == 200);
    BOOST_TEST(head.header("transfer-encoding") == "chunked");
    BOOST_TEST(client.read_response().body == "hello");
    BOOST_TEST(server.state.ended == 0);
}

BOOST_AUTO_TEST_CASE(the_head_comes_before_the_first_piece_and_is_what_the_observer_hears_of) {
    raw_connection client(server.port());
    client.send(get("silent-from-the-start"));
    BOOST_TEST(client.read_response().status == 200);
    wait_until_streaming();
    BOOST_REQUIRE_EQUAL(server.seen().size(), 1);
    BOOST_TEST(server.seen()[0].route == "/stream/silent-from-the-start");
    BOOST_TEST(server.seen()[0].status == 200);
    server.state.release = true;
    BOOST_TEST(client.read_until("\r\n\r\n") == "0\r\n\r\n");
    BOOST_TEST(server.seen().size() == 1);
}

BOOST_AUTO_TEST_CASE(each_piece_is_sent_as_it_is_written_and_the_time_of_a_request_does_not_end_it) {
    raw_connection client(server.port());
    client.send(get("silent"));
    client.read_response();
    BOOST_TEST(client.read_until("begun\r\n") == "5\r\nbegun\r\n");
    std::this_thread::sleep_for(200ms);
    BOOST_TEST(server.state.streaming == 1);
    server.state.release = true;
    BOOST_TEST(client.read_until("\r\n\r\n") == "0\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(draining_does_not_end_it) {
    raw_connection client(server.port());
    client.send(get("silent"));
    client.read_response();
    wait_until_streaming();
    server.set_draining();
    server.wait_for([] { return true; });
    BOOST_TEST(server.state.streaming == 1);
    server.state.release = true;
    BOOST_TEST(client.read_until("0\r\n\r\n") == "5\r\nbegun\r\n0\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(one_that_throws_is_logged_and_left_without_its_end) {
    raw_connection client(server.port());
    client.send(get("throw"));
    BOOST_TEST(client.read_response().status == 200);
    BOOST_TEST(client.read_to_end() == "5\r\nbegun\r\n");
    BOOST_TEST(log.contains("msg=\"a request failed\" route=/stream/throw reason="));

    raw_connection other(server.port());
    other.send(get("throw-now"));
    BOOST_TEST(other.read_response().status == 200);
    BOOST_TEST(other.closed());
    BOOST_TEST(log.contains("route=/stream/throw-now reason=\"at once\""));
}

BOOST_AUTO_TEST_CASE(it_counts_as_a_connection) {
    auto bounds = patient();
    bounds.max_connections = 1;
    test::running_server narrow(bounds);
    raw_connection client(narrow.port());
    client.send(get("silent"));
    client.read_response();
    raw_connection second(narrow.port());
    second.send(hello);
    BOOST_TEST(second.read_response().status == 503);
    narrow.state.release = true;
    BOOST_TEST(client.read_until("0\r\n\r\n").ends_with("0\r\n\r\n"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(clients_of_streams, streaming)

BOOST_AUTO_TEST_CASE(one_that_goes_away_ends_it_though_nothing_is_written) {
    {
        raw_connection client(server.port());
        client.send(get("silent"));
        client.read_response();
        wait_until_streaming();
    }
    wait_until_all_ended();
    while (server.connections() > 0) std::this_thread::sleep_for(2ms);
    BOOST_TEST(log.lines().empty());
}

BOOST_AUTO_TEST_CASE(one_that_resets_the_connection_ends_it) {
    {
        raw_connection client(server.port());
        client.send(get("silent"));
        client.read_response();
        wait_until_streaming();
        const linger at_once{.l_onoff = 1, .l_linger = 0};
        setsockopt(client.descriptor(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    wait_until_all_ended();
    BOOST_TEST(log.lines().empty());
}

BOOST_AUTO_TEST_CASE(one_that_goes_away_while_it_is_written_ends_it) {
    {
        raw_connection client(server.port());
        client.send(get("flood"));
        client.read_until(std::string(100000, 'x'));
    }
    wait_until_all_ended();
    BOOST_TEST(log.lines().empty());
}

BOOST_AUTO_TEST_CASE(a_hundred_that_go_away_leave_nothing_behind) {
    std::vector<std::unique_ptr<raw_connection>> clients;
    for (int at = 0; at < 100; ++at) {
        clients.push_back(std::make_unique<raw_connection>(server.port()));
        clients.back()->send(get(at % 2 == 0 ? "silent" : "flood"));
        clients.back()->read_response();
    }
    wait_until_streaming(100);
    clients.clear();
    server.wait_for([this] { return server.state.ended == 100; });
    while (server.connections() > 0) std::this_thread::sleep_for(2ms);
}

BOOST_AUTO_TEST_CASE(what_one_sends_while_it_is_answered_is_forgotten_and_the_connection_ends_with_the_answer) {
    raw_connection client(server.port());
    client.send(get("silent"));
    client.read_response();
    wait_until_streaming();
    client.send(hello);
    wait_until_read(client);
    server.state.release = true;
    BOOST_TEST(client.read_to_end() == "5\r\nbegun\r\n0\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(one_that_has_spoken_is_still_seen_to_go_away) {
    {
        raw_connection client(server.port());
        client.send(get("silent"));
        client.read_response();
        wait_until_streaming();
        client.send(hello + hello);
    }
    wait_until_all_ended();
}

BOOST_AUTO_TEST_CASE(one_that_never_stops_sending_is_cut) {
    raw_connection client(server.port());
    client.send(get("silent"));
    client.read_response();
    wait_until_streaming();
    BOOST_CHECK_THROW(for (int round = 0; round < 10000; ++round) client.send(std::string(1000, 'x')),
                      std::system_error);
    wait_until_all_ended();
}

BOOST_AUTO_TEST_CASE(one_that_does_not_read_is_cut) {
    auto bounds = patient();
    bounds.idle_timeout = 50ms;
    for (const auto* what : {"flood", "deaf"}) {
        test::running_server impatient(bounds);
        raw_connection client(impatient.port());
        client.send(get(what));
        impatient.wait_for([&] { return impatient.state.ended == 1; });
        while (impatient.connections() > 0) std::this_thread::sleep_for(2ms);
        BOOST_TEST(!client.read_to_end().ends_with("0\r\n\r\n"));
    }
}

BOOST_AUTO_TEST_CASE(one_that_is_told_nothing_for_long_is_not_cut) {
    auto bounds = patient();
    bounds.idle_timeout = bounds.header_timeout = bounds.request_timeout = 20ms;
    test::running_server impatient(bounds);
    raw_connection client(impatient.port());
    client.send(get("silent"));
    client.read_response();
    client.read_until("begun\r\n");
    std::this_thread::sleep_for(200ms);
    BOOST_TEST(impatient.state.streaming == 1);
    impatient.state.release = true;
    BOOST_TEST(client.read_until("\r\n\r\n") == "0\r\n\r\n");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(closing_a_server_that_streams, streaming)

BOOST_AUTO_TEST_CASE(streams_without_an_end_are_ended_at_once_and_are_not_whole) {
    raw_connection silent(server.port());
    raw_connection flood(server.port());
    silent.send(get("silent"));
    flood.send(get("flood"));
    silent.read_response();
    flood.read_response();
    wait_until_streaming(2);
    const auto before = std::chrono::steady_clock::now();
    server.close(1h);
    BOOST_TEST((std::chrono::steady_clock::now() - before < 20s));
    BOOST_TEST(server.state.ended == 2);
    BOOST_TEST(silent.read_to_end() == "5\r\nbegun\r\n");
    BOOST_TEST(!flood.read_to_end().ends_with("0\r\n\r\n"));
    BOOST_TEST(!log.contains("in the middle of a request"));
}

BOOST_AUTO_TEST_CASE(no_stream_begins_any_more) {
    auto bounds = patient();
    test::running_server closing(bounds);
    raw_connection client(closing.port());
    client.send("POST /stream/count HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n");
    BOOST_TEST(client.read_response().status == 100);
    auto closed = closing.start_closing(1h);
    BOOST_TEST((closed.wait_for(20ms) == std::future_status::timeout));
    client.send("x");
    const auto answer = client.read_response();
    BOOST_TEST(answer.status == 503);
    BOOST_TEST(answer.header("connection") == "close");
    BOOST_TEST(client.closed());
    closed.get();
    BOOST_TEST(closing.state.ended == 0);
}

BOOST_AUTO_TEST_SUITE_END()
