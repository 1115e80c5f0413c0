// Requests that no server should take: two readers of one connection would understand them differently (which is how a
// request is smuggled past a proxy), or they are none of HTTP/1's. Each is answered and ends its connection, and what
// comes behind it is never taken for a request.
#include "running_server.hpp"
#include "support/raw_http.hpp"
#include "support/unit_test.hpp"

#include <system_error>

using namespace familiar;
using namespace std::chrono_literals;
using namespace std::string_literals;
using namespace std::string_view_literals;
using test::raw_connection;

namespace {

struct row {
    const char* name;
    std::string text;
    unsigned status;
};

std::ostream& operator<<(std::ostream& out, const row& value) {
    return out << value.name;
}

const std::string host = "Host: x\r\n";
const std::string get = "GET /hello HTTP/1.1\r\n";
const std::string post = "POST /echo HTTP/1.1\r\n" + host;
const std::string chunked = post + "Transfer-Encoding: chunked\r\n\r\n";
const std::string hello_in_chunks = "5\r\nhello\r\n0\r\n\r\n";
const std::string second_request = get + host + "\r\n";

std::string repeat(const std::string& text, int times) {
    std::string all;
    for (int at = 0; at < times; ++at) all += text;
    return all;
}

/// A whole request with one more header line.
std::string with_field(std::string_view line) {
    return get + host + std::string(line) + "\r\n\r\n";
}

const std::vector<row> not_http{
    {"no HTTP at all", "nonsense\r\n\r\n", 400},
    {"a TLS client", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s, 400},
    {"HTTP/2 with prior knowledge", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
    {"HTTP/3.0", "GET /hello HTTP/3.0\r\n" + host + "\r\n", 505},
    {"HTTP/1.2", "GET /hello HTTP/1.2\r\n" + host + "\r\n", 505},
    {"HTTP/0.9 that says so", "GET /hello HTTP/0.9\r\n\r\n", 505},
    {"HTTP/0.9", "GET /hello\r\n", 400},
    {"HTTP/0.9 with a bare LF", "GET /hello\n", 400},
    {"a version in lower case", "GET /hello http/1.1\r\n" + host + "\r\n", 400},
    {"a version of two digits", "GET /hello HTTP/1.10\r\n" + host + "\r\n", 400},
    {"a blank behind the version", "GET /hello HTTP/1.1 \r\n" + host + "\r\n", 400},
    {"no target", "GET  HTTP/1.1\r\n" + host + "\r\n", 400},
    {"two blanks before the target", "GET  /hello HTTP/1.1\r\n" + host + "\r\n", 400},
    {"a tab for a blank", "GET\t/hello HTTP/1.1\r\n" + host + "\r\n", 400},
    {"a blank before the method", " GET /hello HTTP/1.1\r\n" + host + "\r\n", 400},
    {"a control character in the target", "GET /he\x01llo HTTP/1.1\r\n" + host + "\r\n", 400},
    {"an unknown method", "BREW /hello HTTP/1.1\r\n" + host + "\r\n", 501},
    {"a method in lower case", "get /hello HTTP/1.1\r\n" + host + "\r\n", 501},
};

const std::vector<row> lines{
    {"a bare LF behind the request line", "GET /hello HTTP/1.1\n" + host + "\r\n", 400},
    {"a bare LF behind a header line", get + "Host: x\n\r\n", 400},
    {"bare LFs only", "GET /hello HTTP/1.1\nHost: x\n\n", 400},
    {"a bare LF that hides a header line", post + "X-A: a\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
    {"a bare CR in a value", with_field("X-A: a\rb"), 400},
    {"a bare CR that hides a header line", post + "X-A: a\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
    {"CR CR LF", get + "Host: x\r\r\n\r\n", 400},
    {"a bare CR before the end of the head", get + host + "\rX\r\n\r\n", 400},
    {"a folded line", with_field("X-A: one\r\n two"), 400},
    {"a line folded with a tab", with_field("X-A: one\r\n\ttwo"), 400},
    {"a line folded before it has a value", post + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n", 400},
    {"a fold that looks like a header line", post + "X-A: a\r\n Content-Length: 5\r\n\r\nhello", 400},
    {"a blank before the first header line", get + " " + host + "\r\n", 400},
    {"a line of nothing but a blank", get + host + " \r\n\r\n", 400},
    {"a NUL in a value", with_field("X-A: a\0b"sv), 400},
    {"a NUL in a name", with_field("X\0A: a"sv), 400},
    {"an escape character in a value", with_field("X-A: \x1b[31m"), 400},
    {"a DEL in a value", with_field("X-A: a\x7f"), 400},
    {"a vertical tab in a value",
     post + "Transfer-Encoding: \x0b"
            "chunked\r\n\r\n0\r\n\r\n",
     400},
    {"a blank before the colon", get + "Host : x\r\n\r\n", 400},
    {"a tab before the colon", get + "Host\t: x\r\n\r\n", 400},
    {"a line without a colon", with_field("broken"), 400},
    {"a line without a name", with_field(": x"), 400},
    {"no Host", get + "\r\n", 400},
    {"two Hosts", get + host + "Host: y\r\n\r\n", 400},
    {"an expectation that nobody knows", with_field("Expect: the-unexpected"), 417},
};

const std::vector<row> lengths{
    {"a length that is no number", post + "Content-Length: five\r\n\r\nhello", 400},
    {"a negative length", post + "Content-Length: -1\r\n\r\n", 400},
    {"a length with a sign", post + "Content-Length: +5\r\n\r\nhello", 400},
    {"a hexadecimal length", post + "Content-Length: 0x5\r\n\r\nhello", 400},
    {"an empty length", post + "Content-Length: \r\n\r\nhello", 400},
    {"two numbers for a length", post + "Content-Length: 5 5\r\n\r\nhello", 400},
    {"a length beyond all numbers", post + "Content-Length: 99999999999999999999999\r\n\r\n", 400},
    {"a length beyond the bound", post + "Content-Length: 18446744073709551615\r\n\r\n", 413},
    {"two lengths that differ", post + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 400},
    {"the same length twice", post + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", 400},
    {"a list of lengths", post + "Content-Length: 5, 5\r\n\r\nhello", 400},
    {"a list of lengths with an empty one", post + "Content-Length: 5,\r\n\r\nhello", 400},
    {"a length and chunks", post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
    {"chunks and a length", post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", 400},
    {"an unknown coding and a length", post + "Transfer-Encoding: x\r\nContent-Length: 5\r\n\r\nhello", 400},
    {"two transfer codings", post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
    {"chunks and then identity", post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n", 400},
    {"identity and then chunks", post + "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n", 501},
    {"an unknown transfer coding", post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501},
    {"a transfer coding that is not the last", post + "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", 501},
    {"chunks twice in a line", post + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 501},
    {"something that contains chunked", post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501},
    {"chunked in quotes", post + "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n", 501},
    {"chunked with a parameter", post + "Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n", 501},
    {"no transfer coding where one is announced", post + "Transfer-Encoding:\r\n\r\n0\r\n\r\n", 501},
    {"chunks in HTTP/1.0", "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
};

const std::vector<row> chunks{
    {"a size that is no number", chunked + "xyz\r\nhello\r\n0\r\n\r\n", 400},
    {"no size", chunked + "\r\nhello\r\n0\r\n\r\n", 400},
    {"a negative size", chunked + "-1\r\nhello\r\n0\r\n\r\n", 400},
    {"a size with a prefix", chunked + "0x5\r\nhello\r\n0\r\n\r\n", 400},
    {"a blank before the size", chunked + " 5\r\nhello\r\n0\r\n\r\n", 400},
    {"a blank behind the size", chunked + "5 \r\nhello\r\n0\r\n\r\n", 400},
    {"a size beyond all numbers", chunked + "fffffffffffffffff\r\nhello", 400},
    {"a size beyond the bound", chunked + "ffffffffffffffff\r\nhello", 413},
    {"sizes that add up to a small one", chunked + "5\r\nhello\r\nffffffffffffffff\r\n", 413},
    {"a chunk longer than it says", chunked + "2\r\nhello\r\n0\r\n\r\n", 400},
    {"a chunk shorter than it says", chunked + "5\r\nhel\r\n0\r\n\r\n", 400},
    {"a bare LF behind the size", chunked + "5\nhello\r\n0\r\n\r\n", 400},
    {"bare LFs only", chunked + "5\nhello\n0\n\n", 400},
    {"a bare CR behind the size", chunked + "5\rhello\r\n0\r\n\r\n", 400},
    {"a bare LF in an extension", chunked + "5;a\nb\r\nhello\r\n0\r\n\r\n", 400},
    {"a quoted LF in an extension", chunked + "5;a=\"\n\"\r\nhello\r\n0\r\n\r\n", 400},
    {"a quoted NUL in an extension", chunked + "5;a=\"\0\"\r\nhello\r\n0\r\n\r\n"s, 400},
    {"a quoted end of line in an extension", chunked + "5;a=\"\r\n\"\r\nhello\r\n0\r\n\r\n", 400},
    {"an extension without a name", chunked + "5;=x\r\nhello\r\n0\r\n\r\n", 400},
    {"an extension without an end", chunked + "5;" + std::string(20000, 'x'), 431},
    {"a size without an end", chunked + std::string(20000, '0'), 431},
    {"a folded trailer", chunked + "0\r\nX-A: one\r\n two\r\n\r\n", 400},
    {"a folded first trailer", chunked + "0\r\n X-A: one\r\n\r\n", 400},
    {"a bare LF in the trailers", chunked + "0\r\nX-A: one\nX-B: two\r\n\r\n", 400},
    {"a control character in a trailer", chunked + "0\r\nX-A: \x01\r\n\r\n", 400},
    {"a length among the trailers", chunked + "0\r\nContent-Length: 5\r\n\r\n", 400},
    {"trailers without an end", chunked + "0\r\n" + repeat("X-A: " + std::string(100, 'a') + "\r\n", 200), 431},
    {"more trailers than header lines may be", chunked + "0\r\n" + repeat("a:\r\n", 101) + "\r\n", 431},
};

const std::vector<row> floods{
    {"more header lines than may be", get + host + repeat("a:\r\n", 100) + "\r\n", 431},
    {"header lines without an end", get + host + repeat("X-A: " + std::string(100, 'a') + "\r\n", 200), 431},
    {"a header line without an end", get + host + "X-A: " + std::string(20000, 'a'), 431},
    {"a name without an end", get + host + std::string(20000, 'a'), 431},
    {"a request line without an end", "GET /" + std::string(20000, 'a'), 431},
    {"a method without an end", std::string(20000, 'A'), 431},
};

void expect_refusal(test::running_server& server, raw_connection& client, const row& of) {
    const auto answer = client.read_response();
    BOOST_TEST(answer.status == of.status);
    BOOST_TEST(answer.header("connection") == "close");
    BOOST_TEST(answer.body.starts_with(R"({"error":")"));
    BOOST_TEST(client.closed());
    BOOST_TEST(server.seen().size() == 1);
}

struct served {
    /// Far more than any of them waits for: one that is answered by a timeout is not understood.
    static http::limits patient() {
        http::limits bounds;
        bounds.header_timeout = bounds.request_timeout = bounds.idle_timeout = 1h;
        return bounds;
    }

    void check(const row& sample) {
        {
            test::running_server server(patient());
            raw_connection client(server.port());
            client.send(sample.text + second_request);
            expect_refusal(server, client, sample);
        }
        if (sample.text.size() > 1000) return;
        test::running_server server(patient());
        raw_connection client(server.port());
        for (const char byte : sample.text) client.send({&byte, 1});
        expect_refusal(server, client, sample);
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(refusals, served)

BOOST_DATA_TEST_CASE(what_is_not_http_1, boost::unit_test::data::make(not_http)) {
    check(sample);
}

BOOST_DATA_TEST_CASE(lines_that_are_not_clear, boost::unit_test::data::make(lines)) {
    check(sample);
}

BOOST_DATA_TEST_CASE(lengths_that_are_not_clear, boost::unit_test::data::make(lengths)) {
    check(sample);
}

BOOST_DATA_TEST_CASE(chunks_that_are_not_clear, boost::unit_test::data::make(chunks)) {
    check(sample);
}

BOOST_DATA_TEST_CASE(heads_that_are_too_much, boost::unit_test::data::make(floods)) {
    check(sample);
}

BOOST_AUTO_TEST_CASE(what_the_same_rows_are_changed_from_is_taken) {
    test::running_server server(patient());
    raw_connection client(server.port());
    for (const auto& text :
         {get + host + "\r\n", with_field("X-A: caf\xe9\t\x80"), chunked + hello_in_chunks,
          chunked + "5;a=\"b\\\"c\";d\r\nhello\r\n0;e\r\nX-A: one\r\n\r\n", chunked + "00005\r\nhello\r\n000\r\n\r\n",
          post + "Content-Length: 005\r\n\r\nhello", get + host + repeat("a:\r\n", 99) + "\r\n",
          chunked + "0\r\n" + repeat("a:\r\n", 99) + "\r\n"}) {
        client.send(text);
        BOOST_TEST(client.read_response().status == 200);
    }
}

BOOST_AUTO_TEST_CASE(what_follows_a_body_is_the_next_request) {
    test::running_server server(patient());
    raw_connection client(server.port());
    client.send(post + "Content-Length: 5\r\n\r\nhello world\r\n\r\n");
    BOOST_TEST(client.read_response().body == "hello");
    BOOST_TEST(client.read_response().status == 400);
    BOOST_TEST(client.closed());
}

BOOST_AUTO_TEST_CASE(a_body_that_ends_before_its_length_is_400) {
    test::running_server server(patient());
    for (const auto& text : {post + "Content-Length: 5\r\n\r\nhel", chunked + "5\r\nhel", chunked + "5",
                             chunked + "5\r\nhello\r\n0\r\n"}) {
        raw_connection client(server.port());
        client.send(text);
        client.finish_sending();
        const auto answer = client.read_response();
        BOOST_TEST(answer.status == 400);
        BOOST_TEST(answer.header("connection") == "close");
        BOOST_TEST(client.closed());
    }
}

BOOST_AUTO_TEST_CASE(a_head_that_ends_before_its_end_is_closed_without_a_word) {
    test::running_server server(patient());
    raw_connection client(server.port());
    client.send(get + host);
    client.finish_sending();
    BOOST_TEST(client.closed());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(clients_that_ask_first, served)

BOOST_AUTO_TEST_CASE(who_then_sends_nothing_is_408) {
    auto bounds = patient();
    bounds.request_timeout = 50ms;
    test::running_server server(bounds);
    raw_connection client(server.port());
    client.send(post + "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    BOOST_TEST(client.read_response().status == 100);
    BOOST_TEST(client.read_response().status == 408);
    BOOST_TEST(client.closed());
}

BOOST_AUTO_TEST_CASE(who_does_not_wait_for_the_answer_gets_both) {
    test::running_server server(patient());
    raw_connection client(server.port());
    client.send(repeat(post + "Content-Length: 5\r\nExpect: 100-continue\r\n\r\nhello", 2));
    for (const unsigned status : {100U, 200U, 100U, 200U}) BOOST_TEST(client.read_response().status == status);
}

BOOST_AUTO_TEST_CASE(who_has_nothing_to_send_is_not_told_to_go_on) {
    test::running_server server(patient());
    raw_connection client(server.port());
    client.send(get + host + "Expect: 100-continue\r\n\r\n");
    BOOST_TEST(client.read_response().status == 200);
    client.send(post + "Content-Length: 0\r\nExpect: 100-continue\r\n\r\n");
    BOOST_TEST(client.read_response().status == 200);
}

BOOST_AUTO_TEST_CASE(http_1_0_does_not_know_how_to_ask) {
    test::running_server server(patient());
    raw_connection client(server.port());
    client.send("POST /echo HTTP/1.0\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello");
    BOOST_TEST(client.read_response().body == "hello");
}

BOOST_AUTO_TEST_CASE(who_is_refused_is_not_told_to_go_on) {
    test::running_server server(patient());
    for (const auto& [text, status] : {std::pair{post + "Content-Length: 99999999\r\n", 413U},
                                       std::pair{"POST /nothing HTTP/1.1\r\n" + host + "Content-Length: 5\r\n", 404U},
                                       std::pair{"POST /json HTTP/1.1\r\n" + host + "Content-Length: 5\r\n", 415U}}) {
        raw_connection client(server.port());
        client.send(text + "Expect: 100-continue\r\n\r\n");
        BOOST_TEST(client.read_response().status == status);
        BOOST_TEST(client.closed());
    }
}

BOOST_AUTO_TEST_SUITE_END()
