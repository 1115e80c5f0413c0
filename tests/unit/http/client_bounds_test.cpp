// What the client waits for and reads at most, and what is left when it is cancelled, in each phase.
#include "async/retry.hpp"
#include "async/timeout.hpp"
#include "http/classify.hpp"
#include "http/client.hpp"
#include "support/certificates.hpp"
#include "support/leftovers.hpp"
#include "support/peer_server.hpp"
#include "support/run_coroutine.hpp"
#include "support/unit_test.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

using namespace familiar;
using namespace familiar::test;
using namespace std::chrono_literals;
using core::errc;
namespace asio = boost::asio;

namespace {

constexpr auto long_enough = 30s;

/// No deadline passes.
http::client_settings patient() {
    return {.connect_timeout = long_enough, .first_byte_timeout = long_enough, .total_timeout = long_enough};
}

void say_nothing(peer& other) {
    other.wait_for_end();
}

/// This much of an answer, once the request is there, and no end.
std::function<void(peer&)> stopping_after(std::string bytes) {
    return [bytes = std::move(bytes)](peer& other) {
        other.read_request();
        other.send(bytes);
        other.wait_for_end();
    };
}

asio::awaitable<core::result<http::response>> ask(http::client_settings settings, std::string url,
                                                  std::string body = {}) {
    http::client client(co_await asio::this_coro::executor, settings, {});
    co_return co_await client.send({.method = body.empty() ? "GET" : "POST", .url = url, .body = body});
}

core::error failure(const http::client_settings& settings, const std::string& url) {
    const auto answer = run_coroutine(ask(settings, url));
    BOOST_REQUIRE(!answer.has_value());
    return answer.error();
}

/// A phase in which a request can be stuck: where it gets stuck.
struct phase {
    const char* name;
    std::function<void(peer&)> serve;
    const char* scheme = "http://127.0.0.1:";
};

const std::vector<phase> phases{
    {"TLS", say_nothing, "https://localhost:"},
    {"sending, or the first byte", say_nothing},
    {"the head", stopping_after("HTTP/1.1 200 OK\r\nX:")},
    {"the body", stopping_after("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx")},
    {"a chunk", stopping_after("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx")},
};

std::ostream& operator<<(std::ostream& out, const phase& value) {
    return out << value.name;
}

asio::awaitable<void> note_end(asio::awaitable<core::result<http::response>> asking, bool& aborted) {
    try {
        co_await std::move(asking);
    } catch (const boost::system::system_error& failed) {
        aborted = failed.code() == asio::error::operation_aborted;
        throw;
    }
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(client_deadlines, no_leftovers)

BOOST_AUTO_TEST_CASE(a_handshake_that_never_comes_is_no_connection) {
    const peer_server server(say_nothing);
    auto settings = patient();
    settings.connect_timeout = 100ms;
    const auto authority = "localhost:" + std::to_string(server.port());
    const auto late = failure(settings, "https://" + authority);
    BOOST_TEST((late.code == errc::timed_out));
    BOOST_TEST(late.message == "no connection to " + authority + " within 100ms");
}

BOOST_AUTO_TEST_CASE(silence_is_no_answer) {
    const peer_server server(say_nothing);
    auto settings = patient();
    settings.first_byte_timeout = 100ms;
    const auto late = failure(settings, server.url());
    BOOST_TEST((late.code == errc::timed_out));
    BOOST_TEST(late.message == "no answer from 127.0.0.1:" + std::to_string(server.port()) + " within 100ms");
}

BOOST_AUTO_TEST_CASE(an_answer_that_goes_on_slowly_is_not_whole_in_time) {
    for (const auto* begun : {"HTTP/1.1 200 OK\r\nX: y\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
        const peer_server server([begun](peer& other) {
            other.read_request();
            other.send(begun);
            const std::string piece = std::string(begun).ends_with("\r\n\r\n") ? "1\r\nx\r\n" : "X: y\r\n";
            while (other.send(piece)) std::this_thread::sleep_for(5ms);
        });
        auto settings = patient();
        settings.total_timeout = 200ms;
        const auto late = failure(settings, server.url());
        BOOST_TEST((late.code == errc::timed_out));
        BOOST_TEST(late.message == "no whole answer from 127.0.0.1:" + std::to_string(server.port()) + " within 200ms");
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(client_bounds, no_leftovers)

BOOST_AUTO_TEST_CASE(a_body_of_the_bound_is_read_and_a_longer_one_is_too_large) {
    auto settings = patient();
    settings.max_response = 100'000;
    const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    struct row {
        std::string bytes;
        bool fits;
    };
    for (const auto& [bytes, fits] : {
             row{"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + std::string(100'000, 'x'), true},
             row{"HTTP/1.1 200 OK\r\nContent-Length: 100001\r\n\r\n", false},
             row{chunked + "186a0\r\n" + std::string(100'000, 'x') + "\r\n0\r\n\r\n", true},
             row{chunked + "186a1\r\n" + std::string(100'001, 'x') + "\r\n0\r\n\r\n", false},
         }) {
        const peer_server server(stopping_after(bytes));
        const auto answer = run_coroutine(ask(settings, server.url()));
        BOOST_TEST(answer.has_value() == fits);
        if (answer) BOOST_TEST(answer->body.size() == 100'000u);
        if (!answer) BOOST_TEST((answer.error().code == errc::too_large));
    }
}

BOOST_AUTO_TEST_CASE(an_endless_body_is_too_large) {
    const peer_server server([](peer& other) {
        other.read_request();
        other.send("HTTP/1.1 200 OK\r\n\r\n");
        while (other.send(std::string(65536, 'x'))) continue;
    });
    BOOST_TEST((failure(patient(), server.url()).code == errc::too_large));
}

BOOST_AUTO_TEST_CASE(an_early_end_is_unavailable) {
    for (const auto* bytes : {"", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"}) {
        const peer_server server([bytes](peer& other) {
            other.read_request();
            other.send(bytes);
        });
        BOOST_TEST((failure(patient(), server.url()).code == errc::unavailable));
    }
}

BOOST_AUTO_TEST_CASE(an_end_under_tls_that_is_not_said_is_no_end_of_a_body) {
    const certificate_authority authority;
    const peer_server server(
        [](peer& other) {
            other.read_request();
            other.send("HTTP/1.1 200 OK\r\n\r\nhalf");
        },
        authority.issue());
    auto settings = patient();
    settings.ca_file = authority.file();
    BOOST_TEST((failure(settings, server.url()).code == errc::unavailable));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_sent_connects_to_nobody) {
    const peer_server server(say_nothing);
    BOOST_TEST((failure(patient(), "http://u:p@127.0.0.1:" + std::to_string(server.port())).code == errc::invalid));
    BOOST_TEST(server.connections() == 0);
}

BOOST_AUTO_TEST_CASE(retry_asks_again_as_the_answer_says) {
    const peer_server server([](peer& other) {
        while (other.read_request())
            if (other.number() == 1)
                other.answer("503 Service Unavailable", "", "Retry-After: 7\r\nConnection: close\r\n");
            else
                other.answer("200 OK", "x");
    });
    std::vector<std::chrono::milliseconds> waits;
    const auto answer =
        run_coroutine([](const peer_server& there, auto& waited) -> asio::awaitable<core::result<http::response>> {
            http::client client(co_await asio::this_coro::executor, patient(), {});
            const auto attempt = [&]() -> asio::awaitable<core::result<http::response>> {
                auto got = co_await client.send({.url = there.url()});
                if (got && got->status / 100 != 2) co_return http::classify("x", *got, core::now());
                co_return got;
            };
            async::retry_environment quick = async::real_environment();
            quick.sleep = [&waited](std::chrono::milliseconds wait) -> asio::awaitable<void> {
                waited.push_back(wait);
                co_return;
            };
            co_return co_await async::retry({}, attempt, {}, quick);
        }(server, waits));
    BOOST_TEST(answer.has_value());
    BOOST_REQUIRE(waits.size() == 1u);
    BOOST_TEST((waits[0] >= 7s));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(client_cancellation, no_leftovers)

BOOST_DATA_TEST_CASE(it_throws_operation_aborted_and_leaves_no_descriptor, boost::unit_test::data::make(phases)) {
    const peer_server server(sample.serve);
    const auto url = sample.scheme + std::to_string(server.port());
    for (const std::string body : {"", "x"}) {
        bool aborted = false;
        const auto ended = run_coroutine(async::with_timeout(note_end(ask(patient(), url, body), aborted), 50ms));
        BOOST_TEST(!ended.has_value());
        BOOST_TEST(aborted);
    }
}

BOOST_AUTO_TEST_CASE(also_while_a_large_body_is_being_sent) {
    std::atomic<bool> enough{false};
    const peer_server server([&enough](peer&) {
        while (!enough) std::this_thread::sleep_for(1ms);
    });
    bool aborted = false;
    const auto ended = run_coroutine(
        async::with_timeout(note_end(ask(patient(), server.url(), std::string(64u << 20, 'x')), aborted), 100ms));
    enough = true;
    BOOST_TEST(!ended.has_value());
    BOOST_TEST(aborted);
}

BOOST_AUTO_TEST_CASE(also_while_the_proxy_thinks) {
    const peer_server proxy(say_nothing);
    bool aborted = false;
    const auto ended = run_coroutine([](std::uint16_t port, bool& thrown) -> asio::awaitable<core::result<void>> {
        http::client client(co_await asio::this_coro::executor, patient(),
                            {.https = "http://127.0.0.1:" + std::to_string(port)});
        co_return co_await async::with_timeout(note_end(client.send({.url = "https://forge.example/"}), thrown), 50ms);
    }(proxy.port(), aborted));
    BOOST_TEST(!ended.has_value());
    BOOST_TEST(aborted);
}

BOOST_AUTO_TEST_CASE(also_while_a_connection_is_made) {
    // A listener whose queue is full answers no SYN.
    asio::io_context context;
    asio::ip::tcp::acceptor full(context, {asio::ip::make_address("127.0.0.1"), 0}, false);
    full.listen(0);
    asio::ip::tcp::socket first(context);
    first.connect(full.local_endpoint());
    const auto url = "http://127.0.0.1:" + std::to_string(full.local_endpoint().port());
    bool aborted = false;
    const auto ended = run_coroutine(async::with_timeout(note_end(ask(patient(), url), aborted), 50ms));
    BOOST_TEST(!ended.has_value());
    BOOST_TEST(aborted);
    auto settings = patient();
    settings.connect_timeout = 50ms;
    BOOST_TEST(failure(settings, url).message.find("within 50ms") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
