// What the server makes of well-formed requests, byte by byte.
#include "observe/log.hpp"
#include "running_server.hpp"
#include "support/http_client.hpp"
#include "support/raw_http.hpp"
#include "support/unit_test.hpp"

using namespace familiar;
using namespace std::chrono_literals;
using test::raw_connection;

namespace {

struct served : test::running_server {
    raw_connection client{port()};

    test::http_response ask(const std::string& text, bool head = false) {
        client.send(text);
        return client.read_response(head);
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(requests, served)

BOOST_AUTO_TEST_CASE(a_route_answers) {
    const auto answer = ask("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    BOOST_TEST(answer.status == 200);
    BOOST_TEST(answer.body == "hello");
    BOOST_TEST(answer.header("content-type") == "text/plain; charset=utf-8");
    BOOST_TEST(answer.header("date").ends_with(" GMT"));
}

BOOST_AUTO_TEST_CASE(one_request_with_the_simple_client) {
    const auto answer = test::http_request("127.0.0.1", port(), "POST", "/echo?a=b", {{"X-Name", "v"}}, "body");
    BOOST_TEST(answer.status == 200);
    BOOST_TEST(answer.body == "body");
    BOOST_TEST(answer.header("x-query") == "a=b");
    BOOST_TEST(answer.header("connection") == "close");
}

BOOST_AUTO_TEST_CASE(a_connection_takes_one_request_after_the_other) {
    for (int round = 0; round < 5; ++round) BOOST_TEST(ask("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n").body == "hello");
    BOOST_TEST(connections() == 1);
}

BOOST_AUTO_TEST_CASE(pipelined_requests_are_answered_in_their_order) {
    std::string all;
    for (int at = 0; at < 20; ++at)
        all += "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n" + std::to_string(10 + at);
    client.send(all);
    for (int at = 0; at < 20; ++at) BOOST_TEST(client.read_response().body == std::to_string(10 + at));
}

BOOST_AUTO_TEST_CASE(blank_lines_between_requests_are_looked_past) {
    BOOST_TEST(ask("\r\n\r\nPOST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na\r\n").body == "a");
    BOOST_TEST(ask("\r\nGET /hello HTTP/1.1\r\nHost: x\r\n\r\n").body == "hello");
}

BOOST_AUTO_TEST_CASE(a_request_that_comes_byte_by_byte_is_put_together) {
    for (const char byte : std::string("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nslow!"))
        client.send({&byte, 1});
    BOOST_TEST(client.read_response().body == "slow!");
}

BOOST_AUTO_TEST_CASE(connection_close_is_done_as_asked) {
    const auto answer = ask("GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    BOOST_TEST(answer.header("connection") == "close");
    BOOST_TEST(client.closed());
}

BOOST_AUTO_TEST_CASE(http_1_0_closes_unless_it_asks_otherwise) {
    BOOST_TEST(ask("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").header("connection") == "keep-alive");
    BOOST_TEST(ask("GET /hello HTTP/1.0\r\n\r\n").header("connection") == "close");
    BOOST_TEST(client.closed());
}

BOOST_AUTO_TEST_CASE(head_is_answered_from_get_without_a_body) {
    const auto answer = ask("HEAD /hello HTTP/1.1\r\nHost: x\r\n\r\n", true);
    BOOST_TEST(answer.status == 200);
    BOOST_TEST(answer.header("content-length") == "5");
    BOOST_TEST(ask("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n").body == "hello");
}

BOOST_AUTO_TEST_CASE(the_handler_sees_headers_query_address_and_id) {
    const auto answer = ask("GET /headers HTTP/1.1\r\nHost: x\r\nX-One: 1\r\nx-two:  2 \r\n\r\n");
    BOOST_TEST(answer.body == "127.0.0.1\nHost=x\nX-One=1\nx-two=2\n");
    BOOST_TEST(ask("GET /items/01abc?x=1 HTTP/1.1\r\nHost: x\r\n\r\n").body == "01abc");
    BOOST_TEST(ask("POST /echo?a=b&c HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n").header("x-query") == "a=b&c");
}

BOOST_AUTO_TEST_CASE(a_target_in_absolute_form_is_understood) {
    BOOST_TEST(ask("GET http://proxy.example/hello HTTP/1.1\r\nHost: x\r\n\r\n").body == "hello");
    BOOST_TEST(ask("GET http://proxy.example HTTP/1.1\r\nHost: x\r\n\r\n").status == 404);
}

BOOST_AUTO_TEST_CASE(an_unknown_path_is_404_and_the_connection_goes_on) {
    const auto answer = ask("GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n");
    BOOST_TEST(answer.status == 404);
    BOOST_TEST(answer.body == R"({"error":"not found"})");
    BOOST_TEST(ask("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n").status == 404);
    BOOST_TEST(ask("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n").status == 200);
}

BOOST_AUTO_TEST_CASE(a_method_that_the_path_does_not_know_is_405_with_those_it_knows) {
    const auto answer = ask("DELETE /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    BOOST_TEST(answer.status == 405);
    BOOST_TEST(answer.header("allow") == "GET, HEAD");
    BOOST_TEST(ask("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n").header("allow") == "POST");
}

BOOST_AUTO_TEST_CASE(a_refused_request_with_a_body_ends_the_connection_when_the_answer_is_read) {
    const auto answer =
        ask("POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n" + std::string(1000000, 'x'));
    BOOST_TEST(answer.status == 404);
    BOOST_TEST(answer.header("connection") == "close");
    BOOST_TEST(client.closed());
}

BOOST_AUTO_TEST_CASE(a_post_without_a_length_has_no_body) {
    BOOST_TEST(ask("POST /echo HTTP/1.1\r\nHost: x\r\n\r\n").status == 200);
    BOOST_TEST(ask("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n").status == 200);
}

BOOST_AUTO_TEST_CASE(a_post_without_a_length_where_json_is_wanted_is_411) {
    BOOST_TEST(ask("POST /json HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\r\n").status == 411);
}

BOOST_AUTO_TEST_CASE(a_route_for_json_takes_nothing_else) {
    const auto post = [&](const std::string& type) {
        return ask("POST /json HTTP/1.1\r\nHost: x\r\n" + type + "Content-Length: 2\r\n\r\n{}");
    };
    BOOST_TEST(post("Content-Type: application/json\r\n").status == 200);
    BOOST_TEST(post("content-type: Application/JSON ; charset=utf-8\r\n").body == "{}");
    const auto refused = post("Content-Type: application/x-www-form-urlencoded\r\n");
    BOOST_TEST(refused.status == 415);
    BOOST_TEST(refused.body.find("application/json") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_route_for_json_wants_to_be_told_the_type) {
    BOOST_TEST(ask("POST /json HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n").status == 415);
}

BOOST_AUTO_TEST_CASE(a_chunked_body_is_put_together_and_its_trailers_are_no_headers) {
    const auto answer =
        ask("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n"
            "5\r\nhello\r\n6;name=value\r\n world\r\n0\r\nX-Trailer: t\r\n\r\n");
    BOOST_TEST(answer.body == "hello world");
    BOOST_TEST(ask("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n").body == "hello");
}

BOOST_AUTO_TEST_CASE(an_empty_chunked_body_is_a_body) {
    const auto answer = ask("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    BOOST_TEST(answer.status == 200);
    BOOST_TEST(answer.body.empty());
}

BOOST_AUTO_TEST_CASE(a_large_body_arrives_as_it_was_sent) {
    std::string body;
    for (unsigned at = 0; body.size() < (5u << 20); ++at) body += std::to_string(at * 2654435761u) + ' ';
    BOOST_TEST((test::http_request("127.0.0.1", port(), "POST", "/echo", {}, body).body == body));

    std::string chunked = "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (std::size_t at = 0; at < body.size(); at += 100000) {
        const auto chunk = body.substr(at, 100000);
        char size[16];
        std::snprintf(size, sizeof size, "%zx\r\n", chunk.size());
        chunked += size + chunk + "\r\n";
    }
    BOOST_TEST((ask(chunked + "0\r\n\r\n").body == body));
}

BOOST_AUTO_TEST_CASE(a_client_that_asks_first_is_told_to_go_on) {
    BOOST_TEST(ask("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-Continue\r\n\r\n").status ==
               100);
    BOOST_TEST(ask("body").body == "body");
}

BOOST_AUTO_TEST_CASE(a_client_that_asks_first_is_refused_without_having_sent_its_body) {
    const auto answer =
        ask("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\nExpect: 100-continue\r\n\r\n");
    BOOST_TEST(answer.status == 413);
    BOOST_TEST(client.closed());
}

BOOST_AUTO_TEST_CASE(what_a_handler_throws_is_logged_and_not_told) {
    const observe::log_capture log;
    for (const auto* path : {"/throw", "/throw-now", "/abort"}) {
        const auto answer = ask("GET " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n\r\n");
        BOOST_TEST(answer.status == 500);
        BOOST_TEST(answer.body == R"({"error":"internal error"})");
    }
    BOOST_TEST(log.contains("route=/throw reason=\"the database password is hunter2\""));
    BOOST_TEST(ask("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n").status == 200);
}

BOOST_AUTO_TEST_CASE(the_observer_hears_of_every_answer_under_a_bounded_set_of_labels) {
    ask("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    ask("GET /items/1 HTTP/1.1\r\nHost: x\r\n\r\n");
    ask("GET /wp-login.php HTTP/1.1\r\nHost: x\r\n\r\n");
    ask("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
    ask("nonsense\r\n\r\n");
    const auto all = seen();
    BOOST_REQUIRE_EQUAL(all.size(), 5);
    const char* labels[] = {"/hello", "item", "none", "none", "none"};
    const unsigned statuses[] = {200, 200, 404, 405, 400};
    for (std::size_t at = 0; at < 5; ++at) {
        BOOST_TEST(all[at].route == labels[at]);
        BOOST_TEST(all[at].status == statuses[at]);
    }
}

BOOST_AUTO_TEST_CASE(a_hundred_connections_at_once) {
    std::vector<std::unique_ptr<raw_connection>> clients;
    for (int at = 0; at < 100; ++at) clients.push_back(std::make_unique<raw_connection>(port()));
    for (int round = 0; round < 3; ++round) {
        for (std::size_t at = 0; at < 100; ++at)
            clients[at]->send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n" + std::to_string(100 + at));
        for (std::size_t at = 0; at < 100; ++at)
            BOOST_TEST(clients[at]->read_response().body == std::to_string(100 + at));
    }
}

BOOST_AUTO_TEST_SUITE_END()
