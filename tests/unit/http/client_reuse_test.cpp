// What becomes of connections after an answer, as the server counts them; and where redirects lead.
#include "async/task_group.hpp"
#include "http/client.hpp"
#include "support/certificates.hpp"
#include "support/leftovers.hpp"
#include "support/peer_server.hpp"
#include "support/run_coroutine.hpp"
#include "support/unit_test.hpp"
#include "support/wait_until.hpp"

#include <boost/asio/this_coro.hpp>

#include <condition_variable>

using namespace familiar;
using namespace familiar::test;
using namespace std::chrono_literals;
using core::errc;
namespace asio = boost::asio;

namespace {

/// Each answer is the number of its connection.
void tell_number(peer& other) {
    while (other.read_request()) other.answer("200 OK", std::to_string(other.number()));
}

/// The same, but the first connection ends after one answer: at once, or at the sight of a second request.
std::function<void(peer&)> closing_after_one(bool at_sight) {
    return [at_sight](peer& other) {
        do {
            if (!other.read_request()) return;
            other.answer("200 OK", std::to_string(other.number()));
        } while (other.number() > 1);
        if (at_sight) other.read_request();
    };
}

asio::awaitable<std::string> body_of(http::client& client, std::string url, std::string method = "GET") {
    const auto answer = co_await client.send({.method = method, .url = url});
    co_return answer ? std::to_string(answer->status) + ' ' + answer->body
                     : (answer.error().code == errc::unavailable ? "unavailable" : describe(answer.error()));
}

/// The answers to these methods, one after the other, on one client.
asio::awaitable<std::vector<std::string>> ask_all(
    http::client_settings settings, std::string url, std::vector<std::string> methods,
    std::function<bool()> ready = [] { return true; }) {
    http::client client(co_await asio::this_coro::executor, settings, {});
    std::vector<std::string> answers;
    for (const auto& method : methods) {
        answers.push_back(co_await body_of(client, url, method));
        co_await wait_until(ready);
    }
    co_return answers;
}

using words = std::vector<std::string>;

asio::awaitable<void> note(http::client& client, std::string url, std::vector<std::string>& into) {
    into.push_back(co_await body_of(client, std::move(url)));
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(client_connections, no_leftovers)

BOOST_AUTO_TEST_CASE(one_connection_serves_many_requests) {
    const peer_server server(tell_number);
    const auto answers = run_coroutine(ask_all({}, server.url(), {"GET", "POST", "PUT", "GET"}));
    BOOST_TEST(answers == (words{"200 1", "200 1", "200 1", "200 1"}));
    BOOST_TEST(server.connections() == 1);
}

BOOST_AUTO_TEST_CASE(so_does_one_under_tls) {
    const certificate_authority authority;
    const peer_server server(tell_number, authority.issue());
    const auto answers = run_coroutine(ask_all({.ca_file = authority.file()}, server.url(), {"GET", "POST", "GET"}));
    BOOST_TEST(answers == (words{"200 1", "200 1", "200 1"}));
}

BOOST_AUTO_TEST_CASE(requests_at_once_have_their_own_and_so_many_are_kept) {
    std::atomic<int> asked{0};
    const peer_server server([&asked](peer& other) {
        while (other.read_request()) {
            ++asked;
            while (asked < 3) std::this_thread::yield();
            other.answer("200 OK", "x");
        }
    });
    run_coroutine([](const peer_server& there) -> asio::awaitable<void> {
        const auto executor = co_await asio::this_coro::executor;
        http::client client(executor, {.idle_per_origin = 2}, {});
        std::vector<std::string> answers;
        async::task_group group(executor, [](std::exception_ptr) {});
        for (int i = 0; i < 3; ++i) group.spawn(note(client, there.url(), answers));
        co_await group.join();
        BOOST_TEST(answers == (words{"200 x", "200 x", "200 x"}));
        BOOST_TEST(there.connections() == 3);
        co_await wait_until([&] { return there.open() == 2; });
        client.close();
        co_await wait_until([&] { return there.open() == 0; });
        BOOST_TEST((co_await body_of(client, there.url())) == "200 x");
        co_await wait_until([&] { return there.open() == 0; });
    }(server));
}

BOOST_AUTO_TEST_CASE(a_kept_connection_is_closed_after_its_time_without_another_request) {
    const peer_server server(tell_number);
    run_coroutine([](const peer_server& there) -> asio::awaitable<void> {
        http::client client(co_await asio::this_coro::executor, {.idle_for = 50ms}, {});
        BOOST_TEST((co_await body_of(client, there.url())) == "200 1");
        co_await wait_until([&] { return there.open() == 0; });
    }(server));
}

BOOST_AUTO_TEST_CASE(a_server_that_closes_after_each_answer_is_connected_to_for_each) {
    const peer_server server([](peer& other) {
        other.read_request();
        other.answer("200 OK", std::to_string(other.number()), "Connection: close\r\n");
        other.wait_for_end();
    });
    BOOST_TEST(run_coroutine(ask_all({}, server.url(), {"GET", "POST"})) == (words{"200 1", "200 2"}));
}

BOOST_AUTO_TEST_CASE(an_answer_with_two_lengths_or_something_behind_it_spoils_its_connection) {
    for (const auto* spoilt : {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP/1.1 200 OK\r\n",
                               "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n"
                               "1\r\nx\r\n0\r\n\r\n"}) {
        const peer_server server([spoilt](peer& other) {
            while (other.read_request()) other.send(spoilt);
        });
        const auto answers = run_coroutine(ask_all({}, server.url(), {"GET", "GET"}));
        BOOST_TEST(server.connections() == 2);
    }
}

BOOST_AUTO_TEST_CASE(an_interim_answer_is_none) {
    const peer_server server([](peer& other) {
        while (other.read_request()) {
            other.send("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n");
            other.answer("200 OK", "x");
        }
    });
    BOOST_TEST(run_coroutine(ask_all({}, server.url(), {"GET", "GET"})) == (words{"200 x", "200 x"}));
    BOOST_TEST(server.connections() == 1);
}

BOOST_AUTO_TEST_CASE(a_connection_that_is_known_to_be_closed_is_used_by_nobody) {
    const peer_server server(closing_after_one(false));
    const auto gone = [&server] { return server.connections() > 1 || server.open() == 0; };
    BOOST_TEST(run_coroutine(ask_all({}, server.url(), {"GET", "POST"}, gone)) == (words{"200 1", "200 2"}));
}

BOOST_AUTO_TEST_CASE(one_that_closes_at_the_moment_of_use_costs_what_may_be_repeated_nothing) {
    for (const auto* method : {"GET", "PUT", "DELETE"}) {
        const peer_server server(closing_after_one(true));
        BOOST_TEST(run_coroutine(ask_all({}, server.url(), {"GET", method})) == (words{"200 1", "200 2"}));
        BOOST_TEST(server.connections() == 2);
    }
}

BOOST_AUTO_TEST_CASE(and_is_told_for_what_may_have_been_done) {
    for (const auto* method : {"POST", "PATCH"}) {
        const peer_server server(closing_after_one(true));
        BOOST_TEST(run_coroutine(ask_all({}, server.url(), {"GET", method})) == (words{"200 1", "unavailable"}));
        BOOST_TEST(server.connections() == 1);
    }
}

BOOST_AUTO_TEST_CASE(a_fresh_connection_that_fails_is_not_tried_again) {
    const peer_server server([](peer& other) { other.read_request(); });
    BOOST_TEST(run_coroutine(ask_all({}, server.url(), {"GET"})) == (words{"unavailable"}));
    BOOST_TEST(server.connections() == 1);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(client_redirects, no_leftovers)

namespace {

/// "/N" leads to "/N-1", "/0" is the end; anything else leads to `elsewhere`.
std::function<void(peer&)> leading(const std::string& elsewhere) {
    return [elsewhere](peer& other) {
        while (const auto request = other.read_request()) {
            const auto path = request->substr(request->find('/') + 1, 1);
            if (path == "0")
                other.answer("200 OK", "end");
            else if (path >= "1" && path <= "9")
                other.answer("302 Found", "", "location: /" + std::string(1, static_cast<char>(path[0] - 1)) + "\r\n");
            else
                other.answer("307 Temporary Redirect", "", "Location: " + elsewhere + "\r\n");
        }
    };
}

std::string led(const peer_server& server, const std::string& path, const std::string& method = "GET") {
    return run_coroutine(ask_all({}, server.url() + path, {method})).front();
}

}  // namespace

BOOST_AUTO_TEST_CASE(up_to_five_within_a_server_are_followed) {
    const peer_server server(leading(""));
    BOOST_TEST(led(server, "/5") == "200 end");
    BOOST_TEST(led(server, "/6") == "302 ");
    BOOST_TEST(led(server, "/3", "HEAD") == "200 ");
    BOOST_TEST(led(server, "/3", "POST") == "302 ");
}

BOOST_AUTO_TEST_CASE(those_to_another_host_port_or_scheme_are_the_answer) {
    const peer_server other(leading(""));
    for (const auto& elsewhere :
         {other.url() + "/0", std::string("http://localhost:1/"), std::string("https://127.0.0.1/"),
          std::string("//x/"), std::string("http://u:p@127.0.0.1/")}) {
        const peer_server server(leading(elsewhere));
        BOOST_TEST(led(server, "/x") == "307 ");
    }
    BOOST_TEST(other.connections() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
