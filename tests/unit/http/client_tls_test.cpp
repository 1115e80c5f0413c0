// Whom the client trusts, against real TLS servers; and the way to them through a proxy.
#include "http/client.hpp"
#include "support/certificates.hpp"
#include "support/leftovers.hpp"
#include "support/peer_server.hpp"
#include "support/run_coroutine.hpp"
#include "support/scripted_server.hpp"
#include "support/unit_test.hpp"

#include <limits>

using namespace familiar;
using namespace familiar::test;
using namespace std::chrono_literals;
using core::errc;

namespace {

void say_hello(peer& other) {
    while (other.read_request()) other.answer("200 OK", "hello");
}

/// What answers CONNECT with this status, and connects to that port whatever was asked for.
std::function<void(peer&)> tunnelling(std::string status, std::uint16_t to, std::string& asked) {
    return [status = std::move(status), to, &asked](peer& other) {
        asked = other.read_request().value_or("");
        other.send("HTTP/1.1 " + status + "\r\n\r\n");
        if (status.starts_with("200")) relaying(to, std::numeric_limits<std::size_t>::max())(other.descriptor());
    };
}

boost::asio::awaitable<core::result<http::response>> ask(http::client_settings settings, http::proxy_settings proxies,
                                                         std::string url) {
    http::client client(co_await boost::asio::this_coro::executor, settings, proxies);
    co_return co_await client.send({.url = url});
}

struct trust : no_leftovers {
    std::optional<certificate_authority> authority{std::in_place};
    http::client_settings settings{.ca_file = authority->file()};

    core::result<http::response> get(const std::string& url, http::proxy_settings proxies = {}) {
        return run_coroutine(ask(settings, std::move(proxies), url));
    }
    core::error failure(const std::string& url, http::proxy_settings proxies = {}) {
        const auto answer = get(url, std::move(proxies));
        BOOST_REQUIRE(!answer.has_value());
        return answer.error();
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(client_trust, trust)

BOOST_AUTO_TEST_CASE(a_server_whose_certificate_is_for_its_name_answers) {
    const peer_server server(say_hello, authority->issue());
    const auto answer = get(server.url() + "/x");
    BOOST_REQUIRE_MESSAGE(answer.has_value(), describe(answer.error()));
    BOOST_TEST(answer->body == "hello");
}

BOOST_AUTO_TEST_CASE(an_ip_address_is_checked_too) {
    const peer_server server(say_hello, authority->issue({.names = "IP:127.0.0.1"}));
    const auto at = std::to_string(server.port());
    BOOST_TEST(get("https://127.0.0.1:" + at).has_value());
    BOOST_TEST((failure("https://localhost:" + at).code == errc::refused));
    const peer_server named(say_hello, authority->issue({.names = "DNS:127.0.0.1,IP:127.0.0.2"}));
    BOOST_TEST((failure("https://127.0.0.1:" + std::to_string(named.port())).code == errc::refused));
}

BOOST_AUTO_TEST_CASE(every_distrust_is_permanent_and_says_what_is_wrong_and_what_to_do) {
    struct row {
        certificate_wish wish;
        const char* says;
    };
    for (const auto& [wish, says] : {
             row{{.names = "DNS:other.example"}, "it is for another host"},
             row{{.from_now = -7200, .until = -3600}, "it has expired; renew it"},
             row{{.from_now = 3600, .until = 7200}, "it is not valid yet"},
             row{{.self_signed = true}, "it is self-signed; if it is the right server, add"},
         }) {
        const peer_server server(say_hello, authority->issue(wish));
        const auto refused = failure(server.url());
        BOOST_TEST((refused.code == errc::refused));
        BOOST_TEST(!core::is_transient(refused));
        BOOST_TEST(refused.message.starts_with("the certificate of localhost:" + std::to_string(server.port()) +
                                               " is not trusted: "));
        BOOST_TEST(refused.message.find(says) != std::string::npos, refused.message);
    }
}

BOOST_AUTO_TEST_CASE(an_authority_that_is_not_known_is_named_as_the_cause_and_ca_file_as_the_cure) {
    const peer_server server(say_hello, authority->issue());
    settings.ca_file.clear();
    const auto refused = failure(server.url());
    BOOST_TEST((refused.code == errc::refused));
    BOOST_TEST(refused.message.find("its authority is not known here") != std::string::npos, refused.message);
    BOOST_TEST(refused.message.find("ca_file") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_ca_file_without_certificates_is_invalid) {
    const peer_server server(say_hello, authority->issue());
    for (const auto* file : {"/nowhere/ca.pem", "/dev/null"}) {
        settings.ca_file = file;
        const auto wrong = failure(server.url());
        BOOST_TEST((wrong.code == errc::invalid));
        BOOST_TEST(wrong.message.find(file) != std::string::npos);
    }
    BOOST_TEST(server.connections() == 0);
}

BOOST_AUTO_TEST_CASE(old_tls_and_none_at_all_are_refused) {
    const peer_server old(say_hello, authority->issue({.only_tls_1_1 = true}));
    BOOST_TEST((failure(old.url()).code == errc::refused));
    const peer_server plain([](peer& other) { other.send("HTTP/1.1 400 Bad Request\r\n\r\n"); });
    const auto refused = failure("https://localhost:" + std::to_string(plain.port()));
    BOOST_TEST((refused.code == errc::refused), refused.message);
    BOOST_TEST(refused.message.starts_with("no TLS with localhost:"));
}

BOOST_AUTO_TEST_CASE(a_server_that_goes_in_the_handshake_may_be_back_later) {
    const peer_server server([](peer&) {});
    BOOST_TEST((failure("https://localhost:" + std::to_string(server.port())).code == errc::unavailable));
}

BOOST_AUTO_TEST_CASE(a_tunnel_leads_through_the_proxy_and_the_name_is_checked_behind_it) {
    const peer_server server(say_hello, authority->issue({.names = "DNS:forge.example"}));
    std::string asked;
    {
        const peer_server proxy(tunnelling("200 Connection established", server.port(), asked));
        const http::proxy_settings proxies{.https = "http://u:p@127.0.0.1:" + std::to_string(proxy.port())};
        const auto answer = get("https://forge.example/x", proxies);
        BOOST_REQUIRE_MESSAGE(answer.has_value(), describe(answer.error()));
        BOOST_TEST(answer->body == "hello");
        BOOST_TEST((failure("https://other.example/x", proxies).code == errc::refused));
    }
    BOOST_TEST(
        asked ==
        "CONNECT other.example:443 HTTP/1.1\r\nHost: other.example:443\r\nProxy-Authorization: Basic dTpw\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(a_proxy_that_will_not_says_why) {
    std::string asked;
    struct row {
        const char* status;
        errc code;
    };
    for (const auto& [status, code] :
         {row{"407 Proxy Authentication Required", errc::authentication_failed},
          row{"502 Bad Gateway", errc::unavailable}, row{"403 Forbidden", errc::authentication_failed}}) {
        const peer_server proxy(tunnelling(status, 0, asked));
        const auto url = "http://u:hunter2@127.0.0.1:" + std::to_string(proxy.port());
        const auto refused = failure("https://forge.example/x", {.https = url});
        BOOST_TEST((refused.code == code), refused.message);
        BOOST_TEST(refused.message.find("the proxy 127.0.0.1:") != std::string::npos);
        BOOST_TEST(refused.message.find("hunter2") == std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(a_plain_request_is_for_the_proxy_to_forward) {
    const peer_server proxy([](peer& other) {
        const auto request = other.read_request().value_or("");
        if (request.find("Proxy-Authorization") == std::string::npos)
            other.answer("407 Proxy Authentication Required", "");
        else
            other.answer("200 OK", request.substr(0, request.find("\r\n")));
    });
    const auto at = "127.0.0.1:" + std::to_string(proxy.port());
    const auto answer = get("http://forge.example/x", {.http = "http://u:p@" + at});
    BOOST_REQUIRE(answer.has_value());
    BOOST_TEST(answer->body == "GET http://forge.example/x HTTP/1.1");
    BOOST_TEST((failure("http://forge.example/x", {.http = at}).code == errc::authentication_failed));
}

BOOST_AUTO_TEST_SUITE_END()
