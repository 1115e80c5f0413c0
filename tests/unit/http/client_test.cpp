// The client, against the real server and against answers that it would never give.
#include "http/client.hpp"

#include "async/sleep.hpp"
#include "async/timeout.hpp"
#include "canned_answer.hpp"
#include "observe/log.hpp"
#include "running_server.hpp"
#include "support/run_coroutine.hpp"
#include "support/unit_test.hpp"

#include <boost/system/system_error.hpp>

#include <algorithm>

using namespace familiar;
using namespace std::chrono_literals;
using test::canned_answer;
using test::run_coroutine;

namespace {

/// What fetch_stream() has handed on.
struct heard {
    std::vector<http::response> heads{};
    std::string body{};
    std::size_t pieces = 0;
    std::size_t largest = 0;
    std::size_t enough = std::string::npos;  ///< pieces are refused from so many bytes on

    boost::asio::awaitable<core::result<void>> fetch(std::string url, std::string method = "GET",
                                                     std::chrono::milliseconds limit = 30s) {
        return http::fetch_stream(
            std::move(method), std::move(url), {{"X-Name", "value"}}, limit,
            [this](const http::response& head) {
                heads.push_back(head);
                return enough > 0;
            },
            [this](std::string_view piece) {
                ++pieces;
                largest = std::max(largest, piece.size());
                body += piece;
                return body.size() < enough;
            });
    }
};

struct client {
    observe::log_capture log;
    test::running_server server;
    heard got;

    std::string url(const std::string& path) const {
        return "http://127.0.0.1:" + std::to_string(server.port()) + path;
    }
    std::string host() const { return "127.0.0.1:" + std::to_string(server.port()); }
};

boost::asio::awaitable<void> note_end(boost::asio::awaitable<core::result<void>> fetching, bool& aborted) {
    try {
        co_await std::move(fetching);
    } catch (const boost::system::system_error& failure) {
        aborted = failure.code() == boost::asio::error::operation_aborted;
        throw;
    }
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(fetching, client)

BOOST_AUTO_TEST_CASE(a_whole_answer_of_any_status_is_a_success) {
    const auto answer = run_coroutine(http::fetch("POST", url("/echo?a=b"), {{"X-Name", "value"}}, "body", 30s));
    BOOST_REQUIRE(answer.has_value());
    BOOST_TEST(answer->status == 200);
    BOOST_TEST(answer->body == "body");
    BOOST_TEST(answer->content_type == "text/plain; charset=utf-8");
    const auto missing = run_coroutine(http::fetch("GET", url("/nothing"), {}, {}, 30s));
    BOOST_REQUIRE(missing.has_value());
    BOOST_TEST(missing->status == 404);
}

BOOST_AUTO_TEST_CASE(a_streamed_answer_that_ends_can_be_read_whole_too) {
    const auto answer = run_coroutine(http::fetch("GET", url("/stream/count"), {}, {}, 30s));
    BOOST_REQUIRE(answer.has_value());
    BOOST_TEST(answer->body == "onetwothree");
}

BOOST_AUTO_TEST_CASE(pieces_are_handed_on_decoded_after_the_head) {
    const auto done = run_coroutine(got.fetch(url("/stream/count")));
    BOOST_TEST(done.has_value());
    BOOST_REQUIRE_EQUAL(got.heads.size(), 1);
    BOOST_TEST(got.heads[0].status == 200);
    BOOST_TEST(got.heads[0].content_type == "text/plain");
    BOOST_TEST(got.body == "onetwothree");
    BOOST_TEST(got.pieces > 0);
}

BOOST_AUTO_TEST_CASE(header_fields_are_sent) {
    BOOST_TEST(run_coroutine(got.fetch(url("/headers"))).has_value());
    BOOST_TEST(got.body.find("X-Name=value\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(pieces_come_while_the_answer_goes_on_and_the_limit_is_for_the_head_alone) {
    got.enough = 5;
    const auto begun = run_coroutine(got.fetch(url("/stream/silent"), "GET", 20s));
    BOOST_TEST(begun.has_value());
    BOOST_TEST(got.body == "begun");
    server.wait_for([this] { return server.state.ended == 1; });

    heard other;
    bool aborted = false;
    const auto waited =
        run_coroutine(async::with_timeout(note_end(other.fetch(url("/stream/silent"), "GET", 200ms), aborted), 600ms));
    BOOST_TEST(!waited.has_value());
    BOOST_TEST(aborted);
    BOOST_TEST(other.body == "begun");
}

BOOST_AUTO_TEST_CASE(an_answer_with_a_length_is_handed_on_in_pieces_too) {
    BOOST_TEST(run_coroutine(got.fetch(url("/large"))).has_value());
    BOOST_TEST(got.body.size() == 64u << 20);
    BOOST_TEST(got.largest <= 16384);
}

BOOST_AUTO_TEST_CASE(an_endless_answer_ends_when_a_piece_is_refused) {
    got.enough = 10 << 20;
    BOOST_TEST(run_coroutine(got.fetch(url("/stream/flood"))).has_value());
    BOOST_TEST(got.body.size() >= 10u << 20);
    BOOST_TEST(std::all_of(got.body.begin(), got.body.end(), [](char byte) { return byte == 'x'; }));
    server.wait_for([this] { return server.state.ended == 1; });
}

BOOST_AUTO_TEST_CASE(it_ends_when_the_head_is_refused) {
    got.enough = 0;
    BOOST_TEST(run_coroutine(got.fetch(url("/stream/flood"))).has_value());
    BOOST_TEST(got.heads.size() == 1);
    BOOST_TEST(got.pieces == 0);
}

BOOST_AUTO_TEST_CASE(an_error_of_the_server_is_an_answer) {
    BOOST_TEST(run_coroutine(got.fetch(url("/nothing"))).has_value());
    BOOST_TEST(got.heads.at(0).status == 404);
    BOOST_TEST(got.body == R"({"error":"not found"})");
}

BOOST_AUTO_TEST_CASE(the_answer_to_head_has_no_pieces) {
    BOOST_TEST(run_coroutine(got.fetch(url("/stream/flood"), "HEAD")).has_value());
    BOOST_TEST(got.heads.at(0).status == 200);
    BOOST_TEST(got.pieces == 0);
}

BOOST_AUTO_TEST_CASE(a_body_that_breaks_off_is_a_failure_after_what_came) {
    const auto done = run_coroutine(got.fetch(url("/stream/throw")));
    BOOST_REQUIRE(!done.has_value());
    BOOST_TEST((done.error().code == core::errc::unavailable));
    BOOST_TEST(done.error().message.starts_with("the answer of " + host() + " broke off"));
    BOOST_TEST(got.body == "begun");
}

BOOST_AUTO_TEST_CASE(so_is_one_whose_server_closes) {
    std::thread closer([this] {
        server.wait_for([this] { return server.state.streaming == 1; });
        server.close(1h);
    });
    const auto done = run_coroutine(got.fetch(url("/stream/silent")));
    closer.join();
    BOOST_REQUIRE(!done.has_value());
    BOOST_TEST((done.error().code == core::errc::unavailable));
    BOOST_TEST(got.body == "begun");
}

BOOST_AUTO_TEST_CASE(a_head_that_does_not_come_in_time_is_timed_out) {
    const auto done = run_coroutine(got.fetch(url("/slow"), "GET", 50ms));
    BOOST_REQUIRE(!done.has_value());
    BOOST_TEST((done.error().code == core::errc::timed_out));
    BOOST_TEST(done.error().message == "no answer from " + host() + " within 50ms");
    BOOST_TEST(got.heads.empty());
}

BOOST_AUTO_TEST_CASE(a_cancelled_one_throws_operation_aborted_whatever_it_waits_for) {
    for (const auto* path : {"/slow", "/stream/silent", "/stream/silent-from-the-start"}) {
        bool aborted = false;
        const auto waited = run_coroutine(async::with_timeout(note_end(got.fetch(url(path)), aborted), 50ms));
        BOOST_TEST(!waited.has_value());
        BOOST_TEST(aborted);
    }
}

BOOST_AUTO_TEST_CASE(where_nobody_listens_it_is_unavailable_and_no_secret_is_told) {
    server.close(1s);
    const auto done = run_coroutine(got.fetch(url("/x?token=hunter2")));
    BOOST_REQUIRE(!done.has_value());
    BOOST_TEST((done.error().code == core::errc::unavailable));
    BOOST_TEST(done.error().message.starts_with("no answer from " + host() + ": "));
    BOOST_TEST(done.error().message.find("hunter2") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_url_that_nobody_can_be_asked_by_is_invalid) {
    const auto done = run_coroutine(got.fetch("ftp://forge.example/x"));
    BOOST_REQUIRE(!done.has_value());
    BOOST_TEST((done.error().code == core::errc::invalid));
    BOOST_TEST(got.heads.empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(answers_byte_by_byte)

namespace {

struct row {
    const char* name;
    std::string bytes;
    const char* body;
    bool whole;
};

std::ostream& operator<<(std::ostream& out, const row& value) {
    return out << value.name;
}

const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

const std::vector<row> rows{
    {"chunks", chunked + "3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n", "onetwo", true},
    {"chunks with extensions and trailers", chunked + "3;a=b\r\none\r\n0\r\nX-Sum: 1\r\n\r\n", "one", true},
    {"upper-case sizes", chunked + "A\r\n0123456789\r\n0\r\n\r\n", "0123456789", true},
    {"no pieces", chunked + "0\r\n\r\n", "", true},
    {"a length", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none", "one", true},
    {"the connection's end", "HTTP/1.0 200 OK\r\n\r\none", "one", true},
    {"no last chunk", chunked + "3\r\none\r\n", "one", false},
    {"half a chunk", chunked + "5\r\none", "one", false},
    {"half of the last chunk", chunked + "3\r\none\r\n0\r\n", "one", false},
    {"too short for its length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\none", "one", false},
    {"a size that is no number", chunked + "3\r\none\r\nxyz\r\ntwo\r\n0\r\n\r\n", "one", false},
    {"no HTTP", "220 mail.example ESMTP\r\n\r\n", "", false},
    {"half a head", "HTTP/1.1 200 OK\r\nContent-", "", false},
    {"nothing", "", "", false},
    {"a head without an end", "HTTP/1.1 200 OK\r\nX: " + std::string(100000, 'x') + "\r\n\r\n", "", false},
};

}  // namespace

BOOST_DATA_TEST_CASE(they_are_decoded_or_unavailable, boost::unit_test::data::make(rows)) {
    const canned_answer server(sample.bytes);
    heard got;
    const auto done = run_coroutine(got.fetch(server.url()));
    BOOST_TEST(done.has_value() == sample.whole);
    if (!done) BOOST_TEST((done.error().code == core::errc::unavailable));
    BOOST_TEST(got.body == sample.body);
}

BOOST_AUTO_TEST_SUITE_END()
