// GitHub that limits, refuses, breaks off, says nonsense or nothing at all.
#include "async/sleep.hpp"
#include "github_desk.hpp"
#include "support/api_forge.hpp"
#include "support/scripted_server.hpp"
#include "support/unit_test.hpp"
#include "support/wait_until.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

using namespace familiar;
using namespace std::chrono_literals;
using core::errc;
using std::chrono::system_clock;
namespace asio = boost::asio;

namespace {

constexpr auto path = "acme/widgets";
const std::string head(40, 'a');

struct desk : test::api_forge, test::github_desk {
    desk() : github_desk(with_token(github_url())) {
        add_user({.login = "familiar"});
        add_token(token, "familiar");
        open(path, {.head = head});
    }
};

/// A GitHub that answers everything so.
struct odd_desk : test::github_desk {
    explicit odd_desk(const std::string& body, const std::string& status = "200 OK")
        : odd_desk(std::make_unique<test::scripted_server>(test::answering_http(status, {}, body))) {}
    explicit odd_desk(std::unique_ptr<test::scripted_server> of, http::client_settings how = {})
        : github_desk(with_token(of->url()), std::move(how)), server(std::move(of)) {}

    std::unique_ptr<test::scripted_server> server;
};

bool says(const core::error& failure, std::string_view part) {
    return failure.message.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(github_trouble)

BOOST_FIXTURE_TEST_CASE(a_429_with_a_time_is_kept_without_another_request, desk) {
    script(test::too_many_requests(7s).on("GET", "/pulls/7"));
    const auto first = run(github->merge_request(path, 7)).error();
    BOOST_TEST(first.code == make_error_code(errc::unavailable));
    BOOST_TEST((first.retry_after == 7s));
    const auto second = run(github->permission(path, {.login = "mona"})).error();
    BOOST_TEST(second.code == make_error_code(errc::unavailable));
    BOOST_REQUIRE(second.retry_after.has_value());
    BOOST_TEST((*second.retry_after > 1s && *second.retry_after <= 7s));
    BOOST_TEST(requests().size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_403_with_nothing_left_holds_everything_until_the_reset, desk) {
    script(test::limit_used_up(system_clock::now() + 1h));
    const auto first = run(github->comments(path, 7)).error();
    BOOST_TEST(first.code == make_error_code(errc::unavailable));
    const auto second = run(github->identify()).error();
    BOOST_REQUIRE(second.retry_after.has_value());
    BOOST_TEST((*second.retry_after > 59min && *second.retry_after <= 61min));
    BOOST_TEST(requests().size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_limit_that_has_ended_is_over, desk) {
    script(test::too_many_requests(1s));
    BOOST_TEST(!run(github->identify()).has_value());
    core::result<provider::identity> got = core::fail(errc::unavailable, "not asked yet");
    while (!got) {
        const auto wait = got.error().retry_after.value_or(0ms);
        run([](std::chrono::milliseconds so_long) -> asio::awaitable<void> {
            co_await async::sleep_for(so_long);
        }(wait));
        got = run(github->identify());
    }
    const auto calls = requests();
    BOOST_TEST(calls.size() == 2U);
    BOOST_TEST((calls.at(1).at - calls.at(0).at >= 1s));
}

BOOST_FIXTURE_TEST_CASE(a_secondary_limit_is_a_minute_where_it_names_none, desk) {
    script(test::secondary_limit(0s).on("POST", "/comments"));
    const auto failure = run(github->post_comment(path, 7, "Done.")).error();
    BOOST_TEST(failure.code == make_error_code(errc::unavailable));
    BOOST_TEST((failure.retry_after == 60s));
    BOOST_TEST(!run(github->identify()).has_value());
    BOOST_TEST(requests().size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(the_last_request_of_a_limit_is_a_success_and_the_next_is_not_made, desk) {
    set_limit(60, 1, system_clock::now() + 1h);
    BOOST_TEST(run(github->identify()).has_value());
    BOOST_TEST(remaining == std::vector<double>{0}, boost::test_tools::per_element());
    const auto failure = run(github->identify()).error();
    BOOST_TEST(failure.code == make_error_code(errc::unavailable));
    BOOST_TEST(requests().size() == 1U);
    BOOST_TEST(codes == std::vector<std::string>{"200"}, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(a_new_token_is_not_held_up_by_the_old_ones_limit, desk) {
    script(test::too_many_requests(1000s));
    BOOST_TEST(!run(github->identify()).has_value());
    add_token("ghp_the_next_one", "familiar");
    auto next = *settings;
    next.providers.github.token = core::secret("ghp_the_next_one");
    settings.replace(next);
    BOOST_TEST(run(github->identify()).has_value());
}

BOOST_FIXTURE_TEST_CASE(refusals_have_codes_to_act_on_and_name_what_was_asked, desk) {
    for (const auto& [status, code] :
         {std::pair(401U, errc::authentication_failed), std::pair(403U, errc::authentication_failed),
          std::pair(404U, errc::not_found), std::pair(409U, errc::conflict), std::pair(422U, errc::refused),
          std::pair(500U, errc::unavailable), std::pair(502U, errc::unavailable)}) {
        script(test::failing(status));
        const auto failure = run(github->post_comment(path, 7, "Done.")).error();
        BOOST_TEST(failure.code == make_error_code(code), status);
        BOOST_TEST(says(failure, "a comment on acme/widgets#7: the server answers " + std::to_string(status)));
        BOOST_TEST(!says(failure, token));
    }
    BOOST_TEST(comments(path, 7).empty());
}

BOOST_FIXTURE_TEST_CASE(a_permission_that_cannot_be_asked_is_no_permission_and_no_none, desk) {
    script(test::failing(403));
    const auto failure = run(github->permission(path, {.login = "mona"})).error();
    BOOST_TEST(failure.code == make_error_code(errc::authentication_failed));
    BOOST_TEST(says(failure, "the permission of mona in acme/widgets: the server answers 403"));
    script(test::failing(502));
    BOOST_TEST(!run(github->permission(path, {.login = "mona"})).has_value());
}

BOOST_FIXTURE_TEST_CASE(a_comment_whose_answer_was_lost_is_not_written_twice, desk) {
    script(test::lost_answer().on("POST", "/comments"));
    BOOST_TEST(run(github->post_comment(path, 7, "Done.")).error().code == make_error_code(errc::unavailable));
    script(test::cut_off(true).on("POST", "/comments"));
    BOOST_TEST(run(github->post_comment(path, 7, "Done again.")).error().code == make_error_code(errc::unavailable));
    BOOST_TEST(comments(path, 7).size() == 2U);
    const auto seen = run(github->comments(path, 7)).value();
    BOOST_TEST(seen.size() == 2U);
    BOOST_TEST(seen.front().author.login == "familiar");
}

BOOST_FIXTURE_TEST_CASE(each_of_the_three_listings_can_fail_the_comments, desk) {
    for (const auto* listing : {"/issues/7/comments", "/pulls/7/comments", "/pulls/7/reviews"}) {
        script(test::failing(502).on("GET", listing));
        BOOST_TEST(run(github->comments(path, 7)).error().code == make_error_code(errc::unavailable));
    }
}

BOOST_AUTO_TEST_CASE(an_answer_of_another_shape_is_invalid_with_its_field) {
    struct row {
        std::string body;
        const char* part;
    };
    for (const auto& [body, part] :
         std::vector<row>{{"[]", "the answer is no object"},
                          {"<html>", "the answer is not JSON"},
                          {"", "the answer is no object"},
                          {"{}", "not the documented shape: head"},
                          {R"({"number":7,"head":{"ref":"spin","sha":7},"base":{"ref":"main"}})", "shape: head.sha"}}) {
        odd_desk at(body);
        const auto failure = at.run(at.github->merge_request(path, 7)).error();
        BOOST_TEST(failure.code == make_error_code(errc::invalid));
        BOOST_TEST(says(failure, "the pull request acme/widgets#7: "));
        BOOST_TEST(says(failure, part), failure.message);
    }
    odd_desk listing("[7]");
    BOOST_TEST(listing.run(listing.github->comments(path, 7)).error().message ==
               "the comments of acme/widgets#7: the answer is no object");
    odd_desk user("{}");
    BOOST_TEST(user.run(user.github->identify()).error().message ==
               "the login of providers.github.token: not the documented shape: login");
    odd_desk role(R"({"permission":"root"})");
    BOOST_TEST(!role.run(role.github->permission(path, {.login = "mona"})).has_value());
    odd_desk open("{}");
    BOOST_TEST(!open.run(open.github->open_requests(path, {})).has_value());
    odd_desk hooks("{}");
    BOOST_TEST(!hooks.run(hooks.github->missed_deliveries("/webhook/github", {path}, {})).has_value());
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_too_long_is_not_read) {
    auto server = std::make_unique<test::scripted_server>(
        test::answering_http("200 OK", {}, "\"" + std::string(100'000, 'x') + "\""));
    odd_desk at(std::move(server), {.max_response = 10'000});
    BOOST_TEST(at.run(at.github->identify()).error().code == make_error_code(errc::too_large));
}

BOOST_FIXTURE_TEST_CASE(a_token_is_in_no_error_whatever_comes_back, desk) {
    script({.status = 403, .body = R"({"message":"no scope for )" + std::string(token) + R"("})"});
    BOOST_TEST(!says(run(github->identify()).error(), token));
    script({.status = 200, .body = "<p>" + std::string(token)});
    BOOST_TEST(!says(run(github->identify()).error(), token));
}

BOOST_AUTO_TEST_CASE(silence_ends_with_the_clients_patience) {
    odd_desk at(std::make_unique<test::scripted_server>(test::silent()), {.first_byte_timeout = 50ms});
    BOOST_TEST(at.run(at.github->identify()).error().code == make_error_code(errc::timed_out));
    BOOST_TEST(at.codes == std::vector<std::string>{"timed_out"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_call_can_be_cancelled) {
    odd_desk at(std::make_unique<test::scripted_server>(test::silent()));
    asio::cancellation_signal stop;
    bool aborted = false;
    const auto note_end = [&](std::exception_ptr thrown, const auto&) {
        try {
            if (thrown) std::rethrow_exception(thrown);
        } catch (const boost::system::system_error& failure) {
            aborted = failure.code() == asio::error::operation_aborted;
        }
    };
    asio::co_spawn(at.context, at.github->comments(path, 7), asio::bind_cancellation_slot(stop.slot(), note_end));
    at.run(test::wait_until([&] {
        if (at.server->connections() == 1) stop.emit(asio::cancellation_type::terminal);
        return aborted;
    }));
    BOOST_TEST(aborted);
    BOOST_TEST(at.codes.empty());
}

BOOST_AUTO_TEST_SUITE_END()
