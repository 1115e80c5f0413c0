// What GitHub's hooks could not deliver, asked of a local server that speaks its API.
#include "github_desk.hpp"
#include "observe/log.hpp"
#include "support/api_forge.hpp"
#include "support/unit_test.hpp"

#include <boost/json/parse.hpp>

using namespace familiar;
using std::chrono::system_clock;

namespace {

constexpr auto path = "acme/widgets";
constexpr auto hook_path = "/webhook/github";

system_clock::time_point minute(int count) {
    return system_clock::time_point(std::chrono::hours(480'000) + std::chrono::minutes(count));
}

struct mailroom : test::api_forge, test::github_desk {
    mailroom() : github_desk(with_token(github_url())) {
        add_user({.login = "familiar"});
        add_token(token, "familiar");
        create(path);
        hook = add_hook(path, "https://bot.example/webhook/github");
    }

    std::int64_t hook = 0;

    std::vector<provider::missed_delivery> missed(std::vector<std::string> paths = {path}, int since = 0) {
        return run(github->missed_deliveries(hook_path, std::move(paths),
                                             std::chrono::floor<std::chrono::milliseconds>(minute(since))))
            .value();
    }
};

test::api_delivery delivery(const std::string& guid, int at, int status = 502) {
    return {.guid = guid,
            .event = "pull_request",
            .action = "opened",
            .payload = R"({"action":"opened","guid":")" + guid + "\"}",
            .status_code = status,
            .delivered = minute(at)};
}

std::vector<std::string> ids(const std::vector<provider::missed_delivery>& of) {
    std::vector<std::string> out;
    for (const auto& one : of) out.push_back(one.id);
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(github_deliveries)

BOOST_FIXTURE_TEST_CASE(what_was_not_delivered_is_had_the_oldest_first_with_its_payload, mailroom) {
    add_delivery(hook, delivery("g-1", 1));
    add_delivery(hook, delivery("g-2", 2, 202));
    add_delivery(hook, delivery("g-3", 3, 0));
    const auto got = missed();
    BOOST_TEST(ids(got) == (std::vector<std::string>{"g-1", "g-3"}), boost::test_tools::per_element());
    BOOST_TEST(got[0].event_name == "pull_request");
    BOOST_TEST((boost::json::parse(got[0].body) == boost::json::parse(R"({"action":"opened","guid":"g-1"})")));
    BOOST_TEST((got[0].sent == std::chrono::floor<std::chrono::milliseconds>(minute(1))));
}

BOOST_FIXTURE_TEST_CASE(what_was_delivered_meanwhile_is_not_missed, mailroom) {
    add_delivery(hook, delivery("g-1", 1));
    auto again = delivery("g-1", 5, 200);
    again.redelivery = true;
    add_delivery(hook, again);
    BOOST_TEST(missed().empty());
    BOOST_TEST(requests("GET", "/deliveries/").empty());
}

BOOST_FIXTURE_TEST_CASE(attempts_before_the_time_are_not_even_listed, mailroom) {
    set_page_size(2);
    for (int i = 1; i <= 9; ++i) add_delivery(hook, delivery("g-" + std::to_string(i), i));
    BOOST_TEST(ids(missed({path}, 6)) == (std::vector<std::string>{"g-6", "g-7", "g-8", "g-9"}),
               boost::test_tools::per_element());
    BOOST_TEST(requests("GET", "/deliveries").size() == 3U + 4U);
}

BOOST_FIXTURE_TEST_CASE(hooks_that_lead_elsewhere_are_not_looked_at, mailroom) {
    const auto other = add_hook(path, "https://ci.example/github");
    add_delivery(other, delivery("g-1", 1));
    BOOST_TEST(missed().empty());
    BOOST_TEST(requests("GET", "/hooks/" + std::to_string(other)).empty());
}

BOOST_FIXTURE_TEST_CASE(deliveries_of_all_repositories_come_in_one_order, mailroom) {
    create("acme/gears");
    const auto second = add_hook("acme/gears", "https://bot.example/webhook/github");
    add_delivery(second, delivery("g-1", 1));
    add_delivery(hook, delivery("g-2", 2));
    add_delivery(second, delivery("g-3", 3));
    BOOST_TEST(ids(missed({path, "acme/gears"})) == (std::vector<std::string>{"g-1", "g-2", "g-3"}),
               boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(hooks_that_the_token_may_not_see_are_said_once_and_fail_nothing, mailroom) {
    const observe::log_capture log;
    add_delivery(hook, delivery("g-1", 1));
    create("acme/gears");
    for (int i = 0; i < 2; ++i) {
        script(test::failing(403).on("GET", "/repos/acme/gears/hooks"));
        BOOST_TEST(ids(missed({"acme/gears", "acme/nothing", path})) == std::vector<std::string>{"g-1"},
                   boost::test_tools::per_element());
    }
    BOOST_TEST(log.lines().size() == 2U);
    BOOST_TEST(log.contains("github/acme/gears"));
    BOOST_TEST(log.contains("github/acme/nothing"));
    BOOST_TEST(!log.contains(token));
}

BOOST_FIXTURE_TEST_CASE(credentials_that_are_no_good_are_a_failure_all_the_same, mailroom) {
    revoke_token(token);
    const auto failure = run(github->missed_deliveries(hook_path, {path}, core::wall_time())).error();
    BOOST_TEST(failure.code == make_error_code(core::errc::authentication_failed));
}

BOOST_FIXTURE_TEST_CASE(a_delivery_that_github_has_forgotten_is_left_out, mailroom) {
    add_delivery(hook, delivery("g-1", 1));
    add_delivery(hook, delivery("g-2", 2));
    script(test::failing(404).on("GET", "/deliveries/"));
    BOOST_TEST(ids(missed()) == std::vector<std::string>{"g-2"}, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(a_failure_on_the_way_fails_the_whole, mailroom) {
    add_delivery(hook, delivery("g-1", 1));
    script(test::failing(502).on("GET", "/deliveries/"));
    const auto failure = run(github->missed_deliveries(hook_path, {path}, core::wall_time())).error();
    BOOST_TEST(failure.code == make_error_code(core::errc::unavailable));
    script(test::failing(502).on("GET", "/hooks"));
    BOOST_TEST(!run(github->missed_deliveries(hook_path, {path}, core::wall_time())).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
