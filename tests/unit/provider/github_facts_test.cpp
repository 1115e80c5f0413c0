#include "provider/github_facts.hpp"

#include "provider/github_attempts.hpp"
#include "support/unit_test.hpp"

#include <boost/json/parse.hpp>

using namespace familiar;
using namespace std::chrono_literals;
using config::permission;
using provider::delivery_attempt;
using provider::progress;
namespace facts = provider::github_facts;
namespace json = boost::json;

namespace {

/// What a reader makes of this text, and the field that does not fit.
template <class T>
std::pair<T, std::string> read(const std::string& text, T (*reader)(const event::fields&)) {
    const auto value = json::parse(text);
    std::string fault;
    auto out = reader(event::fields(value.get_object(), fault));
    return {std::move(out), fault};
}

std::pair<provider::merge_request_state, std::string> read_pull(const std::string& text) {
    const auto value = json::parse(text);
    std::string fault;
    auto out = facts::read_pull(event::fields(value.get_object(), fault), "Acme/Widgets");
    return {std::move(out), fault};
}

std::string pull_with(const std::string& head_repo, const std::string& sha = std::string(40, 'a')) {
    return R"({"number":7,"state":"open","title":"Spin","body":null,"draft":true,"html_url":"https://x/7","user":null,
               "head":{"ref":"spin","sha":")" +
           sha + R"(","repo":)" + head_repo + R"(},"base":{"ref":"main"}})";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(github_facts)

BOOST_AUTO_TEST_CASE(a_role_says_what_somebody_may_and_permission_where_the_role_is_the_organisations_own) {
    const std::vector<std::tuple<const char*, permission>> rows{
        {R"({"permission":"admin","role_name":"admin"})", permission::admin},
        {R"({"permission":"write","role_name":"maintain"})", permission::maintain},
        {R"({"permission":"write","role_name":"write"})", permission::write},
        {R"({"permission":"read","role_name":"triage"})", permission::read},
        {R"({"permission":"read","role_name":"read"})", permission::read},
        {R"({"permission":"none","role_name":"none"})", permission::none},
        {R"({"permission":"write","role_name":"release captain"})", permission::write},
        {R"({"permission":"read","role_name":""})", permission::read},
        {R"({"permission":"write"})", permission::write},
        {R"({"permission":"none","role_name":null})", permission::none},
    };
    for (const auto& [text, meaning] : rows) {
        const auto [got, fault] = read(text, facts::read_permission);
        BOOST_TEST((got == meaning), text);
        BOOST_TEST(fault.empty());
    }
}

BOOST_AUTO_TEST_CASE(a_permission_that_nobody_knows_is_none_and_does_not_fit) {
    for (const auto* text : {"{}", R"({"permission":"root"})", R"({"permission":"WRITE","role_name":"x"})"}) {
        const auto [got, fault] = read(text, facts::read_permission);
        BOOST_TEST((got == permission::none));
        BOOST_TEST(fault == "permission");
    }
}

BOOST_AUTO_TEST_CASE(a_head_is_of_the_repository_of_a_fork_or_of_one_that_is_gone) {
    const auto same = read_pull(pull_with(R"({"full_name":"acme/widgets"})")).first.request;
    BOOST_TEST((same.head_origin == event::origin::same_repository));
    BOOST_TEST(same.source_path == "acme/widgets");
    const auto fork = read_pull(pull_with(R"({"full_name":"mallory/widgets"})")).first.request;
    BOOST_TEST((fork.head_origin == event::origin::fork));
    BOOST_TEST(fork.source_path == "mallory/widgets");
    const auto [gone, fault] = read_pull(pull_with("null"));
    BOOST_TEST(fault.empty());
    BOOST_TEST((gone.request.head_origin == event::origin::unknown));
    BOOST_TEST(gone.request.source_path.empty());
    BOOST_TEST(gone.request.draft);
    BOOST_TEST(gone.request.description.empty());
    BOOST_TEST(gone.request.author.login.empty());
}

BOOST_AUTO_TEST_CASE(a_head_that_is_no_commit_does_not_fit) {
    for (const auto* sha : {"", "abc", "--upload-pack=x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})
        BOOST_TEST(read_pull(pull_with("null", sha)).second == "head.sha");
}

BOOST_AUTO_TEST_CASE(a_pull_request_without_a_head_does_not_fit) {
    BOOST_TEST(read_pull(R"({"number":7,"state":"open","base":{"ref":"main"}})").second == "head");
    BOOST_TEST(read_pull("{}").second == "head");
}

BOOST_AUTO_TEST_CASE(an_outdated_line_comment_has_no_line_and_an_answer_has_its_thread) {
    const auto [comment, fault] = read(
        R"({"id":12,"body":"here","path":"src/a.c","line":null,"original_line":4,"in_reply_to_id":11,
            "user":{"login":"renovate[bot]","id":3,"type":"Bot"},"created_at":"2026-01-31T12:00:00Z"})",
        facts::read_line_comment);
    BOOST_TEST(fault.empty());
    BOOST_TEST(comment.said.line == 0);
    BOOST_TEST(comment.said.file == "src/a.c");
    BOOST_TEST(comment.said.discussion == "11");
    BOOST_TEST((comment.said.where == event::place::line));
    BOOST_TEST(comment.author.bot);
}

BOOST_AUTO_TEST_CASE(a_comment_without_its_time_does_not_fit) {
    BOOST_TEST(read(R"({"id":1,"body":"x"})", facts::read_comment).second == "created_at");
    BOOST_TEST(read(R"({"id":1,"created_at":"yesterday"})", facts::read_comment).second == "created_at");
    BOOST_TEST(read(R"({"created_at":"2026-01-31T12:00:00Z"})", facts::read_comment).second == "id");
}

BOOST_AUTO_TEST_CASE(a_job_that_has_not_failed_leaves_nothing_red) {
    BOOST_TEST(facts::status_word(progress::queued) == "pending");
    BOOST_TEST(facts::status_word(progress::running) == "pending");
    BOOST_TEST(facts::status_word(progress::succeeded) == "success");
    BOOST_TEST(facts::status_word(progress::stopped) == "success");
    BOOST_TEST(facts::status_word(progress::failed) == "failure");
}

BOOST_AUTO_TEST_CASE(a_text_is_cut_between_characters) {
    BOOST_TEST(facts::shortened("done", 10) == "done");
    BOOST_TEST(facts::shortened("0123456789", 10) == "0123456789");
    BOOST_TEST(facts::shortened("0123456789a", 10) == "0123456…");
    BOOST_TEST(facts::shortened("012345üüüü", 10) == "012345…");
    BOOST_TEST(facts::shortened("01234🌀🌀🌀", 10) == "01234…");
    BOOST_TEST(facts::shortened("\xff", 10) == "\xEF\xBF\xBD");
}

BOOST_AUTO_TEST_CASE(missed_is_what_no_attempt_brought_across_by_its_first_attempt) {
    const auto at = [](int minute) { return core::wall_time(std::chrono::minutes(minute)); };
    const auto left = provider::not_accepted({
        {.id = 9, .guid = "late", .event = "push", .at = at(9)},
        {.id = 8, .guid = "redelivered", .event = "push", .at = at(8), .accepted = true},
        {.id = 7, .guid = "twice", .event = "push", .at = at(7)},
        {.id = 3, .guid = "redelivered", .event = "push", .at = at(3)},
        {.id = 2, .guid = "twice", .event = "push", .at = at(2)},
        {.id = 1, .guid = "fine", .event = "push", .at = at(1), .accepted = true},
    });
    BOOST_TEST(left.size() == 2U);
    BOOST_TEST(left.at(0).id == 2);
    BOOST_TEST(left.at(1).id == 9);
    BOOST_TEST(provider::not_accepted({}).empty());
}

BOOST_AUTO_TEST_CASE(an_attempt_is_accepted_by_2xx_alone) {
    const auto attempt = [](const std::string& status) {
        return read(
            R"({"id":1,"guid":"g","event":"push","delivered_at":"2026-01-31T12:00:00Z","status_code":)" + status + "}",
            provider::read_attempt);
    };
    for (const auto* status : {"200", "202", "299"}) BOOST_TEST(attempt(status).first.accepted);
    for (const auto* status : {"0", "null", "302", "404", "502"}) {
        BOOST_TEST(!attempt(status).first.accepted);
        BOOST_TEST(attempt(status).second.empty());
    }
}

BOOST_AUTO_TEST_CASE(a_payload_is_what_was_sent_as_json_or_as_its_text) {
    const auto payload = [](const char* text) { return provider::payload_of("it", json::parse(text)); };
    BOOST_TEST(payload(R"({"request":{"payload":{"a":1}}})").value() == R"({"a":1})");
    BOOST_TEST(payload(R"({"request":{"payload":"{\"a\": 1}"}})").value() == R"({"a": 1})");
    for (const auto* other : {"{}", "[]", R"({"request":null})", R"({"request":{}})", R"({"request":{"payload":7}})"})
        BOOST_TEST(payload(other).error().message == "it: not the documented shape: request.payload");
}

BOOST_AUTO_TEST_CASE(a_hook_leads_here_by_the_end_of_its_url) {
    const auto leads = [](const char* text) { return provider::leads_here(json::parse(text), "/webhook/github"); };
    BOOST_TEST(leads(R"({"config":{"url":"https://bot.example/webhook/github"}})"));
    BOOST_TEST(leads(R"({"config":{"url":"https://bot.example/familiar/webhook/github"}})"));
    for (const auto* other : {R"({"config":{"url":"https://ci.example/hook"}})", R"({"config":{}})", "{}", "[]"})
        BOOST_TEST(!leads(other));
}

BOOST_AUTO_TEST_SUITE_END()
