#include "core/time.hpp"
#include "delivery.hpp"
#include "webhook/gitlab.hpp"

using namespace familiar;
using namespace familiar::test;
using event::action;
using event::origin;

namespace {

const std::string head = "6dcb09b5b57875f334f61aebed695e2e4193db5e";

webhook::parsed parse(const std::string& body) {
    return webhook::parse(event::provider::gitlab, {.id = "delivery-1", .event_name = "Merge Request Hook"}, body);
}

webhook::parsed parse_sample(const std::string& name) {
    return parse(read_payload("gitlab", name));
}

const std::string opened = read_payload("gitlab", "merge_request.open");
const std::string updated = read_payload("gitlab", "merge_request.update.oldrev");
const std::string noted = read_payload("gitlab", "note.create");

}  // namespace

BOOST_AUTO_TEST_SUITE(gitlab_merge_request)

BOOST_AUTO_TEST_CASE(open_is_taken_in_full) {
    const auto value = event_in(parse_sample("merge_request.open"));
    BOOST_TEST((value.what == action::opened));
    BOOST_TEST(value.delivery == "delivery-1");
    BOOST_TEST((value.repo.forge == event::provider::gitlab));
    BOOST_TEST(value.repo.path == "acme/platform/widgets");
    BOOST_TEST(value.repo.default_branch == "main");
    BOOST_TEST(value.request.number == 7);
    BOOST_TEST(value.request.title == "Teach widgets to spin \xF0\x9F\x8C\x80");
    BOOST_TEST(value.request.description == "Widgets stood still.\n\nNow they spin.");
    BOOST_TEST(value.request.url == "https://gitlab.example.org/acme/platform/widgets/-/merge_requests/7");
    BOOST_TEST(value.request.source_branch == "spin");
    BOOST_TEST(value.request.target_branch == "main");
    BOOST_TEST(value.request.head == head);
    BOOST_TEST(value.request.source_path == "acme/platform/widgets");
    BOOST_TEST((value.request.head_origin == origin::same_repository));
    BOOST_TEST(!value.request.draft);
    BOOST_TEST(value.request.author.login == "ada");
    BOOST_TEST(value.sender.login == "ada");
    BOOST_TEST(value.sender.id == 101);
    BOOST_TEST(!value.note.has_value());
}

BOOST_AUTO_TEST_CASE(reopen_is_opened_and_close_and_merge_are_closed) {
    BOOST_TEST((event_in(parse_sample("merge_request.reopen")).what == action::opened));
    BOOST_TEST((event_in(parse_sample("merge_request.close")).what == action::closed));
    BOOST_TEST((event_in(parse_sample("merge_request.merge")).what == action::closed));
}

BOOST_AUTO_TEST_CASE(an_update_with_oldrev_is_an_update) {
    const auto value = event_in(parse_sample("merge_request.update.oldrev"));
    BOOST_TEST((value.what == action::updated));
    BOOST_TEST(value.before == head);
    BOOST_TEST(value.request.head == "c3d0be41ecbe669545ee3e94d31ed9a4bc91ee3c");
}

BOOST_AUTO_TEST_CASE(an_update_without_oldrev_is_ignored) {
    const std::string reason = "merge_request update without new commits";
    BOOST_TEST(ignored_because(parse_sample("merge_request.update.labels")) == reason);
    BOOST_TEST(ignored_because(parse(with(updated, "/object_attributes/oldrev", nullptr))) == reason);
}

BOOST_AUTO_TEST_CASE(the_end_of_a_draft_is_an_opening) {
    const auto ended = read_payload("gitlab", "merge_request.update.draft_ended");
    BOOST_TEST((event_in(parse(ended)).what == action::opened));
    BOOST_TEST((event_in(parse(with(ended, "/object_attributes/oldrev", head))).what == action::opened));
    const auto begun = with(with(ended, "/changes/draft/previous", false), "/changes/draft/current", true);
    BOOST_TEST(ignored_because(parse(begun)) == "merge_request update without new commits");
}

BOOST_AUTO_TEST_CASE(an_authors_name_is_known_only_if_it_is_the_sender) {
    const auto value = event_in(parse_sample("merge_request.close"));
    BOOST_TEST(value.sender.login == "grace");
    BOOST_TEST(value.request.author.login.empty());
    BOOST_TEST(value.request.author.id == 101);
}

BOOST_AUTO_TEST_CASE(a_draft_is_marked_under_its_new_and_its_old_name) {
    BOOST_TEST(event_in(parse_sample("merge_request.open.draft")).request.draft);
    BOOST_TEST(event_in(parse(with(opened, "/object_attributes/work_in_progress", true))).request.draft);
    BOOST_TEST(!event_in(parse(without(opened, "/object_attributes/draft"))).request.draft);
}

BOOST_AUTO_TEST_CASE(both_forms_of_a_date_are_taken) {
    const auto value = event_in(parse_sample("merge_request.open.iso_dates"));
    BOOST_TEST(value.request.description.empty());
    BOOST_TEST(value.request.number == 7);
}

BOOST_AUTO_TEST_CASE(a_fork_is_known_by_its_projects_id) {
    const auto value = event_in(parse_sample("merge_request.open.fork"));
    BOOST_TEST((value.request.head_origin == origin::fork));
    BOOST_TEST(value.request.source_path == "mallory/widgets");
}

BOOST_AUTO_TEST_CASE(a_deleted_fork_is_of_unknown_origin) {
    const auto value = event_in(parse_sample("merge_request.open.deleted_fork"));
    BOOST_TEST((value.request.head_origin == origin::unknown));
    BOOST_TEST(value.request.source_path.empty());
    BOOST_TEST((event_in(parse(without(opened, "/object_attributes/source_project_id"))).request.head_origin ==
                origin::unknown));
}

BOOST_AUTO_TEST_CASE(a_merge_request_without_commits_has_no_head) {
    BOOST_TEST(event_in(parse(with(opened, "/object_attributes/last_commit", nullptr))).request.head.empty());
}

BOOST_AUTO_TEST_CASE(a_path_may_have_many_segments) {
    const std::string path = "a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t/project";
    BOOST_TEST(event_in(parse(with(opened, "/project/path_with_namespace", path))).repo.path == path);
}

BOOST_AUTO_TEST_CASE(a_user_may_be_null_or_without_an_id) {
    BOOST_TEST(event_in(parse(with(opened, "/user", nullptr))).sender.login.empty());
    BOOST_TEST(event_in(parse(without(opened, "/user"))).sender.login.empty());
    const auto value = event_in(parse(without(opened, "/user/id")));
    BOOST_TEST(value.sender.login == "ada");
    BOOST_TEST(value.sender.id == 0);
    BOOST_TEST(value.request.author.login.empty());
}

BOOST_AUTO_TEST_CASE(bots_are_known_by_the_names_that_gitlab_reserves) {
    const auto is_bot = [](const char* name) {
        return event_in(parse(with(opened, "/user/username", name))).sender.bot;
    };
    for (const auto name : {"project_15_bot", "project_15_bot_3f2a", "group_4_bot_99", "service_account_group_4_7a"})
        BOOST_TEST(is_bot(name));
    for (const auto name : {"ada", "project_bot", "project_x_bot", "project_15", "projects_15_bot", "robot", "group_"})
        BOOST_TEST(!is_bot(name));
}

BOOST_AUTO_TEST_CASE(other_actions_are_ignored_by_name) {
    BOOST_TEST(ignored_because(parse_sample("merge_request.approved")) == "merge_request approved");
    BOOST_TEST(ignored_because(parse(with(opened, "/object_attributes/action", "unapproval"))) ==
               "merge_request unapproval");
}

BOOST_AUTO_TEST_CASE(gitlabs_test_of_a_hook_is_ignored) {
    BOOST_TEST(ignored_because(parse_sample("merge_request.test")).find("without an action") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_system_hook_is_read_by_its_body) {
    const auto outcome = webhook::gitlab::parse({.id = "delivery-1", .event_name = "System Hook"}, opened);
    BOOST_TEST((event_in(outcome).what == action::opened));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(gitlab_note)

BOOST_AUTO_TEST_CASE(a_note_on_a_merge_request_is_a_comment) {
    const auto value = event_in(parse_sample("note.create.mention"));
    BOOST_TEST((value.what == action::commented));
    BOOST_TEST(value.repo.path == "acme/platform/widgets");
    BOOST_TEST(value.request.number == 7);
    BOOST_TEST(value.request.head == head);
    BOOST_TEST(value.request.source_branch == "spin");
    BOOST_TEST((value.request.head_origin == origin::same_repository));
    BOOST_TEST(value.sender.login == "grace");
    BOOST_TEST_REQUIRE(value.note.has_value());
    BOOST_TEST(value.note->id == 1245);
    BOOST_TEST(value.note->body == "@familiar please add a test for spinning backwards.");
    BOOST_TEST(value.note->url == "https://gitlab.example.org/acme/platform/widgets/-/merge_requests/7#note_1245");
    BOOST_TEST(value.note->discussion == "6a9c1750b37d513a43987b574953fceb50b03ce7");
    BOOST_TEST(value.note->file.empty());
    BOOST_TEST(value.note->line == 0);
}

BOOST_AUTO_TEST_CASE(a_note_without_an_action_and_a_user_without_an_id_are_taken) {
    const auto value = event_in(parse_sample("note.no_action"));
    BOOST_TEST((value.what == action::commented));
    BOOST_TEST(value.sender.login == "grace");
    BOOST_TEST(value.sender.id == 0);
}

BOOST_AUTO_TEST_CASE(a_note_on_the_diff_has_its_file_and_line) {
    const auto added = event_in(parse_sample("note.diff"));
    BOOST_TEST(added.note->file == "src/widget.cpp");
    BOOST_TEST(added.note->line == 21);
    const auto removed = event_in(parse_sample("note.diff.removed_line"));
    BOOST_TEST(removed.note->file == "src/widget.cpp");
    BOOST_TEST(removed.note->line == 12);
}

BOOST_AUTO_TEST_CASE(system_notes_edits_and_notes_on_other_things_are_ignored) {
    BOOST_TEST(ignored_because(parse_sample("note.system")) == "a system note");
    BOOST_TEST(ignored_because(parse_sample("note.update")) == "note update");
    BOOST_TEST(ignored_because(parse_sample("note.on_issue")) == "a note on Issue");
    BOOST_TEST(ignored_because(parse(with(noted, "/object_attributes/noteable_type", "Commit"))) == "a note on Commit");
}

BOOST_AUTO_TEST_CASE(a_note_may_have_no_text) {
    BOOST_TEST(event_in(parse(with(noted, "/object_attributes/note", nullptr))).note->body.empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(gitlab_shapes)

using replacement = std::pair<std::string_view, boost::json::value>;

void check_each_is_named(const std::string& payload, const std::vector<replacement>& wrong) {
    for (const auto& [pointer, value] : wrong) {
        std::string field(pointer.substr(1));
        std::replace(field.begin(), field.end(), '/', '.');
        BOOST_TEST(malformed_field(parse(with(payload, pointer, value))) == field);
    }
}

BOOST_AUTO_TEST_CASE(a_merge_request_field_of_another_shape_is_named) {
    check_each_is_named(opened, {{"/object_attributes", nullptr},
                                 {"/object_attributes", "open"},
                                 {"/object_attributes/action", 1},
                                 {"/object_attributes/iid", nullptr},
                                 {"/object_attributes/iid", 0},
                                 {"/object_attributes/iid", "7"},
                                 {"/object_attributes/title", boost::json::array()},
                                 {"/object_attributes/draft", 1},
                                 {"/object_attributes/source_project_id", "15"},
                                 {"/object_attributes/source/path_with_namespace", "../../etc"},
                                 {"/object_attributes/last_commit/id", "HEAD"},
                                 {"/project", nullptr},
                                 {"/project/path_with_namespace", nullptr},
                                 {"/user", 101},
                                 {"/user/username", nullptr}});
    check_each_is_named(updated, {{"/object_attributes/oldrev", "main"}, {"/changes", 1}, {"/changes/draft", true}});
}

BOOST_AUTO_TEST_CASE(a_note_field_of_another_shape_is_named) {
    check_each_is_named(noted, {{"/object_attributes", nullptr},
                                {"/object_attributes/id", nullptr},
                                {"/object_attributes/noteable_type", nullptr},
                                {"/object_attributes/system", "no"},
                                {"/object_attributes/note", 5},
                                {"/object_attributes/position", "line 3"},
                                {"/merge_request", nullptr},
                                {"/merge_request/iid", nullptr}});
}

BOOST_AUTO_TEST_CASE(what_has_no_kind_is_malformed_and_other_kinds_are_ignored) {
    BOOST_TEST(ignored_because(parse_sample("push")) == "event push");
    BOOST_TEST(ignored_because(parse(R"({"event_name": "project_create"})")) == "event project_create");
    BOOST_TEST(malformed_field(parse("{}")) == "object_kind");
    BOOST_TEST(malformed_field(parse(R"({"object_kind": 5})")) == "object_kind");
}

BOOST_AUTO_TEST_SUITE_END()
