// When a forge wants to be asked again, and what its answers say of its limits and its clock.
#include "scripted_rest.hpp"
#include "support/unit_test.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>

using namespace familiar;
using namespace familiar::test::scripted_rest;
using namespace std::chrono_literals;
using core::errc;
namespace asio = boost::asio;
namespace json = boost::json;

BOOST_AUTO_TEST_SUITE(rest_limits)

namespace {

std::string seconds_from_now(std::chrono::seconds wait) {
    const auto then = std::chrono::ceil<std::chrono::seconds>(std::chrono::system_clock::now()) + wait;
    return std::to_string(then.time_since_epoch().count());
}

struct limit_row {
    const char* name;
    reply answer;
    bool is_failure;                ///< of the first call
    std::chrono::seconds at_least;  ///< the second one's wait
    std::chrono::seconds at_most;
};

const std::string used_up = "x-ratelimit-remaining: 0\r\nx-ratelimit-reset: ";
const std::string secondary = R"({"message":"You have exceeded a secondary rate limit."})";

std::vector<limit_row> limits() {
    return {
        {"429 with Retry-After", {"429 Too Many Requests", "Retry-After: 7\r\n"}, true, 6s, 7s},
        {"403 that was the last", {"403 Forbidden", used_up + seconds_from_now(100s) + "\r\n"}, true, 98s, 102s},
        {"GitLab's names",
         {"429 Too Many Requests", "RateLimit-Remaining: 0\r\nRateLimit-Reset: " + seconds_from_now(50s) + "\r\n"},
         true,
         48s,
         52s},
        {"a success that was the last", {"200 OK", used_up + seconds_from_now(100s) + "\r\n"}, false, 98s, 102s},
        {"a 404 that was the last", {"404 Not Found", used_up + seconds_from_now(100s) + "\r\n"}, true, 98s, 102s},
        {"a secondary limit with a time", {"403 Forbidden", "Retry-After: 30\r\n", secondary}, true, 28s, 30s},
        {"a secondary limit without", {"403 Forbidden", "", secondary}, true, 58s, 60s},
        {"429 without", {"429 Too Many Requests"}, true, 58s, 60s},
        {"maintenance", {"503 Service Unavailable", "Retry-After: 20\r\n"}, true, 18s, 20s},
    };
}

}  // namespace

BOOST_AUTO_TEST_CASE(nothing_is_asked_before_the_time_that_an_answer_told) {
    for (const auto& row : limits()) {
        BOOST_TEST_CONTEXT(row.name) {
            desk at({row.answer, {}});
            BOOST_TEST(at.ask().has_value() != row.is_failure);
            const auto second = at.ask();
            BOOST_REQUIRE(!second.has_value());
            BOOST_TEST(second.error().code == make_error_code(errc::unavailable));
            BOOST_TEST(says(second.error(), "the thing: github takes no more requests for another "));
            BOOST_REQUIRE(second.error().retry_after.has_value());
            BOOST_TEST((*second.error().retry_after >= row.at_least && *second.error().retry_after <= row.at_most));
            BOOST_TEST(!at.list().has_value());
            BOOST_TEST(at.server.requests().size() == 1U);
            BOOST_TEST(at.codes.size() == 1U);
        }
    }
}

BOOST_AUTO_TEST_CASE(answers_that_are_no_limit_hold_nothing_up) {
    const std::vector<reply> answers{
        {"502 Bad Gateway"},
        {"403 Forbidden"},
        {"404 Not Found"},
        {"200 OK", "x-ratelimit-remaining: 1\r\nx-ratelimit-reset: " + seconds_from_now(100s) + "\r\n"},
        {"200 OK", "x-ratelimit-remaining: 0\r\n"},
        {"403 Forbidden", used_up + "784111777\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"},
    };
    for (const auto& answer : answers) {
        BOOST_TEST_CONTEXT(answer.status << " " << answer.headers) {
            desk at({answer, {}});
            (void)at.ask();
            (void)at.ask();
            BOOST_TEST(at.server.requests().size() == 2U);
        }
    }
}

BOOST_AUTO_TEST_CASE(it_is_asked_again_when_the_time_is_over) {
    desk at({{"429 Too Many Requests", "Retry-After: 1\r\n"}, {}});
    const auto first = at.ask();
    BOOST_REQUIRE(!first.has_value());
    auto wait = at.rest.must_wait(at.about());
    BOOST_REQUIRE(wait.has_value());
    while (wait) {
        asio::steady_timer timer(at.context, *wait->retry_after);
        timer.wait();
        wait = at.rest.must_wait(at.about());
    }
    BOOST_TEST(at.ask().has_value());
}

BOOST_AUTO_TEST_CASE(the_limit_ends_in_the_middle_of_a_list) {
    auto first = page("[1]", "/thing?page=2");
    first.headers += used_up + seconds_from_now(100s) + "\r\n";
    desk at({first});
    const auto failure = at.list().error();
    BOOST_TEST(failure.code == make_error_code(errc::unavailable));
    BOOST_TEST(failure.retry_after.has_value());
    BOOST_TEST(at.server.requests().size() == 1U);
}

BOOST_AUTO_TEST_CASE(other_credentials_and_other_servers_are_not_held_up) {
    desk at({{"429 Too Many Requests", "Retry-After: 70\r\n"}, {}});
    (void)at.ask();
    at.authorization = "Bearer another";
    BOOST_TEST(at.ask().has_value());
    at.authorization = std::string("Bearer ") + token;
    BOOST_TEST(!at.ask().has_value());

    const scripted other({{}});
    auto elsewhere = at.about();
    elsewhere.url = other.url() + "/thing";
    BOOST_TEST(at.ask(elsewhere).has_value());
    BOOST_TEST(at.server.requests().size() == 2U);
}

BOOST_AUTO_TEST_CASE(tokens_of_one_account_have_one_limit) {
    desk at({{"429 Too Many Requests", "Retry-After: 70\r\n"}, {}});
    auto call = at.about();
    call.account = "App 1 at acme";
    BOOST_TEST(!at.ask(call).has_value());
    call.headers = {{"Authorization", "Bearer its-next-token"}};
    BOOST_TEST(!at.ask(call).has_value());
    BOOST_TEST(at.server.requests().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_shorter_limit_does_not_end_a_longer_one) {
    desk at({{"429 Too Many Requests", "Retry-After: 1000\r\n"}, {"429 Too Many Requests", "Retry-After: 5\r\n"}});
    std::vector<core::result<json::value>> answers;
    const auto note = [&](std::exception_ptr, core::result<json::value> answer) {
        answers.push_back(std::move(answer));
    };
    asio::co_spawn(at.context, at.rest.send(at.about()), note);
    asio::co_spawn(at.context, at.rest.send(at.about()), note);
    at.context.run();
    BOOST_TEST(answers.size() == 2U);
    BOOST_TEST((*at.rest.must_wait(at.about())->retry_after > 900s));
}

BOOST_AUTO_TEST_CASE(what_is_left_is_told) {
    desk at({{"200 OK", "x-ratelimit-remaining: 4999\r\n"},
             {"404 Not Found", "RateLimit-Remaining: 12\r\n"},
             {"200 OK", "x-ratelimit-remaining: many\r\n"},
             {"200 OK", "x-ratelimit-remaining: -1\r\n"},
             {}});
    for (int i = 0; i < 5; ++i) (void)at.ask();
    BOOST_TEST(at.remaining == (std::vector<double>{4999, 12}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_servers_clock_is_the_one_of_its_last_answer) {
    desk at({{.headers = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"}, {}});
    BOOST_TEST((core::now() - at.rest.their_now() < 1s));
    (void)at.ask();
    const auto theirs = core::parse_time("1994-11-06T08:49:37Z").value();
    BOOST_TEST((at.rest.their_now() >= theirs && at.rest.their_now() < theirs + 60s));
    (void)at.ask();
    BOOST_TEST((at.rest.their_now() < theirs + 60s));
}

BOOST_AUTO_TEST_SUITE_END()
