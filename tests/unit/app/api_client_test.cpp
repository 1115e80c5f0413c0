#include "app/api_client.hpp"

#include "support/certificates.hpp"
#include "support/peer_server.hpp"
#include "support/scripted_server.hpp"
#include "support/unit_test.hpp"

#include <cstdlib>

using namespace familiar;
using namespace familiar::test;

BOOST_AUTO_TEST_SUITE(api_client)

BOOST_AUTO_TEST_CASE(what_somebody_typed_stays_within_its_segment_of_the_path) {
    BOOST_TEST(app::job_path("01jd") == "/api/jobs/01jd");
    BOOST_TEST(app::job_path("01jd", "/log") == "/api/jobs/01jd/log");
    BOOST_TEST(app::job_path("../a b?c#d") == "/api/jobs/..%2Fa%20b%3Fc%23d");
}

BOOST_AUTO_TEST_CASE(a_query_has_the_parameters_that_have_a_value) {
    BOOST_TEST(app::to_query({}) == "");
    BOOST_TEST(app::to_query({{"state", ""}, {"limit", "5"}, {"repository", "a/b&c"}}) ==
               "?limit=5&repository=a%2Fb%26c");
}

BOOST_AUTO_TEST_CASE(a_server_that_is_busy_says_when_to_try_again) {
    const scripted_server server(
        answering_http("503 Service Unavailable", "Retry-After: 90\r\n", R"({"error":"the server is draining"})"));
    const app::api_client api(server.url(), "");
    const auto answer = api.get("/api/jobs");
    BOOST_REQUIRE(!answer.has_value());
    BOOST_TEST((answer.error().code == core::errc::unavailable));
    BOOST_TEST((answer.error().retry_after == std::chrono::seconds(90)));
    BOOST_TEST(answer.error().message == "the server is draining; try again in 1m30s");

    const auto streamed = api.stream("/api/jobs/x/log", "text/plain", [](std::string_view) { return true; });
    BOOST_REQUIRE(!streamed.has_value());
    BOOST_TEST(streamed.error().message == "the server is draining; try again in 1m30s");
}

BOOST_AUTO_TEST_CASE(a_server_without_words_is_quoted_by_its_status) {
    const scripted_server server(answering_http("502 Bad Gateway", {}, ""));
    const auto answer = app::api_client(server.url(), "").get("/api/jobs");
    BOOST_REQUIRE(!answer.has_value());
    BOOST_TEST((answer.error().code == core::errc::unavailable));
    BOOST_TEST(answer.error().message == server.url() + ": the server answers 502 Bad Gateway");
}

BOOST_AUTO_TEST_CASE(what_the_server_will_not_do_is_no_trouble_of_the_connection) {
    const scripted_server server(answering_http("409 Conflict", {}, R"({"error":"the job has ended"})"));
    const auto answer = app::api_client(server.url(), "").post("/api/jobs/x/cancel");
    BOOST_REQUIRE(!answer.has_value());
    BOOST_TEST((answer.error().code == core::errc::conflict));
    BOOST_TEST(answer.error().message == "the job has ended");
}

BOOST_AUTO_TEST_CASE(a_server_that_wants_another_token_says_which_to_set) {
    const scripted_server server(answering_http("401 Unauthorized"));
    const auto answer = app::api_client(server.url(), "t0ken").get("/api/jobs");
    BOOST_REQUIRE(!answer.has_value());
    BOOST_TEST((answer.error().code == core::errc::authentication_failed));
    BOOST_TEST(answer.error().message.find("FAMILIAR_TOKEN") != std::string::npos);
    BOOST_TEST(answer.error().message.find("t0ken") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_server_behind_https_is_asked_if_its_certificate_is_trusted) {
    const certificate_authority authority;
    const peer_server server(
        [](peer& other) {
            while (other.read_request()) other.answer("200 OK", R"({"jobs":[]})");
        },
        authority.issue());
    const app::api_client api(server.url(), "t0ken");
    const auto distrusted = api.get("/api/jobs");
    BOOST_REQUIRE(!distrusted.has_value());
    BOOST_TEST((distrusted.error().code == core::errc::refused));
    BOOST_TEST(distrusted.error().message.find("SSL_CERT_FILE") != std::string::npos, distrusted.error().message);

    ::setenv("SSL_CERT_FILE", authority.file().c_str(), 1);
    const auto answer = api.get("/api/jobs");
    ::unsetenv("SSL_CERT_FILE");
    BOOST_REQUIRE_MESSAGE(answer.has_value(), describe(answer.error()));
    BOOST_TEST(answer->contains("jobs"));
}

BOOST_AUTO_TEST_CASE(operators_are_answered_at_the_admin_port_if_there_is_one) {
    config::server_settings server;
    BOOST_TEST(app::local_operators_url(server) == "http://127.0.0.1:7000");
    server.host = "::";
    server.admin_port = 7001;
    BOOST_TEST(app::local_url(server) == "http://[::1]:7000");
    BOOST_TEST(app::local_operators_url(server) == "http://[::1]:7001");
}

BOOST_AUTO_TEST_SUITE_END()
