// A GitHub App: its installation tokens, how long they are kept, and what goes wrong with them.
#include "async/sleep.hpp"
#include "github_desk.hpp"
#include "observe/redact.hpp"
#include "support/api_forge.hpp"
#include "support/unit_test.hpp"
#include "support/wait_until.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/json/parse.hpp>

#include <array>
#include <ctime>

using namespace familiar;
using namespace std::chrono_literals;
using core::errc;
using wanted_access = provider::access;
namespace asio = boost::asio;

namespace {

constexpr auto path = "acme/widgets";
const std::string head(40, 'a');

test::api_app app_with(std::chrono::seconds token_life) {
    return {
        .public_key = test::app_key::rsa().public_pem, .repositories = {path, "acme/gears"}, .token_life = token_life};
}

struct desk : test::api_forge, test::github_desk {
    desk() : desk(3600s) {}
    explicit desk(std::chrono::seconds token_life) : github_desk(as_app(github_url())) {
        install(app_with(token_life));
        open(path, {.head = head});
        open("acme/gears", {.head = head});
    }

    core::result<provider::credential> credential(wanted_access wanted, std::string of = path) {
        return run(github->credential_for(std::move(of), wanted));
    }

    std::size_t fetched() const { return requests("POST", "/access_tokens").size(); }
};

struct short_lived : desk {
    short_lived() : desk(9min) {}
};

using permissions = std::map<std::string, std::string>;

bool says(const core::error& failure, std::string_view part) {
    return failure.message.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(app_tokens)

BOOST_FIXTURE_TEST_CASE(the_app_is_its_bot_and_no_person, desk) {
    const auto who = run(github->identify()).value();
    BOOST_TEST(who.login == "familiar-app[bot]");
    BOOST_TEST(!who.person);
    BOOST_TEST(github->narrows());
}

BOOST_FIXTURE_TEST_CASE(familiars_own_calls_have_one_token_for_a_repository_with_what_they_need, desk) {
    BOOST_TEST(run(github->merge_request(path, 7)).has_value());
    BOOST_TEST(run(github->comments(path, 7)).has_value());
    BOOST_TEST(run(github->post_comment(path, 7, "Done.")).value().author.login == "familiar-app[bot]");
    BOOST_TEST(run(github->react(path, 7, std::nullopt)).has_value());
    BOOST_TEST(run(github->set_status(path, {.commit = head, .description = "done", .link = ""})).has_value());
    BOOST_TEST(run(github->permission(path, {.login = "ada"})).has_value());
    BOOST_REQUIRE(installation_tokens().size() == 1U);
    const auto made = installation_tokens().front();
    BOOST_TEST(made.repositories == std::vector<std::string>{path}, boost::test_tools::per_element());
    BOOST_TEST((made.permissions == permissions{{"contents", "read"},
                                                {"issues", "write"},
                                                {"metadata", "read"},
                                                {"pull_requests", "write"},
                                                {"statuses", "write"}}));
    BOOST_TEST(run(github->merge_request("acme/gears", 7)).has_value());
    BOOST_TEST(fetched() == 2U);
}

BOOST_FIXTURE_TEST_CASE(an_agent_gets_a_token_that_can_do_no_more_than_it_may, desk) {
    const auto read = credential(wanted_access::read).value();
    const auto write = credential(wanted_access::write).value();
    const auto made = installation_tokens();
    BOOST_REQUIRE(made.size() == 2U);
    BOOST_TEST(read.username == "x-access-token");
    BOOST_TEST(read.token.reveal() == made[0].token);
    BOOST_TEST(
        (made[0].permissions ==
         permissions{{"contents", "read"}, {"issues", "read"}, {"metadata", "read"}, {"pull_requests", "read"}}));
    BOOST_TEST(write.token.reveal() == made[1].token);
    BOOST_TEST(
        (made[1].permissions ==
         permissions{{"contents", "write"}, {"issues", "write"}, {"metadata", "read"}, {"pull_requests", "write"}}));
    for (const auto& one : made)
        BOOST_TEST(one.repositories == std::vector<std::string>{path}, boost::test_tools::per_element());
    BOOST_REQUIRE(read.expires.has_value());
    BOOST_TEST((*read.expires - core::now() > 58min && *read.expires - core::now() < 61min));
}

BOOST_FIXTURE_TEST_CASE(a_token_is_kept_for_its_purpose_and_its_repository, desk) {
    const auto first = credential(wanted_access::read).value().token.reveal();
    BOOST_TEST(credential(wanted_access::read).value().token.reveal() == first);
    BOOST_TEST(credential(wanted_access::read, "Acme/Widgets").value().token.reveal() == first);
    BOOST_TEST(credential(wanted_access::write).value().token.reveal() != first);
    BOOST_TEST(credential(wanted_access::read, "acme/gears").value().token.reveal() != first);
    BOOST_TEST(fetched() == 3U);
}

BOOST_FIXTURE_TEST_CASE(a_token_with_less_than_ten_minutes_left_is_renewed, desk) {
    install(app_with(9min));
    const auto first = credential(wanted_access::read).value();
    BOOST_TEST((*first.expires - core::now() < 10min));
    install(app_with(601min));
    const auto second = credential(wanted_access::read).value();
    BOOST_TEST(second.token.reveal() != first.token.reveal());
    BOOST_TEST(credential(wanted_access::read).value().token.reveal() == second.token.reveal());
    BOOST_TEST(fetched() == 2U);
}

BOOST_FIXTURE_TEST_CASE(when_it_ends_is_told_by_our_clock_whatever_theirs_says, desk) {
    const auto later = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) + 72h;
    const auto stamp = core::to_rfc3339(std::chrono::time_point_cast<std::chrono::milliseconds>(later + 1h));
    const std::time_t at = std::chrono::system_clock::to_time_t(later);
    std::tm parts{};
    gmtime_r(&at, &parts);
    std::array<char, 64> date{};
    std::strftime(date.data(), date.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    script({.method = "POST",
            .path = "/access_tokens",
            .status = 201,
            .headers = {{"Date", date.data()}},
            .body = R"({"token":"ghs_from_the_future","expires_at":")" + stamp + "\"}"});
    const auto got = credential(wanted_access::read).value();
    BOOST_TEST((*got.expires - core::now() > 58min && *got.expires - core::now() < 62min));
}

BOOST_FIXTURE_TEST_CASE(whoever_asks_at_the_same_time_gets_the_same_token, desk) {
    script(test::slow(100ms).on("POST", "/access_tokens"));
    std::vector<std::string> tokens;
    const auto note = [&](std::exception_ptr, const core::result<provider::credential>& got) {
        tokens.push_back(got.value().token.reveal());
    };
    for (int i = 0; i < 5; ++i) asio::co_spawn(context, github->credential_for(path, wanted_access::read), note);
    context.run();
    context.restart();
    BOOST_TEST(tokens == std::vector<std::string>(5, tokens.at(0)), boost::test_tools::per_element());
    BOOST_TEST(fetched() == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_token_that_ends_soon_is_shared_by_those_who_waited_for_it, short_lived) {
    script(test::slow(100ms).on("POST", "/access_tokens"));
    int got = 0;
    const auto note = [&](std::exception_ptr, const core::result<provider::credential>& one) { got += one ? 1 : 0; };
    for (int i = 0; i < 3; ++i) asio::co_spawn(context, github->credential_for(path, wanted_access::read), note);
    context.run();
    context.restart();
    BOOST_TEST(got == 3);
    BOOST_TEST(fetched() == 1U);
}

BOOST_FIXTURE_TEST_CASE(so_is_a_failure_and_the_next_one_asks_again, desk) {
    auto fault = test::failing(502).on("POST", "/access_tokens");
    fault.latency = 100ms;
    script(fault);
    std::vector<bool> fine;
    const auto note = [&](std::exception_ptr, const core::result<provider::credential>& got) {
        fine.push_back(got.has_value());
    };
    for (int i = 0; i < 3; ++i) asio::co_spawn(context, github->credential_for(path, wanted_access::read), note);
    context.run();
    context.restart();
    BOOST_TEST(fine == (std::vector<bool>{false, false, false}), boost::test_tools::per_element());
    BOOST_TEST(credential(wanted_access::read).has_value());
    BOOST_TEST(fetched() == 2U);
}

BOOST_FIXTURE_TEST_CASE(one_that_gives_up_takes_nobody_along, desk) {
    auto fault = test::silence();
    script(std::move(fault).on("POST", "/access_tokens"));
    asio::cancellation_signal stop;
    bool aborted = false;
    bool got = false;
    const auto note_abort = [&](std::exception_ptr thrown, const auto&) { aborted = thrown != nullptr; };
    const auto note = [&](std::exception_ptr, const core::result<provider::credential>& one) { got = one.has_value(); };
    asio::co_spawn(context, github->credential_for(path, wanted_access::read),
                   asio::bind_cancellation_slot(stop.slot(), note_abort));
    asio::co_spawn(context, github->credential_for(path, wanted_access::read), note);
    run(test::wait_until([&] {
        if (fetched() == 1) stop.emit(asio::cancellation_type::terminal);
        return aborted && got;
    }));
    BOOST_TEST(aborted);
    BOOST_TEST(got);
    BOOST_TEST(fetched() == 2U);
}

BOOST_FIXTURE_TEST_CASE(a_token_that_is_not_accepted_any_more_is_replaced, desk) {
    BOOST_TEST(run(github->merge_request(path, 7)).has_value());
    script(test::failing(401).on("GET", "/pulls/7"));
    BOOST_TEST(run(github->merge_request(path, 7)).error().code == make_error_code(errc::authentication_failed));
    BOOST_TEST(run(github->merge_request(path, 7)).has_value());
    BOOST_TEST(fetched() == 2U);
}

BOOST_FIXTURE_TEST_CASE(a_limit_of_the_installation_outlives_its_token, desk) {
    script(test::too_many_requests(1000s).on("GET", "/pulls/7"));
    BOOST_TEST(!run(github->merge_request(path, 7)).has_value());
    const auto before = requests().size();
    const auto failure = run(github->merge_request("acme/gears", 7)).error();
    BOOST_TEST(failure.code == make_error_code(errc::unavailable));
    BOOST_TEST(failure.retry_after.has_value());
    BOOST_TEST(requests("GET", "/pulls/7").size() == 1U);
    BOOST_TEST(requests().size() == before + 2U);  // for a token of that repository, which the App itself gets
}

BOOST_FIXTURE_TEST_CASE(after_a_reload_with_another_key_no_token_of_the_old_one_is_used, desk) {
    BOOST_TEST(run(github->merge_request(path, 7)).has_value());
    auto next = *settings;
    next.providers.github.private_key = core::secret(test::app_key::elliptic().private_pem);
    settings.replace(next);
    BOOST_TEST(run(github->merge_request(path, 7)).error().code == make_error_code(errc::invalid));
}

BOOST_FIXTURE_TEST_CASE(tokens_are_in_nothing_that_leaves_the_process, desk) {
    const auto token = credential(wanted_access::write).value().token.reveal();
    BOOST_TEST(observe::redacted("git-token=" + token + ".") == "git-token=***.");
}

BOOST_FIXTURE_TEST_CASE(a_key_that_is_none_is_named, desk) {
    auto next = *settings;
    next.providers.github.private_key = core::secret("-----BEGIN nothing-----");
    settings.replace(next);
    for (const auto& failure : {run(github->identify()).error(), run(github->merge_request(path, 7)).error(),
                                credential(wanted_access::read).error()}) {
        BOOST_TEST(failure.code == make_error_code(errc::invalid));
        BOOST_TEST(says(failure, "providers.github.private_key cannot be read"));
    }
    BOOST_TEST(requests().empty());
}

BOOST_FIXTURE_TEST_CASE(a_key_or_an_id_of_another_app_says_what_to_check, desk) {
    auto next = *settings;
    next.providers.github.app_id = "1";
    settings.replace(next);
    for (const auto& failure : {run(github->identify()).error(), run(github->merge_request(path, 7)).error()}) {
        BOOST_TEST(failure.code == make_error_code(errc::authentication_failed));
        BOOST_TEST(says(failure, "the server answers 401"));
        BOOST_TEST(says(failure, "check that providers.github.app_id and private_key are those of one App"));
        BOOST_TEST(!says(failure, "eyJ"));
    }
}

BOOST_FIXTURE_TEST_CASE(where_the_app_is_not_installed_it_says_so, desk) {
    open("acme/elsewhere", {.head = head});
    const auto failure = run(github->merge_request("acme/elsewhere", 7)).error();
    BOOST_TEST(failure.code == make_error_code(errc::not_found));
    BOOST_TEST(says(failure, "the App is not installed in acme/elsewhere"));
}

BOOST_FIXTURE_TEST_CASE(a_permission_that_the_installation_lacks_is_told_with_those_that_it_needs, desk) {
    auto poorer = app_with(3600s);
    poorer.permissions.erase("statuses");
    install(poorer);
    const auto failure = run(github->merge_request(path, 7)).error();
    BOOST_TEST(failure.code == make_error_code(errc::refused));
    BOOST_TEST(says(failure, "statuses: write"));
    BOOST_TEST(says(failure, "(The permissions requested are not granted to this installation.)"));
}

BOOST_FIXTURE_TEST_CASE(a_token_of_another_shape_is_none, desk) {
    for (const auto* body : {"{}", "[]", R"({"token":"x"})", R"({"token":"x","expires_at":"soon"})",
                             R"({"token":"","expires_at":"2036-01-31T12:00:00Z"})"}) {
        script({.method = "POST", .path = "/access_tokens", .status = 201, .body = body});
        BOOST_TEST(credential(wanted_access::read).error().code == make_error_code(errc::invalid));
    }
    script({.method = "GET", .path = "/installation", .status = 200, .body = R"({"id":"x"})"});
    BOOST_TEST(says(credential(wanted_access::read).error(), "not the documented shape: id"));
}

BOOST_FIXTURE_TEST_CASE(an_app_asks_its_own_hook_for_what_was_missed, desk) {
    const auto at = std::chrono::system_clock::now();
    add_delivery(0, {.guid = "g-1", .event = "issue_comment", .payload = R"({"a":1})", .delivered = at});
    add_delivery(0, {.guid = "g-2", .event = "ping", .payload = "{}", .status_code = 200, .delivered = at});
    const auto missed = run(github->missed_deliveries("/webhook/github", {path}, core::now() - 1h)).value();
    BOOST_REQUIRE(missed.size() == 1U);
    BOOST_TEST(missed.front().id == "g-1");
    BOOST_TEST(missed.front().event_name == "issue_comment");
    BOOST_TEST(missed.front().body == R"({"a":1})");
    BOOST_TEST(requests("GET", "/repos/").empty());
    BOOST_TEST(fetched() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
