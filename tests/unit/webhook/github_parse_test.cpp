#include "delivery.hpp"
#include "webhook/github.hpp"

using namespace familiar;
using namespace familiar::test;
using event::action;
using event::origin;

namespace {

const std::string head = "6dcb09b5b57875f334f61aebed695e2e4193db5e";

webhook::parsed parse(std::string event_name, const std::string& body) {
    return webhook::parse(event::provider::github, {.id = "delivery-1", .event_name = std::move(event_name)}, body);
}

/// Sample files are called by the event and what happened: "pull_request.opened.draft".
webhook::parsed parse_sample(const std::string& name) {
    return parse(name.substr(0, name.find('.')), read_payload("github", name));
}

const std::string opened = read_payload("github", "pull_request.opened");
const std::string commented = read_payload("github", "issue_comment.created");

}  // namespace

BOOST_AUTO_TEST_SUITE(github_pull_request)

BOOST_AUTO_TEST_CASE(opened_is_taken_in_full) {
    const auto value = event_in(parse_sample("pull_request.opened"));
    BOOST_TEST((value.what == action::opened));
    BOOST_TEST(value.delivery == "delivery-1");
    BOOST_TEST((value.repo.forge == event::provider::github));
    BOOST_TEST(value.repo.path == "acme/widgets");
    BOOST_TEST(value.repo.default_branch == "main");
    BOOST_TEST(value.request.number == 7);
    BOOST_TEST(value.request.title == "Teach widgets to spin \xF0\x9F\x8C\x80");
    BOOST_TEST(value.request.description == "Widgets stood still.\n\nNow they spin.");
    BOOST_TEST(value.request.url == "https://github.com/acme/widgets/pull/7");
    BOOST_TEST(value.request.source_branch == "spin");
    BOOST_TEST(value.request.target_branch == "main");
    BOOST_TEST(value.request.head == head);
    BOOST_TEST(value.request.source_path == "acme/widgets");
    BOOST_TEST((value.request.head_origin == origin::same_repository));
    BOOST_TEST(!value.request.draft);
    BOOST_TEST(value.request.author.login == "ada");
    BOOST_TEST(value.sender.login == "ada");
    BOOST_TEST(value.sender.id == 101);
    BOOST_TEST(!value.sender.bot);
    BOOST_TEST(!value.note.has_value());
    BOOST_TEST(value.before.empty());
}

BOOST_AUTO_TEST_CASE(reopened_and_ready_for_review_are_opened) {
    BOOST_TEST((event_in(parse_sample("pull_request.reopened")).what == action::opened));
    BOOST_TEST((event_in(parse_sample("pull_request.ready_for_review")).what == action::opened));
}

BOOST_AUTO_TEST_CASE(synchronize_is_an_update_with_the_head_before_it) {
    const auto value = event_in(parse_sample("pull_request.synchronize"));
    BOOST_TEST((value.what == action::updated));
    BOOST_TEST(value.before == head);
    BOOST_TEST(value.request.head == "c3d0be41ecbe669545ee3e94d31ed9a4bc91ee3c");
}

BOOST_AUTO_TEST_CASE(closed_and_merged_are_closed) {
    BOOST_TEST((event_in(parse_sample("pull_request.closed")).what == action::closed));
    BOOST_TEST((event_in(parse_sample("pull_request.closed.merged")).what == action::closed));
}

BOOST_AUTO_TEST_CASE(a_draft_is_marked_and_left_to_triage) {
    BOOST_TEST(event_in(parse_sample("pull_request.opened.draft")).request.draft);
}

BOOST_AUTO_TEST_CASE(a_fork_is_known_by_its_heads_repository) {
    const auto value = event_in(parse_sample("pull_request.opened.fork"));
    BOOST_TEST((value.request.head_origin == origin::fork));
    BOOST_TEST(value.request.source_path == "mallory/widgets");
}

BOOST_AUTO_TEST_CASE(a_deleted_fork_is_of_unknown_origin_whether_null_or_absent) {
    for (const auto& body :
         {read_payload("github", "pull_request.opened.deleted_fork"), without(opened, "/pull_request/head/repo")}) {
        const auto value = event_in(parse("pull_request", body));
        BOOST_TEST((value.request.head_origin == origin::unknown));
        BOOST_TEST(value.request.source_path.empty());
        BOOST_TEST(value.request.head == head);
    }
}

BOOST_AUTO_TEST_CASE(a_bot_is_marked_and_a_null_body_is_empty) {
    const auto value = event_in(parse_sample("pull_request.opened.bot"));
    BOOST_TEST(value.sender.bot);
    BOOST_TEST(value.sender.login == "renovate[bot]");
    BOOST_TEST(value.request.description.empty());
}

BOOST_AUTO_TEST_CASE(a_ghost_is_nobody) {
    auto body = with(with(opened, "/sender", nullptr), "/pull_request/user", nullptr);
    for (const auto& ghostly : {body, without(without(opened, "/sender"), "/pull_request/user")}) {
        const auto value = event_in(parse("pull_request", ghostly));
        BOOST_TEST(value.sender.login.empty());
        BOOST_TEST(value.request.author.login.empty());
        BOOST_TEST(value.request.author.id == 0);
    }
}

BOOST_AUTO_TEST_CASE(other_actions_are_ignored_by_name) {
    BOOST_TEST(ignored_because(parse_sample("pull_request.labeled")) == "pull_request labeled");
    for (const auto name :
         {"edited", "assigned", "review_requested", "converted_to_draft", "auto_merge_enabled", "Opened", ""})
        BOOST_TEST(ignored_because(parse("pull_request", with(opened, "/action", name))) ==
                   "pull_request " + std::string(name));
}

BOOST_AUTO_TEST_CASE(a_commit_id_of_sha256_is_taken) {
    const std::string id(64, 'a');
    BOOST_TEST(event_in(parse("pull_request", with(opened, "/pull_request/head/sha", id))).request.head == id);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(github_comments)

BOOST_AUTO_TEST_CASE(a_comment_on_a_pull_request_knows_no_head) {
    const auto value = event_in(parse_sample("issue_comment.created.mention"));
    BOOST_TEST((value.what == action::commented));
    BOOST_TEST(value.request.number == 7);
    BOOST_TEST(value.request.title == "Teach widgets to spin \xF0\x9F\x8C\x80");
    BOOST_TEST(value.request.url == "https://github.com/acme/widgets/pull/7");
    BOOST_TEST(value.request.head.empty());
    BOOST_TEST(value.request.source_branch.empty());
    BOOST_TEST((value.request.head_origin == origin::unknown));
    BOOST_TEST(value.request.author.login == "ada");
    BOOST_TEST(value.sender.login == "grace");
    BOOST_TEST_REQUIRE(value.note.has_value());
    BOOST_TEST(value.note->id == 99262141);
    BOOST_TEST(value.note->body == "@familiar please add a test for spinning backwards.");
    BOOST_TEST(value.note->url == "https://github.com/acme/widgets/pull/7#issuecomment-99262141");
    BOOST_TEST(value.note->file.empty());
    BOOST_TEST(value.note->line == 0);
    BOOST_TEST(value.note->discussion.empty());
}

BOOST_AUTO_TEST_CASE(a_ghosts_comment_without_text_is_a_comment) {
    const auto value = event_in(parse_sample("issue_comment.created.ghost"));
    BOOST_TEST(value.sender.login.empty());
    BOOST_TEST(value.note->body.empty());
}

BOOST_AUTO_TEST_CASE(a_comment_on_an_issue_is_ignored) {
    BOOST_TEST(ignored_because(parse_sample("issue_comment.created.on_issue")) == "a comment on an issue");
    BOOST_TEST(ignored_because(parse("issue_comment", with(commented, "/issue/pull_request", nullptr))) ==
               "a comment on an issue");
}

BOOST_AUTO_TEST_CASE(an_edited_or_deleted_comment_is_ignored) {
    BOOST_TEST(ignored_because(parse_sample("issue_comment.edited")) == "issue_comment edited");
    BOOST_TEST(ignored_because(parse("issue_comment", with(commented, "/action", "deleted"))) ==
               "issue_comment deleted");
}

BOOST_AUTO_TEST_CASE(a_review_with_a_body_is_a_comment) {
    const auto value = event_in(parse_sample("pull_request_review.submitted"));
    BOOST_TEST((value.what == action::commented));
    BOOST_TEST(value.request.head == head);
    BOOST_TEST((value.request.head_origin == origin::same_repository));
    BOOST_TEST(value.note->id == 80);
    BOOST_TEST(value.note->body == "Looks good. @familiar, please squash the two helpers.");
    BOOST_TEST(value.note->discussion == "80");
}

BOOST_AUTO_TEST_CASE(a_review_without_a_body_is_ignored) {
    const auto review = read_payload("github", "pull_request_review.submitted");
    BOOST_TEST(ignored_because(parse_sample("pull_request_review.submitted.empty")) == "a review without a body");
    BOOST_TEST(ignored_because(parse("pull_request_review", with(review, "/review/body", ""))) ==
               "a review without a body");
    BOOST_TEST(ignored_because(parse("pull_request_review", with(review, "/action", "dismissed"))) ==
               "pull_request_review dismissed");
}

BOOST_AUTO_TEST_CASE(a_comment_on_a_line_has_its_file_line_and_thread) {
    const auto value = event_in(parse_sample("pull_request_review_comment.created"));
    BOOST_TEST((value.what == action::commented));
    BOOST_TEST(value.note->id == 5001);
    BOOST_TEST(value.note->file == "src/widget.cpp");
    BOOST_TEST(value.note->line == 21);
    BOOST_TEST(value.note->discussion == "5001");
    BOOST_TEST(value.request.source_branch == "spin");
}

BOOST_AUTO_TEST_CASE(an_answer_belongs_to_the_thread_it_answers) {
    const auto value = event_in(parse_sample("pull_request_review_comment.created.reply"));
    BOOST_TEST(value.note->id == 5002);
    BOOST_TEST(value.note->line == 0);
    BOOST_TEST(value.note->discussion == "5001");
}

BOOST_AUTO_TEST_CASE(an_edited_line_comment_is_ignored) {
    const auto body = with(read_payload("github", "pull_request_review_comment.created"), "/action", "edited");
    BOOST_TEST(ignored_because(parse("pull_request_review_comment", body)) == "pull_request_review_comment edited");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(github_other_events)

BOOST_AUTO_TEST_CASE(ping_is_pong) {
    BOOST_TEST(std::holds_alternative<webhook::pong>(parse_sample("ping")));
}

BOOST_AUTO_TEST_CASE(an_event_nobody_asked_for_is_ignored_by_name) {
    BOOST_TEST(ignored_because(parse_sample("push")) == "event push");
}

BOOST_AUTO_TEST_CASE(a_delivery_without_an_event_name_is_malformed) {
    BOOST_TEST(malformed_field(parse("", opened)) == "X-GitHub-Event");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(github_shapes)

using replacement = std::pair<std::string_view, boost::json::value>;

BOOST_AUTO_TEST_CASE(a_field_of_another_shape_is_named) {
    const std::vector<replacement> wrong{{"/action", nullptr},
                                         {"/action", 5},
                                         {"/repository", nullptr},
                                         {"/repository", "acme/widgets"},
                                         {"/repository/full_name", nullptr},
                                         {"/sender", "ada"},
                                         {"/sender/login", nullptr},
                                         {"/sender/id", "101"},
                                         {"/pull_request", boost::json::array()},
                                         {"/pull_request/number", 0},
                                         {"/pull_request/number", -7},
                                         {"/pull_request/number", 7.5},
                                         {"/pull_request/number", "7"},
                                         {"/pull_request/title", 5},
                                         {"/pull_request/body", boost::json::object()},
                                         {"/pull_request/draft", "yes"},
                                         {"/pull_request/head", nullptr},
                                         {"/pull_request/head/repo", "acme/widgets"},
                                         {"/pull_request/head/repo/full_name", "acme"},
                                         {"/pull_request/base", nullptr}};
    for (const auto& [pointer, value] : wrong) {
        std::string field(pointer.substr(1));
        std::replace(field.begin(), field.end(), '/', '.');
        BOOST_TEST(malformed_field(parse("pull_request", with(opened, pointer, value))) == field);
    }
}

BOOST_AUTO_TEST_CASE(a_commit_id_is_40_or_64_hexadecimal_digits) {
    for (const auto& id : {std::string(), std::string(39, 'a'), std::string(41, 'a'), std::string(40, 'g'),
                           std::string(40, 'A'), std::string(40, ' ')})
        BOOST_TEST(malformed_field(parse("pull_request", with(opened, "/pull_request/head/sha", id))) ==
                   "pull_request.head.sha");
    const auto updated = read_payload("github", "pull_request.synchronize");
    BOOST_TEST(malformed_field(parse("pull_request", with(updated, "/before", "main"))) == "before");
}

BOOST_AUTO_TEST_CASE(a_comment_without_an_id_is_malformed) {
    BOOST_TEST(malformed_field(parse("issue_comment", without(commented, "/comment/id"))) == "comment.id");
    BOOST_TEST(malformed_field(parse("issue_comment", without(commented, "/comment"))) == "comment");
    BOOST_TEST(malformed_field(parse("issue_comment", without(commented, "/issue"))) == "issue");
}

BOOST_AUTO_TEST_CASE(a_review_of_another_shape_is_malformed) {
    const auto review = read_payload("github", "pull_request_review.submitted");
    BOOST_TEST(malformed_field(parse("pull_request_review", without(review, "/review"))) == "review");
    BOOST_TEST(malformed_field(parse("pull_request_review", with(review, "/review/body", 1))) == "review.body");
    const auto comment = read_payload("github", "pull_request_review_comment.created");
    BOOST_TEST(malformed_field(parse("pull_request_review_comment", with(comment, "/comment/line", "21"))) ==
               "comment.line");
}

BOOST_AUTO_TEST_SUITE_END()
