#include "http/message.hpp"

#include "http/buffer_budget.hpp"
#include "http/response_text.hpp"
#include "support/unit_test.hpp"

using namespace familiar;
using namespace std::chrono_literals;

namespace {

const core::wall_time then = *core::parse_time("1994-11-06T08:49:37Z");

}  // namespace

BOOST_AUTO_TEST_SUITE(messages)

BOOST_AUTO_TEST_CASE(a_header_is_found_in_any_case_and_the_first_one_counts) {
    http::request asked;
    asked.headers = {{"X-GitHub-Event", "push"}, {"x-github-event", "other"}};
    BOOST_TEST(*asked.header("x-github-EVENT") == "push");
    BOOST_TEST(!asked.header("x-github").has_value());
}

BOOST_AUTO_TEST_CASE(an_error_is_a_small_json_object_whatever_is_in_its_message) {
    const auto answer = http::error(404, "no \"such\"\nthing");
    BOOST_TEST(answer.status == 404);
    BOOST_TEST(answer.content_type == "application/json");
    BOOST_TEST(answer.body == R"({"error":"no \"such\"\nthing"})");
}

BOOST_AUTO_TEST_CASE(unavailable_says_when_to_come_back) {
    const auto answer = http::unavailable("busy", 30s);
    BOOST_TEST(answer.status == 503);
    BOOST_TEST(answer.headers.at(0).first == "Retry-After");
    BOOST_TEST(answer.headers.at(0).second == "30");
}

BOOST_AUTO_TEST_CASE(an_answer_on_the_wire) {
    auto answer = http::text(200, "hello");
    answer.headers.emplace_back("Cache-Control", "no-store");
    BOOST_TEST(to_wire(answer, {.keep_alive = true}, then) ==
               "HTTP/1.1 200 OK\r\n"
               "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
               "Content-Type: text/plain; charset=utf-8\r\n"
               "Content-Length: 5\r\n"
               "Cache-Control: no-store\r\n"
               "\r\n"
               "hello");
}

BOOST_AUTO_TEST_CASE(an_answer_to_head_tells_the_length_and_leaves_the_body_out) {
    const auto wire = to_wire(http::text(200, "hello"), {.head = true, .keep_alive = true}, then);
    BOOST_TEST(wire.find("Content-Length: 5\r\n") != std::string::npos);
    BOOST_TEST(wire.ends_with("\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(an_answer_says_what_becomes_of_the_connection) {
    const auto answer = http::text(200, "");
    BOOST_TEST(to_wire(answer, {}, then).find("Connection: close\r\n") != std::string::npos);
    BOOST_TEST(to_wire(answer, {.keep_alive = true}, then).find("Connection") == std::string::npos);
    BOOST_TEST(to_wire(answer, {.keep_alive = true, .http_1_0 = true}, then).find("Connection: keep-alive\r\n") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(no_header_value_can_start_another_header) {
    auto answer = http::text(200, "");
    answer.headers.emplace_back("X-Name", "value\r\nSet-Cookie: a=b");
    BOOST_TEST(to_wire(answer, {}, then).find("\r\nX-Name: valueSet-Cookie: a=b\r\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_status_without_a_name_is_written_as_its_number) {
    BOOST_TEST(http::to_wire(http::response{.status = 599}, {}, then).starts_with("HTTP/1.1 599 "));
}

BOOST_AUTO_TEST_CASE(a_budget_is_shared_and_given_back) {
    http::buffer_budget budget(100);
    {
        http::buffer_budget::lease one(budget);
        http::buffer_budget::lease other(budget);
        BOOST_TEST(one.grow_to(60));
        BOOST_TEST(!other.grow_to(41));
        BOOST_TEST(other.grow_to(40));
        BOOST_TEST(one.grow_to(10));
        BOOST_TEST(budget.left() == 0);
        BOOST_TEST(!one.grow_to(61));
    }
    BOOST_TEST(budget.left() == 100);
}

BOOST_AUTO_TEST_SUITE_END()
