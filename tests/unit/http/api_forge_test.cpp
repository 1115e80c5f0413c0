#include "support/api_forge.hpp"

#include "http/client.hpp"
#include "support/run_coroutine.hpp"
#include "support/unit_test.hpp"

#include <boost/json/parse.hpp>

// The forge that other tests ask: what they rely on and could not see going wrong.
namespace {

using namespace familiar;
using namespace std::chrono_literals;

const std::string comments = "/repos/acme/widgets/issues/7/comments";
const std::string notes = "/api/v4/projects/acme%2Fwidgets/merge_requests/7/notes";

struct world {
    world() {
        forge.add_token("secret", "familiar-bot");
        forge.open("acme/widgets", {.number = 7});
    }

    core::result<http::response> ask(const std::string& method, const std::string& url, const std::string& body = {},
                                     const std::string& token = "secret") {
        const http::header_list headers{{"Authorization", "Bearer " + token}, {"Content-Type", "application/json"}};
        return test::run_coroutine(http::fetch(method, url, headers, body, 5s));
    }

    test::api_forge forge;
};

std::string link_of(const http::response& answer) {
    for (const auto& [name, value] : answer.headers)
        if (name == "Link") return value;
    return {};
}

/// The page after this one; empty for the last.
std::string next_of(const http::response& answer) {
    const auto link = link_of(answer);
    return link.find("rel=\"next\"") == std::string::npos ? "" : link.substr(1, link.find('>') - 1);
}

/// One field of all elements of a page, one after the other.
std::string fields(const http::response& page, const char* name) {
    const auto all = boost::json::parse(page.body);
    std::string out;
    for (const auto& one : all.as_array()) out += one.at(name).as_string();
    return out;
}

BOOST_FIXTURE_TEST_SUITE(api_forge, world)

BOOST_AUTO_TEST_CASE(pages_follow_one_another_to_the_end) {
    for (int number = 0; number < 7; ++number) forge.comment("acme/widgets", 7, {.body = std::to_string(number)});
    forge.set_page_size(3);
    for (const auto& first :
         {forge.github_url() + comments + "?per_page=100", forge.gitlab_url() + notes + "?sort=asc&per_page=100"}) {
        std::string seen;
        int pages = 0;
        for (auto url = first; !url.empty(); ++pages) {
            const auto answer = ask("GET", url).value();
            seen += fields(answer, "body");
            url = next_of(answer);
        }
        BOOST_TEST(seen == "0123456");
        BOOST_TEST(pages == 3);
    }
}

BOOST_AUTO_TEST_CASE(deliveries_come_newest_first_from_cursor_to_cursor) {
    const auto hook = forge.add_hook("acme/widgets", "https://familiar.test/webhook/github");
    const auto begin = std::chrono::system_clock::now();
    for (int age = 0; age < 5; ++age)
        forge.add_delivery(hook, {.guid = std::to_string(age), .delivered = begin - std::chrono::minutes(age)});
    std::string seen;
    for (auto url = forge.github_url() + "/repos/acme/widgets/hooks/" + std::to_string(hook) + "/deliveries?per_page=2";
         !url.empty();) {
        const auto answer = ask("GET", url).value();
        seen += fields(answer, "guid");
        url = next_of(answer);
    }
    BOOST_TEST(seen == "01234");
}

BOOST_AUTO_TEST_CASE(an_answer_that_got_lost_has_been_given_all_the_same) {
    forge.script(test::lost_answer().on("POST", "/comments"));
    const auto url = forge.github_url() + comments;
    BOOST_TEST(ask("POST", url, R"({"body":"hello"})").value().status == 502U);
    BOOST_TEST(forge.comments_by("familiar-bot", "acme/widgets", 7).size() == 1U);
    BOOST_TEST(forge.faults_left() == 0);
    BOOST_TEST(ask("POST", url, R"({"body":"hello"})").value().status == 201U);
}

BOOST_AUTO_TEST_CASE(a_connection_that_is_cut_or_silent_gives_no_answer) {
    forge.script(test::cut_off().on("POST", "/comments"));
    BOOST_TEST(!ask("POST", forge.github_url() + comments, R"({"body":"hello"})"));
    BOOST_TEST(forge.comments("acme/widgets", 7).empty());
    forge.script(test::silence().on("GET", "/user"));
    const auto url = forge.github_url() + "/user";
    const auto asked = test::run_coroutine(http::fetch("GET", url, {{"Authorization", "Bearer secret"}}, "", 200ms));
    BOOST_TEST((asked.error().code == core::errc::timed_out));
}

BOOST_AUTO_TEST_CASE(a_stranger_gets_401_and_what_is_asked_is_remembered_with_its_asker) {
    BOOST_TEST(ask("GET", forge.github_url() + "/user", "", "wrong").value().status == 401U);
    BOOST_TEST(ask("GET", forge.gitlab_url() + "/api/v4/user").value().status == 200U);
    const auto calls = forge.requests("GET", "/user");
    BOOST_REQUIRE(calls.size() == 2U);
    BOOST_TEST(calls[0].login == "");
    BOOST_TEST(calls[0].status == 401U);
    BOOST_TEST(calls[1].login == "familiar-bot");
}

BOOST_AUTO_TEST_CASE(a_limit_that_is_used_up_refuses_until_its_reset) {
    forge.set_limit(100, 1, std::chrono::system_clock::now() + 1s);
    const auto url = forge.github_url() + "/user";
    BOOST_TEST(ask("GET", url).value().status == 200U);
    const auto refused = ask("GET", url).value();
    BOOST_TEST(refused.status == 403U);
    BOOST_TEST(ask("GET", forge.gitlab_url() + "/api/v4/user").value().status == 429U);
    const auto give_up = std::chrono::steady_clock::now() + 30s;
    while (ask("GET", url).value().status != 200U) BOOST_REQUIRE(std::chrono::steady_clock::now() < give_up);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
