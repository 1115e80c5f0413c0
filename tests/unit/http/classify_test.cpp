#include "http/classify.hpp"

#include "http/client.hpp"
#include "support/git_forge.hpp"
#include "support/run_coroutine.hpp"
#include "support/scripted_server.hpp"
#include "support/unit_test.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/http/error.hpp>

#include <vector>

using namespace familiar;
using namespace familiar::test;
using namespace std::chrono_literals;
using core::errc;
namespace asio = boost::asio;
namespace beast_http = boost::beast::http;

namespace {

const core::wall_time now = core::parse_time("1994-11-06T08:49:37Z").value();

struct break_row {
    boost::system::error_code failed;
    errc means;
};

const std::vector<break_row> breaks{
    {asio::error::connection_refused, errc::unavailable},
    {asio::error::connection_reset, errc::unavailable},
    {asio::error::connection_aborted, errc::unavailable},
    {asio::error::broken_pipe, errc::unavailable},
    {asio::error::host_unreachable, errc::unavailable},
    {asio::error::network_unreachable, errc::unavailable},
    {asio::error::no_descriptors, errc::unavailable},
    {asio::error::access_denied, errc::unavailable},
    {asio::error::timed_out, errc::timed_out},
    {asio::error::eof, errc::unavailable},
    {asio::error::host_not_found, errc::unavailable},
    {asio::error::host_not_found_try_again, errc::unavailable},
    {asio::error::no_data, errc::unavailable},
    {asio::error::service_not_found, errc::unavailable},
    {asio::ssl::error::stream_truncated, errc::unavailable},
    {boost::system::error_code(167772294, asio::error::get_ssl_category()), errc::refused},  // verify failed
    {beast_http::error::end_of_stream, errc::unavailable},
    {beast_http::error::partial_message, errc::unavailable},
    {beast_http::error::body_limit, errc::too_large},
    {beast_http::error::header_limit, errc::unavailable},
    {beast_http::error::bad_version, errc::unavailable},
    {beast_http::error::bad_status, errc::unavailable},
    {beast_http::error::bad_chunk, errc::unavailable},
};

/// What our own client makes of a server.
core::error failure_at(const std::string& url) {
    const auto got = run_coroutine(http::fetch("GET", url, {}, {}, 30s));
    BOOST_REQUIRE(!got.has_value());
    return got.error();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(classifying)

BOOST_AUTO_TEST_CASE(a_connection_that_breaks_says_by_its_code_whether_it_passes) {
    for (const auto& [failed, means] : breaks) {
        const auto failure = http::classify("no answer from x", failed);
        BOOST_TEST((failure.code == means), failed.message());
        BOOST_TEST(failure.message == "no answer from x: " + failed.message());
        BOOST_TEST(!failure.retry_after);
    }
}

BOOST_AUTO_TEST_CASE(an_answer_says_what_and_when) {
    const auto failure =
        http::classify("the comment on a/b!7", {.status = 503, .headers = {{"Retry-After", "90"}}}, now);
    BOOST_TEST((failure.code == errc::unavailable));
    BOOST_TEST((failure.retry_after == 90s));
    BOOST_TEST(failure.message ==
               "the comment on a/b!7: the server answers 503 Service Unavailable; try again in 1m30s");

    const auto refusal = http::classify("x", {.status = 422}, now);
    BOOST_TEST((refusal.code == errc::refused));
    BOOST_TEST(!refusal.retry_after);
    BOOST_TEST(refusal.message == "x: the server answers 422 Unprocessable Entity");
    BOOST_TEST(http::classify("x", {.status = 588}, now).message == "x: the server answers 588");
}

BOOST_AUTO_TEST_CASE(a_403_is_a_limit_if_it_says_so) {
    http::response answer{.status = 403};
    BOOST_TEST((http::classify("x", answer, now).code == errc::authentication_failed));
    answer.body = R"({"message":"You have exceeded a Secondary rate limit. Please wait a few minutes."})";
    BOOST_TEST((http::classify("x", answer, now).code == errc::unavailable));
    BOOST_TEST((http::classify("x", answer, now).retry_after == 60s));
    answer.headers = {{"Retry-After", "120"}};
    BOOST_TEST((http::classify("x", answer, now).retry_after == 120s));
    answer = {.status = 403, .headers = {{"X-RateLimit-Remaining", "0"}, {"X-RateLimit-Reset", "784111800"}}};
    BOOST_TEST((http::classify("x", answer, now).code == errc::unavailable));
    BOOST_TEST((http::classify("x", answer, now).retry_after == 23s));
}

BOOST_AUTO_TEST_CASE(real_connections_break_as_listed) {
    const scripted_server close(closing());
    const scripted_server reset(resetting());
    const scripted_server half(answering("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf"));
    const auto refused = "http://127.0.0.1:" + std::to_string(free_port());
    const scripted_server other(answering("220 mail.example ESMTP\r\n\r\n"));
    for (const auto& url :
         {refused, std::string("http://nosuch.invalid/"), close.url(), reset.url(), half.url(), other.url()}) {
        const auto failure = failure_at(url);
        BOOST_TEST((failure.code == errc::unavailable), failure.message);
        BOOST_TEST(core::is_transient(failure));
    }
}

BOOST_AUTO_TEST_CASE(a_real_server_that_says_nothing_is_timed_out) {
    const scripted_server server(silent());
    const auto got = run_coroutine(http::fetch("GET", server.url(), {}, {}, 200ms));
    BOOST_REQUIRE(!got.has_value());
    BOOST_TEST((got.error().code == errc::timed_out));
}

BOOST_AUTO_TEST_CASE(a_real_answer_reaches_the_classifier_whole) {
    const scripted_server server(answering_http("429 Too Many Requests", "retry-after: 7\r\n"));
    const auto got = run_coroutine(http::fetch("GET", server.url(), {}, {}, 30s));
    BOOST_REQUIRE(got.has_value());
    const auto failure = http::classify("x", *got, now);
    BOOST_TEST((failure.code == errc::unavailable));
    BOOST_TEST((failure.retry_after == 7s));
}

BOOST_AUTO_TEST_SUITE_END()
