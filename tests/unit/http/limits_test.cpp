// What a client can make the server wait for and hold.
#include "observe/log.hpp"
#include "running_server.hpp"
#include "support/raw_http.hpp"
#include "support/unit_test.hpp"

#include <fcntl.h>
#include <sys/resource.h>

using namespace familiar;
using namespace std::chrono_literals;
using http::limits;
using test::raw_connection;
using test::running_server;

namespace {

/// Every limit far away but for those that a test sets.
limits patient() {
    limits far;
    far.header_timeout = far.request_timeout = far.idle_timeout = 1h;
    return far;
}

const std::string get = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";

std::string post(std::size_t length, const std::string& body = {}) {
    return "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n" + body;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(size_limits)

BOOST_AUTO_TEST_CASE(a_header_up_to_its_bound_is_read_and_a_larger_one_is_431) {
    auto bounds = patient();
    bounds.max_header = 1000;
    running_server server(bounds);
    const auto ask = [&](std::size_t filling) {
        raw_connection client(server.port());
        client.send("GET /hello HTTP/1.1\r\nHost: x\r\nX-Filling: " + std::string(filling, 'x') + "\r\n\r\n");
        return client.read_response();
    };
    BOOST_TEST(ask(900).status == 200);
    BOOST_TEST(ask(1000).status == 431);
    BOOST_TEST(ask(200000).status == 431);
}

BOOST_AUTO_TEST_CASE(a_request_line_without_an_end_is_431) {
    running_server server(patient());
    raw_connection client(server.port());
    client.send("GET /" + std::string(100000, 'x'));
    BOOST_TEST(client.read_response().status == 431);
    BOOST_TEST(client.closed());
}

BOOST_AUTO_TEST_CASE(a_body_up_to_its_bound_is_read_and_a_larger_one_is_413_before_it_is_sent) {
    auto bounds = patient();
    bounds.max_body = 100000;
    running_server server(bounds);
    raw_connection client(server.port());
    client.send(post(100000, std::string(100000, 'x')));
    BOOST_TEST(client.read_response().body.size() == 100000);
    client.send(post(100001));
    const auto answer = client.read_response();
    BOOST_TEST(answer.status == 413);
    BOOST_TEST(answer.header("connection") == "close");
    BOOST_TEST(client.closed());
}

BOOST_AUTO_TEST_CASE(a_chunked_body_is_413_where_it_passes_the_bound) {
    auto bounds = patient();
    bounds.max_body = 100000;
    running_server server(bounds);
    raw_connection client(server.port());
    client.send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    const auto chunk = "2710\r\n" + std::string(10000, 'x') + "\r\n";
    for (int at = 0; at < 11; ++at) client.send(chunk);
    BOOST_TEST(client.read_response().status == 413);
    BOOST_TEST(client.closed());
}

BOOST_AUTO_TEST_CASE(a_chunk_larger_than_any_bound_is_413_before_it_is_sent) {
    running_server server(patient());
    raw_connection client(server.port());
    client.send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n");
    BOOST_TEST(client.read_response().status == 413);
    BOOST_TEST(client.closed());
}

BOOST_AUTO_TEST_CASE(a_chunk_extension_without_an_end_is_refused) {
    running_server server(patient());
    raw_connection client(server.port());
    client.send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5;" + std::string(300000, 'x'));
    BOOST_TEST(client.read_response().status == 431);
}

BOOST_AUTO_TEST_CASE(when_all_bodies_together_hold_too_much_the_next_is_told_to_come_back) {
    auto bounds = patient();
    bounds.max_body = 100000;
    bounds.max_buffered = 150000;
    running_server server(bounds);
    const auto hold = [](std::size_t size) {
        return "POST /hold HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n";
    };
    raw_connection holder(server.port());
    holder.send(hold(100000) + std::string(100000, 'x'));
    server.wait_for([&] { return server.state.running == 1; });
    // An announcement alone takes nothing away: only what has arrived is held.
    raw_connection announced(server.port());
    announced.send(post(40000));
    raw_connection small(server.port());
    small.send(post(50000, std::string(50000, 'y')));
    BOOST_TEST(small.read_response().status == 200);
    raw_connection large(server.port());
    large.send(post(50001, std::string(50001, 'y')));
    const auto answer = large.read_response();
    BOOST_TEST(answer.status == 503);
    BOOST_TEST(!answer.header("retry-after").empty());
    raw_connection chunked(server.port());
    chunked.send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nea60\r\n" +
                 std::string(60000, 'z'));
    BOOST_TEST(chunked.read_response().status == 503);

    server.state.release = true;
    BOOST_TEST(holder.read_response().status == 200);
    announced.send(std::string(40000, 'x'));
    BOOST_TEST(announced.read_response().status == 200);
    raw_connection again(server.port());
    again.send(post(100000, std::string(100000, 'y')));
    BOOST_TEST(again.read_response().status == 200);
}

BOOST_AUTO_TEST_CASE(what_is_given_up_is_held_no_longer) {
    auto bounds = patient();
    bounds.max_body = bounds.max_buffered = 100000;
    running_server server(bounds);
    {
        raw_connection first(server.port());
        first.send(post(100000, std::string(90000, 'x')));
    }
    server.wait_for([&] { return true; });
    unsigned status = 0;
    for (int round = 0; round < 1000 && status != 200; ++round) {
        raw_connection second(server.port());
        second.send(post(100000, std::string(100000, 'y')));
        status = second.read_response().status;
    }
    BOOST_TEST(status == 200);
}

BOOST_AUTO_TEST_CASE(a_body_that_stops_half_way_holds_nothing_once_its_time_is_up) {
    auto bounds = patient();
    bounds.request_timeout = 50ms;
    bounds.max_body = bounds.max_buffered = 100000;
    running_server server(bounds);
    raw_connection half(server.port());
    half.send(post(100000, std::string(90000, 'x')));
    BOOST_TEST(half.read_response().status == 408);
    raw_connection whole(server.port());
    whole.send(post(100000, std::string(100000, 'y')));
    BOOST_TEST(whole.read_response().status == 200);
}

BOOST_AUTO_TEST_CASE(a_body_of_which_little_has_come_holds_little) {
    auto bounds = patient();
    bounds.max_body = bounds.max_buffered = 20000;
    running_server server(bounds);
    std::vector<std::unique_ptr<raw_connection>> beginners;
    for (int at = 0; at < 20; ++at) {
        beginners.push_back(std::make_unique<raw_connection>(server.port()));
        beginners.back()->send(
            "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n1\r\nx");
        BOOST_TEST(beginners.back()->read_response().status == 100);
    }
    raw_connection whole(server.port());
    whole.send(post(19000, std::string(19000, 'y')));
    BOOST_TEST(whole.read_response().status == 200);
    for (const auto& one : beginners) {
        one->send("\r\n0\r\n\r\n");
        BOOST_TEST(one->read_response().body == "x");
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(time_limits)

BOOST_AUTO_TEST_CASE(a_connection_that_says_nothing_is_closed_without_a_word) {
    auto bounds = patient();
    bounds.header_timeout = 50ms;
    running_server server(bounds);
    raw_connection client(server.port());
    BOOST_TEST(client.closed());
}

BOOST_AUTO_TEST_CASE(blank_lines_do_not_keep_a_connection_open) {
    auto bounds = patient();
    bounds.header_timeout = 50ms;
    running_server server(bounds);
    raw_connection client(server.port());
    client.send("\r\n\r\n\r\n");
    BOOST_TEST(client.closed());
}

BOOST_AUTO_TEST_CASE(a_header_that_does_not_end_in_time_is_408) {
    auto bounds = patient();
    bounds.header_timeout = 50ms;
    running_server server(bounds);
    raw_connection client(server.port());
    client.send("GET /hello HTTP/1.1\r\nHost");
    BOOST_TEST(client.read_response().status == 408);
    BOOST_TEST(client.closed());
}

BOOST_AUTO_TEST_CASE(a_second_header_has_its_own_time) {
    auto bounds = patient();
    bounds.header_timeout = 50ms;
    running_server server(bounds);
    raw_connection client(server.port());
    client.send(get);
    BOOST_TEST(client.read_response().status == 200);
    std::this_thread::sleep_for(100ms);
    client.send("GET /hello HTTP/1.1\r\n");
    BOOST_TEST(client.read_response().status == 408);
}

BOOST_AUTO_TEST_CASE(a_body_that_does_not_end_in_time_is_408) {
    auto bounds = patient();
    bounds.request_timeout = 50ms;
    running_server server(bounds);
    for (const auto& start : {post(100, "only this"), std::string("POST /echo HTTP/1.1\r\nHost: x\r\n"
                                                                  "Transfer-Encoding: chunked\r\n\r\n5\r\nhel")}) {
        raw_connection client(server.port());
        client.send(start);
        BOOST_TEST(client.read_response().status == 408);
        BOOST_TEST(client.closed());
    }
}

BOOST_AUTO_TEST_CASE(a_handler_that_takes_too_long_is_cancelled_and_the_client_told_to_come_back) {
    const observe::log_capture log;
    auto bounds = patient();
    bounds.request_timeout = 50ms;
    running_server server(bounds);
    raw_connection client(server.port());
    client.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto answer = client.read_response();
    BOOST_TEST(answer.status == 503);
    BOOST_TEST(!answer.header("retry-after").empty());
    BOOST_TEST(server.state.cancelled == 1);
    BOOST_TEST(log.contains("msg=\"a request took too long\" route=/slow"));
    client.send(get);
    BOOST_TEST(client.read_response().status == 200);
}

BOOST_AUTO_TEST_CASE(an_idle_connection_is_closed) {
    auto bounds = patient();
    bounds.idle_timeout = 50ms;
    running_server server(bounds);
    raw_connection client(server.port());
    client.send(get);
    BOOST_TEST(client.read_response().status == 200);
    BOOST_TEST(client.closed());
}

BOOST_AUTO_TEST_CASE(a_client_that_does_not_read_is_given_up) {
    auto bounds = patient();
    bounds.idle_timeout = 50ms;
    running_server server(bounds);
    raw_connection client(server.port());
    client.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
    server.wait_for([&] { return !server.seen().empty(); });
    while (server.connections() > 0) std::this_thread::sleep_for(5ms);
    BOOST_CHECK_THROW(client.read_response(), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(a_client_that_reads_slowly_gets_everything) {
    auto bounds = patient();
    bounds.idle_timeout = 5s;
    running_server server(bounds);
    raw_connection client(server.port());
    client.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
    BOOST_TEST(client.read_response().body.size() == 64u << 20);
}

BOOST_AUTO_TEST_CASE(a_client_that_goes_away_leaves_nothing_behind) {
    running_server server(patient());
    for (const auto& start : {std::string(), std::string("GET /he"), post(100, "half"),
                              std::string("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")}) {
        raw_connection client(server.port());
        client.send(start);
    }
    // Connections are accepted in their order: when the last one is answered, all are.
    raw_connection last(server.port());
    last.send(get);
    BOOST_TEST(last.read_response().status == 200);
    while (server.connections() > 1) std::this_thread::sleep_for(2ms);
    BOOST_TEST(server.connections() == 1);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(descriptor_limits)

BOOST_AUTO_TEST_CASE(without_a_free_descriptor_accepting_pauses_is_logged_once_and_goes_on_later) {
    const observe::log_capture log;
    running_server server(patient());
    raw_connection waiting(server.port());
    waiting.send(get);
    BOOST_TEST(waiting.read_response().status == 200);

    // A few descriptors are left, the client takes the last one, and the server has none for its side.
    rlimit before{};
    getrlimit(RLIMIT_NOFILE, &before);
    rlimit few = before;
    few.rlim_cur = static_cast<rlim_t>(waiting.descriptor()) + 32;
    BOOST_REQUIRE(setrlimit(RLIMIT_NOFILE, &few) == 0);
    const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    std::vector<int> taken;
    for (int file = open("/dev/null", O_RDONLY | O_CLOEXEC); file >= 0; file = open("/dev/null", O_RDONLY | O_CLOEXEC))
        taken.push_back(file);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server.port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    BOOST_TEST(connect(client, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    while (!log.contains("could not be accepted")) std::this_thread::sleep_for(2ms);

    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    const auto spent = [](const rusage& usage) {
        return std::chrono::seconds(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
               std::chrono::microseconds(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
    };
    const auto cpu_before = spent(used);
    std::this_thread::sleep_for(500ms);
    getrusage(RUSAGE_SELF, &used);
    BOOST_TEST((spent(used) - cpu_before < 250ms));
    waiting.send(get);
    BOOST_TEST(waiting.read_response().status == 200);

    for (const int file : taken) ::close(file);
    setrlimit(RLIMIT_NOFILE, &before);
    char answer[64];
    BOOST_TEST(::send(client, get.data(), get.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(get.size()));
    BOOST_TEST(recv(client, answer, sizeof answer, 0) > 0);
    ::close(client);
    const auto lines = log.lines();
    const auto about = [](const std::string& line) { return line.find("could not be accepted") != std::string::npos; };
    BOOST_TEST(std::count_if(lines.begin(), lines.end(), about) == 1);
    BOOST_TEST(log.contains("accepted again"));
}

BOOST_AUTO_TEST_SUITE_END()
