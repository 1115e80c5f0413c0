// What GitLab answers, as its documentation shows it, and as it never should.
#include "provider/gitlab_read.hpp"

#include "support/unit_test.hpp"

#include <boost/json/parse.hpp>

#include <string>
#include <string_view>

namespace json = boost::json;
namespace gitlab = familiar::provider::gitlab;
using namespace familiar;
using config::permission;
using core::errc;

BOOST_TEST_DONT_PRINT_LOG_VALUE(event::origin)
BOOST_TEST_DONT_PRINT_LOG_VALUE(event::place)
BOOST_TEST_DONT_PRINT_LOG_VALUE(config::permission)

namespace {

constexpr auto what = "the thing";
constexpr auto page = "https://gitlab.example.org/acme/widgets/-/merge_requests/7";

json::object merge_request() {
    return json::parse(R"({
        "id": 155016530, "iid": 7, "project_id": 12, "title": "Spin", "description": "It should spin.",
        "state": "opened", "draft": false, "work_in_progress": false,
        "source_branch": "spin", "target_branch": "main", "source_project_id": 12, "target_project_id": 12,
        "author": {"id": 4155490, "username": "ada", "name": "Ada", "state": "active"},
        "sha": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "diff_refs": {"base_sha": "b", "head_sha": "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", "start_sha": "b"},
        "web_url": "https://gitlab.example.org/acme/widgets/-/merge_requests/7"})")
        .as_object();
}

json::object with(json::object base, std::string_view name, json::value value) {
    base[name] = std::move(value);
    return base;
}

json::object without(json::object base, std::string_view name) {
    base.erase(name);
    return base;
}

gitlab::found_request read(const json::object& answer) {
    return gitlab::read_merge_request(answer, "acme/widgets", what).value();
}

json::object member(std::int64_t level) {
    return {{"id", 5}, {"username", "ada"}, {"state", "active"}, {"access_level", level}, {"expires_at", nullptr}};
}

const core::wall_time noon = core::parse_time("2026-05-17T12:00:00Z").value();

permission may(const json::object& answer) {
    return gitlab::read_permission(answer, noon, what).value();
}

json::object note() {
    return json::parse(R"({
        "id": 1126, "type": null, "body": "Look.", "author": {"id": 1, "username": "grace"},
        "created_at": "2026-03-03T21:54:39.668Z", "system": false, "noteable_type": "MergeRequest",
        "resolvable": false})")
        .as_object();
}

json::object discussion(json::array notes) {
    return {{"id", "6a9c1750b37d"}, {"individual_note", false}, {"notes", std::move(notes)}};
}

std::vector<event::remark> remarks(json::array notes) {
    return gitlab::read_discussion(discussion(std::move(notes)), page, what).value();
}

std::string message_of(const core::error& failure) {
    BOOST_TEST(failure.code == make_error_code(errc::invalid));
    return failure.message;
}

bool says(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(gitlab_read)

BOOST_AUTO_TEST_CASE(a_merge_request_is_read_whole) {
    const auto found = read(merge_request());
    const auto& request = found.state.request;
    BOOST_TEST(found.state.open);
    BOOST_TEST(found.source_project == 0);
    BOOST_TEST(request.number == 7);
    BOOST_TEST(request.title == "Spin");
    BOOST_TEST(request.description == "It should spin.");
    BOOST_TEST(request.url == page);
    BOOST_TEST(request.source_branch == "spin");
    BOOST_TEST(request.target_branch == "main");
    BOOST_TEST(request.head == std::string(40, 'a'));
    BOOST_TEST(request.source_path == "acme/widgets");
    BOOST_TEST(request.head_origin == event::origin::same_repository);
    BOOST_TEST(!request.draft);
    BOOST_TEST(request.author.login == "ada");
    BOOST_TEST(request.author.id == 4155490);
    BOOST_TEST(!request.author.bot);
}

BOOST_AUTO_TEST_CASE(another_source_project_is_a_fork_whose_path_is_not_known_yet) {
    const auto found = read(with(merge_request(), "source_project_id", 99));
    BOOST_TEST(found.state.request.head_origin == event::origin::fork);
    BOOST_TEST(found.source_project == 99);
    BOOST_TEST(found.state.request.source_path == "");
}

BOOST_AUTO_TEST_CASE(a_deleted_fork_is_of_unknown_origin) {
    const auto found = read(with(merge_request(), "source_project_id", nullptr));
    BOOST_TEST(found.state.request.head_origin == event::origin::unknown);
    BOOST_TEST(found.source_project == 0);
    BOOST_TEST(found.state.request.source_path == "");
}

BOOST_AUTO_TEST_CASE(either_word_makes_a_draft) {
    BOOST_TEST(read(with(merge_request(), "draft", true)).state.request.draft);
    BOOST_TEST(read(with(without(merge_request(), "draft"), "work_in_progress", true)).state.request.draft);
}

BOOST_AUTO_TEST_CASE(nothing_but_opened_is_open) {
    for (const auto* state : {"closed", "merged", "locked"})
        BOOST_TEST(!read(with(merge_request(), "state", state)).state.open);
}

BOOST_AUTO_TEST_CASE(the_head_is_also_told_by_the_refs_of_the_diff) {
    BOOST_TEST(read(with(merge_request(), "sha", nullptr)).state.request.head == std::string(40, 'b'));
    const auto neither = with(with(merge_request(), "sha", nullptr), "diff_refs", nullptr);
    BOOST_TEST(read(neither).state.request.head == "");
}

BOOST_AUTO_TEST_CASE(what_may_be_missing_is_empty) {
    const auto bare = without(with(merge_request(), "description", nullptr), "author");
    BOOST_TEST(read(bare).state.request.description == "");
    BOOST_TEST(read(bare).state.request.author.login == "");
}

BOOST_AUTO_TEST_CASE(a_merge_request_of_another_shape_names_the_field) {
    const auto fault = [](const json::value& answer) {
        return message_of(gitlab::read_merge_request(answer, "acme/widgets", what).error());
    };
    BOOST_TEST(says(fault(with(merge_request(), "iid", "seven")), "the thing: "));
    BOOST_TEST(says(fault(with(merge_request(), "iid", "seven")), ": iid"));
    BOOST_TEST(says(fault(with(merge_request(), "iid", 0)), ": iid"));
    BOOST_TEST(says(fault(without(merge_request(), "source_branch")), ": source_branch"));
    BOOST_TEST(says(fault(without(merge_request(), "target_project_id")), ": target_project_id"));
    BOOST_TEST(says(fault(with(merge_request(), "author", json::array())), ": author"));
    BOOST_TEST(says(fault(with(merge_request(), "author", json::object{{"id", 1}})), ": author.username"));
    BOOST_TEST(says(fault(json::array()), "no object"));
    BOOST_TEST(says(fault(nullptr), "no object"));
}

BOOST_AUTO_TEST_CASE(access_levels_are_permissions) {
    struct row {
        std::int64_t level;
        permission expected;
    };
    for (const auto& [level, expected] : {row{60, permission::admin},
                                          {50, permission::admin},
                                          {40, permission::maintain},
                                          {30, permission::write},
                                          {20, permission::read},
                                          {15, permission::read},
                                          {10, permission::read},
                                          {5, permission::read},
                                          {0, permission::none},
                                          {-1, permission::none}})
        BOOST_TEST(may(member(level)) == expected, level);
}

BOOST_AUTO_TEST_CASE(who_is_blocked_or_not_approved_yet_may_nothing) {
    BOOST_TEST(may(with(member(50), "state", "blocked")) == permission::none);
    BOOST_TEST(may(with(member(50), "state", "deactivated")) == permission::none);
    BOOST_TEST(may(with(member(50), "membership_state", "awaiting")) == permission::none);
    BOOST_TEST(may(with(member(50), "membership_state", "active")) == permission::admin);
}

BOOST_AUTO_TEST_CASE(a_membership_ends_on_its_day) {
    BOOST_TEST(may(with(member(30), "expires_at", "2026-05-18")) == permission::write);
    BOOST_TEST(may(with(member(30), "expires_at", "2026-05-17")) == permission::none);
    BOOST_TEST(may(with(member(30), "expires_at", "2020-01-01")) == permission::none);
}

BOOST_AUTO_TEST_CASE(a_member_of_another_shape_is_nobody_but_an_error) {
    for (const auto& answer :
         {without(member(30), "access_level"), with(member(30), "access_level", "30"), without(member(30), "state"),
          with(member(30), "expires_at", "soon"), with(member(30), "expires_at", 20260517)})
        BOOST_TEST(gitlab::read_permission(answer, noon, what).error().code == make_error_code(errc::invalid));
}

BOOST_AUTO_TEST_CASE(a_token_of_a_project_or_a_bot_is_no_persons) {
    const auto person = [](json::object user) { return gitlab::read_identity(user, what).value().person; };
    BOOST_TEST(person({{"username", "ada"}, {"bot", false}}));
    BOOST_TEST(person({{"username", "ada"}}));
    BOOST_TEST(!person({{"username", "ada"}, {"bot", true}}));
    BOOST_TEST(!person({{"username", "project_12_bot_3f"}}));
    BOOST_TEST(gitlab::read_identity(json::object{{"username", "ada"}}, what)->login == "ada");
    BOOST_TEST(gitlab::read_identity(json::object{{"bot", true}}, what).error().code == make_error_code(errc::invalid));
}

BOOST_AUTO_TEST_CASE(a_user_is_found_by_the_exact_name) {
    const std::vector<json::value> users{json::object{{"id", 1}, {"username", "ada2"}},
                                         json::object{{"id", 2}, {"username", "ada"}}};
    BOOST_TEST(gitlab::find_user(users, "ada", what).value() == 2);
    BOOST_TEST(gitlab::find_user(users, "grace", what).value() == 0);
    BOOST_TEST(gitlab::find_user({json::object{{"id", 1}}}, "ada", what).error().code ==
               make_error_code(errc::invalid));
}

BOOST_AUTO_TEST_CASE(a_comment_below_the_merge_request_is_read) {
    const auto all = remarks({note()});
    BOOST_REQUIRE(all.size() == 1U);
    const auto& [said, author, written, resolved] = all.front();
    BOOST_TEST(said.id == 1126);
    BOOST_TEST(said.body == "Look.");
    BOOST_TEST(said.url == std::string(page) + "#note_1126");
    BOOST_TEST(said.discussion == "6a9c1750b37d");
    BOOST_TEST(said.where == event::place::conversation);
    BOOST_TEST(said.file == "");
    BOOST_TEST(author.login == "grace");
    BOOST_TEST(core::to_rfc3339(written) == "2026-03-03T21:54:39.668Z");
    BOOST_TEST(!resolved);
}

BOOST_AUTO_TEST_CASE(a_comment_on_a_line_has_file_and_line_and_the_state_of_its_thread) {
    const json::object position{
        {"position_type", "text"}, {"old_path", "a.c"}, {"new_path", "b.c"}, {"old_line", nullptr}, {"new_line", 18}};
    const auto all = remarks({with(with(note(), "position", position), "resolved", true)});
    BOOST_REQUIRE(all.size() == 1U);
    BOOST_TEST(all[0].said.where == event::place::line);
    BOOST_TEST(all[0].said.file == "b.c");
    BOOST_TEST(all[0].said.line == 18);
    BOOST_TEST(all[0].resolved);
}

BOOST_AUTO_TEST_CASE(a_comment_on_what_was_removed_has_the_old_line) {
    const json::object position{{"old_path", "a.c"}, {"new_path", "a.c"}, {"old_line", 27}, {"new_line", nullptr}};
    BOOST_TEST(remarks({with(note(), "position", position)})[0].said.line == 27);
}

BOOST_AUTO_TEST_CASE(a_comment_on_an_image_is_one_on_its_file) {
    const json::object position{{"position_type", "image"}, {"new_path", "a.png"}, {"x", 1.5}, {"y", 2}};
    const auto all = remarks({with(note(), "position", position)});
    BOOST_TEST(all[0].said.where == event::place::line);
    BOOST_TEST(all[0].said.file == "a.png");
    BOOST_TEST(all[0].said.line == 0);
}

BOOST_AUTO_TEST_CASE(what_gitlab_remarks_itself_is_left_out) {
    const auto all = remarks({with(note(), "system", true), with(note(), "id", 2), with(note(), "system", true)});
    BOOST_REQUIRE(all.size() == 1U);
    BOOST_TEST(all[0].said.id == 2);
}

BOOST_AUTO_TEST_CASE(a_comment_of_nobody_has_no_author) {
    BOOST_TEST(remarks({with(note(), "author", nullptr)})[0].author.login == "");
}

BOOST_AUTO_TEST_CASE(a_thread_of_another_shape_names_the_field) {
    const auto fault = [](const json::value& answer) {
        return message_of(gitlab::read_discussion(answer, page, what).error());
    };
    BOOST_TEST(says(fault(without(discussion({note()}), "notes")), ": notes"));
    BOOST_TEST(says(fault(with(discussion({}), "notes", "none")), ": notes"));
    BOOST_TEST(says(fault(without(discussion({note()}), "id")), ": id"));
    BOOST_TEST(says(fault(discussion({without(note(), "body")})), ": body"));
    BOOST_TEST(says(fault(discussion({with(note(), "created_at", "yesterday")})), ": created_at"));
    BOOST_TEST(says(fault(discussion({with(note(), "system", "no")})), ": system"));
    BOOST_TEST(says(fault(discussion({"a note"})), "no object"));
    BOOST_TEST(says(fault("a thread"), "no object"));
}

BOOST_AUTO_TEST_CASE(a_single_comment_is_read_without_its_thread) {
    const auto one = gitlab::read_note(note(), page, what).value();
    BOOST_TEST(one.said.id == 1126);
    BOOST_TEST(one.said.discussion == "");
    // What consists of quick actions alone makes no comment (202).
    BOOST_TEST(gitlab::read_note(json::object{{"commands_changes", json::object()}}, page, what).error().code ==
               make_error_code(errc::invalid));
}

BOOST_AUTO_TEST_CASE(what_begins_a_line_is_no_order_to_gitlab) {
    struct row {
        std::string_view text;
        std::string_view expected;
    };
    for (const auto& [text, expected] : {row{"/merge", "\\/merge"},
                                         {"Done.\n/merge\n/Approve now", "Done.\n\\/merge\n\\/Approve now"},
                                         {"Done.\r\n/merge", "Done.\r\n\\/merge"},
                                         {"Done.\n\r/merge", "Done.\n\r\\/merge"},
                                         {"Done.\n  \t/merge", "Done.\n  \t\\/merge"},
                                         {"see src/merge and /merge", "see src/merge and /merge"},
                                         {"// a remark\n/* another */\n/", "// a remark\n/* another */\n/"},
                                         {"", ""}})
        BOOST_TEST(gitlab::without_quick_actions(text) == expected);
}

BOOST_AUTO_TEST_CASE(what_is_too_long_is_cut_between_characters) {
    BOOST_TEST(gitlab::shortened("short", 5) == "short");
    BOOST_TEST(gitlab::shortened("longer", 5) == "lo...");
    BOOST_TEST(gitlab::shortened("\xC3\xA4\xC3\xA4\xC3\xA4", 6) == "\xC3\xA4\xC3\xA4\xC3\xA4");
    BOOST_TEST(gitlab::shortened("\xC3\xA4\xC3\xA4\xC3\xA4.", 6) == "\xC3\xA4...");
}

BOOST_AUTO_TEST_SUITE_END()
