// JSON and pages.
#include "scripted_rest.hpp"
#include "support/unit_test.hpp"

#include <boost/json/serialize.hpp>

using namespace familiar;
using namespace familiar::test::scripted_rest;
using core::errc;
namespace json = boost::json;

BOOST_AUTO_TEST_SUITE(rest_json)

BOOST_AUTO_TEST_CASE(a_success_is_its_json) {
    desk at({{.body = R"({"id":7})"}});
    BOOST_TEST(at.ask().value().at("id").as_int64() == 7);
    BOOST_TEST(at.codes == std::vector<std::string>{"200"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_success_without_a_body_is_null) {
    for (const auto* status : {"204 No Content", "200 OK", "201 Created"}) {
        desk at({{.status = status, .body = ""}});
        BOOST_TEST(at.ask().value().is_null());
    }
}

BOOST_AUTO_TEST_CASE(what_is_asked_goes_out_as_json) {
    desk at({{}});
    auto call = at.about("/things");
    call.method = "POST";
    call.body = json::object{{"body", "Grüße"}};
    BOOST_TEST(at.ask(std::move(call)).has_value());
    const auto request = at.server.requests().at(0);
    BOOST_TEST(request.starts_with("POST /things HTTP/1.1\r\n"));
    BOOST_TEST(request.find("Content-Type: application/json\r\n") != std::string::npos);
    BOOST_TEST(request.ends_with("\r\n\r\n{\"body\":\"Grüße\"}"));
}

BOOST_AUTO_TEST_CASE(what_is_no_json_is_invalid) {
    for (const auto* body : {"<html>", "{", "{} {}", "nul"}) {
        desk at({{.body = body}});
        const auto failure = at.ask().error();
        BOOST_TEST(failure.code == make_error_code(errc::invalid));
        BOOST_TEST(says(failure, "the thing: the answer is not JSON"));
    }
}

BOOST_AUTO_TEST_CASE(an_answer_that_nests_too_deep_is_invalid) {
    desk at({{.body = std::string(100'000, '[')}});
    BOOST_TEST(at.ask().error().code == make_error_code(errc::invalid));
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_utf8_and_half_an_emoji_do_not_spoil_an_answer) {
    desk bytes({{.body = "{\"title\":\"\xff\"}"}});
    BOOST_TEST(bytes.ask().has_value());
    desk half({{.body = R"({"title":"cut \ud83c"})"}});
    BOOST_TEST(half.ask().value().at("title").as_string() == "cut \xEF\xBF\xBD");
}

BOOST_AUTO_TEST_CASE(a_refusal_says_what_was_asked_for_and_why) {
    desk at({{.status = "403 Forbidden", .body = R"({"message":"Resource not accessible by integration"})"}});
    const auto failure = at.ask().error();
    BOOST_TEST(failure.code == make_error_code(errc::authentication_failed));
    BOOST_TEST(failure.message ==
               "the thing: the server answers 403 Forbidden (Resource not accessible by integration)");
}

BOOST_AUTO_TEST_CASE(why_is_left_out_where_the_answer_shows_our_credentials_or_a_novel) {
    desk echo({{.status = "400 Bad Request", .body = std::string(R"({"message":"Bearer )") + token + "\"}"}});
    BOOST_TEST(echo.ask().error().message == "the thing: the server answers 400 Bad Request");
    desk novel({{.status = "400 Bad Request", .body = R"({"message":")" + std::string(10'000, 'x') + "\"}"}});
    BOOST_TEST(novel.ask().error().message == "the thing: the server answers 400 Bad Request");
}

BOOST_AUTO_TEST_CASE(a_refusal_that_is_fine_is_null) {
    const reply taken{.status = "422 Unprocessable Entity", .body = R"({"message":"already exists"})"};
    desk at({taken, taken, {.status = "500 Oops", .body = R"({"message":"already exists"})"}});
    auto call = at.about();
    BOOST_TEST(!at.ask(call).has_value());
    call.fine_if = "already exists";
    BOOST_TEST(at.ask(call).value().is_null());
    BOOST_TEST(!at.ask(call).has_value());
}

BOOST_AUTO_TEST_CASE(nobody_there_is_told_and_counted) {
    desk at({{}});
    auto call = at.about();
    call.url = "http://127.0.0.1:1/thing";
    const auto failure = at.ask(call).error();
    BOOST_TEST(failure.code == make_error_code(errc::unavailable));
    BOOST_TEST(failure.message.starts_with("the thing: no "));
    BOOST_TEST(says(failure, "127.0.0.1:1"));
    BOOST_TEST(at.codes == std::vector<std::string>{"unreachable"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(rest_pages)

BOOST_AUTO_TEST_CASE(all_pages_make_one_list) {
    desk at({page("[1,2]", "/thing?page=2"), page("[]", "/thing?page=3"), page("[3]", "")});
    const auto all = at.list().value();
    BOOST_TEST(json::serialize(json::array(all.begin(), all.end())) == "[1,2,3]");
    BOOST_TEST(at.server.requests().at(2).starts_with("GET /thing?page=3 "));
    BOOST_TEST(at.server.requests().at(2).find(token) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_list_ends_with_the_most_that_are_wanted) {
    desk at({page("[1,2]", "/thing?page=2"), page("[3,4]", "/thing?page=3")});
    BOOST_TEST(at.list(3).value().size() == 3U);
    BOOST_TEST(at.list(2).value().size() == 2U);
    BOOST_TEST(at.server.requests().size() == 3U);
}

BOOST_AUTO_TEST_CASE(a_list_ends_with_the_first_element_that_is_not_wanted) {
    desk at({page("[9,8]", "/thing?page=2"), page("[7,6]", "/thing?page=3")});
    const auto all = at.list(100, [](const json::value& one) { return one.as_int64() > 7; }).value();
    BOOST_TEST(all.size() == 2U);
    BOOST_TEST(at.server.requests().size() == 2U);
}

BOOST_AUTO_TEST_CASE(pages_without_an_end_do_not_hang) {
    desk at({page("[]", "/thing")});
    BOOST_TEST(at.list(5).value().empty());
    BOOST_TEST(at.server.requests().size() == 5U);
}

BOOST_AUTO_TEST_CASE(no_other_server_is_asked_for_the_next_page) {
    const scripted other({{.body = "[]"}});
    desk at({page("[1]", other.url() + "/thing")});
    const auto failure = at.list().error();
    BOOST_TEST(failure.code == make_error_code(errc::invalid));
    BOOST_TEST(says(failure, "the next page is not at http://127.0.0.1:"));
    BOOST_TEST(other.requests().empty());
}

BOOST_AUTO_TEST_CASE(what_is_no_list_is_invalid) {
    desk at({{.body = R"({"items":[]})"}});
    BOOST_TEST(at.list().error().message == "the thing: the answer is no list");
}

BOOST_AUTO_TEST_CASE(a_page_that_fails_fails_the_list) {
    desk at({page("[1]", "/thing?page=2"), {.status = "502 Bad Gateway"}});
    BOOST_TEST(at.list().error().code == make_error_code(errc::unavailable));
}

BOOST_AUTO_TEST_SUITE_END()
