// GitLab that limits, refuses, breaks off, says nonsense or nothing at all.
#include "async/timeout.hpp"
#include "gitlab_desk.hpp"
#include "support/api_forge.hpp"
#include "support/scripted_server.hpp"
#include "support/unit_test.hpp"
#include "support/wait_until.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/detached.hpp>

using namespace familiar;
using namespace std::chrono_literals;
using core::errc;
namespace asio = boost::asio;

namespace {

constexpr auto path = "acme/widgets";

struct desk : test::api_forge, test::gitlab_desk {
    desk() : gitlab_desk(gitlab_url()) {
        add_user({.login = "familiar", .bot = true});
        add_token(token, "familiar");
        open(path, {.head = std::string(40, 'a')});
    }
};

core::error failure_of(std::string body, const std::string& status = "200 OK", const std::string& headers = {}) {
    test::scripted_server server(test::answering_http(status, headers, body));
    test::gitlab_desk desk(server.url());
    return desk.run(desk.gitlab->comments(path, 7)).error();
}

bool says(const core::error& failure, std::string_view part) {
    return failure.message.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(gitlab_trouble)

BOOST_FIXTURE_TEST_CASE(a_limit_is_kept_without_another_request, desk) {
    script(test::too_many_requests(7s).on("GET", "/merge_requests/7"));
    const auto first = run(gitlab->merge_request(path, 7)).error();
    BOOST_TEST(first.code == make_error_code(errc::unavailable));
    BOOST_REQUIRE(first.retry_after.has_value());
    BOOST_TEST(first.retry_after->count() == 7000);
    const auto second = run(gitlab->identify()).error();
    BOOST_TEST(second.code == make_error_code(errc::unavailable));
    BOOST_REQUIRE(second.retry_after.has_value());
    BOOST_TEST(second.retry_after->count() > 1000);
    BOOST_TEST(second.retry_after->count() <= 7000);
    BOOST_TEST(requests().size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(the_end_of_a_limit_is_waited_for, desk) {
    set_limit(60, 0, std::chrono::system_clock::now() + 1h);
    const auto failure = run(gitlab->identify()).error();
    BOOST_TEST(failure.code == make_error_code(errc::unavailable));
    BOOST_REQUIRE(failure.retry_after.has_value());
    BOOST_TEST((*failure.retry_after > 50min && *failure.retry_after <= 61min));
}

BOOST_FIXTURE_TEST_CASE(what_is_left_of_the_limit_is_told, desk) {
    set_limit(600, 42, std::chrono::system_clock::now() + 1h);
    run(gitlab->identify()).value();
    BOOST_TEST(remaining == std::vector<double>{41}, boost::test_tools::per_element());
    BOOST_TEST(codes == std::vector<std::string>{"200"}, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(refusals_have_codes_to_act_on, desk) {
    for (const auto& [status, code] :
         {std::pair(401U, errc::authentication_failed), std::pair(403U, errc::authentication_failed),
          std::pair(404U, errc::not_found), std::pair(502U, errc::unavailable), std::pair(422U, errc::refused)}) {
        script(test::failing(status));
        const auto failure = run(gitlab->post_comment(path, 7, "Done.")).error();
        BOOST_TEST(failure.code == make_error_code(code), status);
        BOOST_TEST(says(failure, "a comment on acme/widgets!7"));
        BOOST_TEST(!says(failure, token));
    }
    BOOST_TEST(comments(path, 7).empty());
}

BOOST_FIXTURE_TEST_CASE(a_comment_whose_answer_was_lost_is_there_and_not_written_twice, desk) {
    script(test::lost_answer().on("POST", "/notes"));
    BOOST_TEST(run(gitlab->post_comment(path, 7, "Done.")).error().code == make_error_code(errc::unavailable));
    script(test::cut_off(true).on("POST", "/notes"));
    BOOST_TEST(run(gitlab->post_comment(path, 7, "Done again.")).error().code == make_error_code(errc::unavailable));
    BOOST_TEST(comments(path, 7).size() == 2U);
    const auto seen = run(gitlab->comments(path, 7)).value();
    BOOST_TEST(seen.size() == 2U);
    BOOST_TEST(seen.front().author.login == "familiar");
}

BOOST_FIXTURE_TEST_CASE(a_page_that_fails_fails_the_listing, desk) {
    set_page_size(1);
    for (int i = 0; i < 3; ++i) comment(path, 7, {.body = "remark"});
    script(test::slow(0ms).on("GET", "/discussions"));
    script(test::failing(500).on("GET", "/discussions"));
    BOOST_TEST(run(gitlab->comments(path, 7)).error().code == make_error_code(errc::unavailable));
    BOOST_TEST(requests("GET", "/discussions").size() == 2U);
}

BOOST_AUTO_TEST_CASE(an_answer_of_another_shape_is_an_error_with_its_field) {
    BOOST_TEST(failure_of("{}").code == make_error_code(errc::invalid));
    BOOST_TEST(failure_of("<html>").code == make_error_code(errc::invalid));
    BOOST_TEST(failure_of("").code == make_error_code(errc::invalid));
    BOOST_TEST(failure_of("[7]").code == make_error_code(errc::invalid));
    const auto failure = failure_of(R"([{"id":"a","notes":[{"id":1,"body":7}]}])");
    BOOST_TEST(failure.code == make_error_code(errc::invalid));
    BOOST_TEST(says(failure, "the comments of acme/widgets!7"));
    BOOST_TEST(says(failure, "body"));
}

BOOST_AUTO_TEST_CASE(a_login_page_is_no_answer) {
    const auto failure = failure_of("", "302 Found", "Location: https://sso.example.org/login\r\n");
    BOOST_TEST(failure.code == make_error_code(errc::not_found));
}

BOOST_AUTO_TEST_CASE(a_next_page_elsewhere_is_not_asked_for) {
    const auto failure =
        failure_of("[]", "200 OK", "Link: <http://127.0.0.2:1/api/v4/projects?page=2>; rel=\"next\"\r\n");
    BOOST_TEST(failure.code == make_error_code(errc::invalid));
}

BOOST_AUTO_TEST_CASE(nobody_there_is_unavailable) {
    std::string url;
    {
        const test::scripted_server gone(test::closing());
        url = gone.url();
    }
    test::gitlab_desk desk(url);
    BOOST_TEST(desk.run(desk.gitlab->identify()).error().code == make_error_code(errc::unavailable));
    BOOST_TEST(desk.codes == std::vector<std::string>{"unreachable"}, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(a_token_is_in_no_error_whatever_comes_back, desk) {
    script({.status = 403, .body = R"({"message":"no scope for )" + std::string(token) + R"("})"});
    BOOST_TEST(!says(run(gitlab->identify()).error(), token));
}

BOOST_AUTO_TEST_CASE(silence_ends_with_the_clients_patience) {
    test::scripted_server server(test::silent());
    test::gitlab_desk desk(server.url(), {.first_byte_timeout = 50ms});
    BOOST_TEST(desk.run(desk.gitlab->identify()).error().code == make_error_code(errc::timed_out));
    BOOST_TEST(desk.codes == std::vector<std::string>{"timed_out"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_call_can_be_cancelled) {
    test::scripted_server server(test::silent());
    test::gitlab_desk desk(server.url());
    asio::cancellation_signal stop;
    bool aborted = false;
    const auto note_end = [&](std::exception_ptr thrown, const auto&) {
        try {
            if (thrown) std::rethrow_exception(thrown);
        } catch (const boost::system::system_error& failure) {
            aborted = failure.code() == asio::error::operation_aborted;
        }
    };
    asio::co_spawn(desk.context, desk.gitlab->comments(path, 7), asio::bind_cancellation_slot(stop.slot(), note_end));
    desk.run(test::wait_until([&] {
        if (server.connections() == 1) stop.emit(asio::cancellation_type::terminal);
        return aborted;
    }));
    BOOST_TEST(aborted);
}

BOOST_AUTO_TEST_SUITE_END()
