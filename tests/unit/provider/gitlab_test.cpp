// GitLab behind its API, as a local server speaks it.
#include "gitlab_desk.hpp"
#include "support/api_forge.hpp"
#include "support/peer_server.hpp"
#include "support/unit_test.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <mutex>

using namespace familiar;
using namespace std::chrono_literals;
using config::permission;
using core::errc;
using provider::progress;

BOOST_TEST_DONT_PRINT_LOG_VALUE(event::origin)
BOOST_TEST_DONT_PRINT_LOG_VALUE(event::place)
BOOST_TEST_DONT_PRINT_LOG_VALUE(config::permission)

namespace {

constexpr auto path = "acme/platform/widgets";
const std::string head(40, 'a');

event::comment note_of(std::int64_t id) {
    event::comment note;
    note.id = id;
    return note;
}

struct desk : test::api_forge, test::gitlab_desk {
    desk() : gitlab_desk(gitlab_url()) {
        add_user({.login = "familiar", .bot = true});
        add_token(token, "familiar");
        open(path, {.head = head});
    }

    permission may(event::actor who) { return run(gitlab->permission(path, std::move(who))).value(); }

    event::merge_request request() { return run(gitlab->merge_request(path, 7)).value().request; }

    core::result<void> set(progress now, std::string description = {}, std::string link = {}) {
        return run(gitlab->set_status(path, {head, now, std::move(description), std::move(link)}));
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(gitlab)

BOOST_FIXTURE_TEST_CASE(the_tokens_owner_is_known, desk) {
    const auto who = run(gitlab->identify()).value();
    BOOST_TEST(who.login == "familiar");
    BOOST_TEST(!who.person);
    add_token(token, "ada");
    BOOST_TEST(run(gitlab->identify()).value().person);
}

BOOST_FIXTURE_TEST_CASE(a_merge_request_of_the_repository_itself_is_told_whole, desk) {
    const auto found = run(gitlab->merge_request(path, 7)).value();
    BOOST_TEST(found.open);
    BOOST_TEST(found.request.head == head);
    BOOST_TEST(found.request.source_branch == "spin");
    BOOST_TEST(found.request.source_path == path);
    BOOST_TEST(found.request.head_origin == event::origin::same_repository);
    BOOST_TEST(found.request.author.login == "ada");
}

BOOST_FIXTURE_TEST_CASE(a_forks_path_is_asked_for, desk) {
    create("mallory/widgets");
    open(path, {.number = 8, .head = head, .source_path = "mallory/widgets"});
    const auto found = run(gitlab->merge_request(path, 8)).value().request;
    BOOST_TEST(found.head_origin == event::origin::fork);
    BOOST_TEST(found.source_path == "mallory/widgets");
}

BOOST_FIXTURE_TEST_CASE(a_fork_that_the_token_may_not_see_is_a_fork_all_the_same, desk) {
    const auto id = create("mallory/widgets");
    open(path, {.number = 8, .head = head, .source_path = "mallory/widgets"});
    script(test::failing(404).on("GET", "/projects/" + std::to_string(id)));
    const auto found = run(gitlab->merge_request(path, 8)).value().request;
    BOOST_TEST(found.head_origin == event::origin::fork);
    BOOST_TEST(found.source_path == "");
}

BOOST_FIXTURE_TEST_CASE(a_merge_request_is_not_told_without_its_forks_path_if_that_may_come_later, desk) {
    const auto id = create("mallory/widgets");
    open(path, {.number = 8, .head = head, .source_path = "mallory/widgets"});
    script(test::failing(502).on("GET", "/projects/" + std::to_string(id)));
    BOOST_TEST(run(gitlab->merge_request(path, 8)).error().code == make_error_code(errc::unavailable));
}

BOOST_FIXTURE_TEST_CASE(a_deleted_fork_is_of_unknown_origin, desk) {
    open(path, {.number = 8, .head = head, .source_path = "mallory/widgets", .source_deleted = true});
    const auto found = run(gitlab->merge_request(path, 8)).value().request;
    BOOST_TEST(found.head_origin == event::origin::unknown);
    BOOST_TEST(found.source_path == "");
}

BOOST_FIXTURE_TEST_CASE(what_has_become_of_a_merge_request_is_seen_at_once, desk) {
    BOOST_TEST(!request().draft);
    change(path, 7, [](test::api_request& what) {
        what.draft = true;
        what.head = std::string(40, 'b');
    });
    BOOST_TEST(request().draft);
    BOOST_TEST(request().head == std::string(40, 'b'));
    change(path, 7, [](test::api_request& what) { what.open = false; });
    BOOST_TEST(!run(gitlab->merge_request(path, 7)).value().open);
}

BOOST_FIXTURE_TEST_CASE(what_is_not_there_is_not_found, desk) {
    BOOST_TEST(run(gitlab->merge_request(path, 99)).error().code == make_error_code(errc::not_found));
    BOOST_TEST(run(gitlab->comments("acme/nothing", 1)).error().code == make_error_code(errc::not_found));
}

BOOST_FIXTURE_TEST_CASE(members_have_the_permission_of_their_level, desk) {
    const auto id = add_user({.login = "grace"});
    for (const auto& [level, expected] : {std::pair(50, permission::admin), std::pair(40, permission::maintain),
                                          std::pair(30, permission::write), std::pair(20, permission::read)}) {
        set_level(path, "grace", level);
        BOOST_TEST(may({.login = "grace", .id = id}) == expected, level);
    }
    set_level(path, "grace", 0);
    BOOST_TEST(may({.login = "grace", .id = id}) == permission::none);
}

BOOST_FIXTURE_TEST_CASE(members_of_a_group_above_are_members, desk) {
    const auto id = add_user({.login = "grace"});
    set_level(path, "grace", 30, true);
    BOOST_TEST(may({.login = "grace", .id = id}) == permission::write);
}

BOOST_FIXTURE_TEST_CASE(somebody_without_an_id_is_looked_up_by_name, desk) {
    add_user({.login = "grace"});
    set_level(path, "grace", 40);
    BOOST_TEST(may({.login = "grace"}) == permission::maintain);
    BOOST_TEST(may({.login = "nobody"}) == permission::none);
}

BOOST_FIXTURE_TEST_CASE(a_ghost_may_nothing_and_nobody_is_asked, desk) {
    BOOST_TEST(may({}) == permission::none);
    BOOST_TEST(requests().empty());
}

BOOST_FIXTURE_TEST_CASE(a_permission_that_cannot_be_told_is_none_that_is_known, desk) {
    script(test::failing(502).on("GET", "/members/all/"));
    BOOST_TEST(run(gitlab->permission(path, {.login = "grace", .id = 5})).error().code ==
               make_error_code(errc::unavailable));
    script(test::failing(403).on("GET", "/members/all/"));
    BOOST_TEST(run(gitlab->permission(path, {.login = "grace", .id = 5})).error().code ==
               make_error_code(errc::authentication_failed));
}

BOOST_FIXTURE_TEST_CASE(comments_come_from_all_pages_the_oldest_first_and_none_of_gitlabs_own, desk) {
    set_page_size(3);
    const auto start = std::chrono::system_clock::now() - 1h;
    const auto at = [&](int minute) { return start + std::chrono::minutes(minute); };
    for (int i = 0; i < 4; ++i)
        comment(path, 7, {.body = "remark " + std::to_string(2 * i), .thread = "one", .written = at(2 * i)});
    for (int i = 0; i < 4; ++i)
        comment(path, 7, {.body = "remark " + std::to_string(2 * i + 1), .written = at(2 * i + 1)});
    comment(path, 7, {.body = "added 1 commit", .system = true, .written = at(20)});

    const auto all = run(gitlab->comments(path, 7)).value();
    BOOST_REQUIRE(all.size() == 8U);
    for (std::size_t i = 0; i < all.size(); ++i) BOOST_TEST(all[i].said.body == "remark " + std::to_string(i));
    BOOST_TEST(all[0].said.discussion == "one");
    BOOST_TEST(all[2].said.discussion == "one");
    BOOST_TEST(all[1].said.discussion != "one");
    BOOST_TEST(requests("GET", "/discussions").size() == 2U);
}

BOOST_FIXTURE_TEST_CASE(comments_on_lines_say_where_and_whether_they_are_resolved, desk) {
    comment(path, 7, {.where = test::api_place::line, .file = "src/a.c", .line = 18, .resolved = true});
    comment(path, 7, {.where = test::api_place::line, .file = "src/a.c", .line = 3, .removed_line = true});
    const auto all = run(gitlab->comments(path, 7)).value();
    BOOST_REQUIRE(all.size() == 2U);
    BOOST_TEST(all[0].said.where == event::place::line);
    BOOST_TEST(all[0].said.file == "src/a.c");
    BOOST_TEST(all[0].said.line == 18);
    BOOST_TEST(all[0].resolved);
    BOOST_TEST(all[1].said.line == 3);
    BOOST_TEST(!all[1].resolved);
}

BOOST_FIXTURE_TEST_CASE(of_very_many_comments_the_newest_are_told, desk) {
    const auto start = std::chrono::system_clock::now() - 1h;
    for (int i = 0; i < 502; ++i)
        comment(path, 7, {.body = std::to_string(i), .written = start + std::chrono::seconds(i)});
    const auto all = run(gitlab->comments(path, 7)).value();
    BOOST_TEST(all.size() == 500U);
    BOOST_TEST(all.front().said.body == "2");
    BOOST_TEST(all.back().said.body == "501");
}

BOOST_FIXTURE_TEST_CASE(a_comment_is_written_and_changed, desk) {
    const auto made = run(gitlab->post_comment(path, 7, "Looks good.")).value();
    BOOST_TEST(made.said.body == "Looks good.");
    BOOST_TEST(made.author.login == "familiar");
    BOOST_TEST(made.said.url == gitlab_url() + "/" + path + "/-/merge_requests/7#note_" + std::to_string(made.said.id));
    BOOST_TEST(run(gitlab->edit_comment(path, 7, made.said.id, "Looks better.")).has_value());
    const auto there = comments_by("familiar", path, 7);
    BOOST_REQUIRE(there.size() == 1U);
    BOOST_TEST(there[0].body == "Looks better.");
}

BOOST_FIXTURE_TEST_CASE(what_others_said_is_no_order_in_our_comments, desk) {
    const auto made = run(gitlab->post_comment(path, 7, "It said:\n/merge")).value();
    BOOST_TEST(comments_by("familiar", path, 7)[0].body == "It said:\n\\/merge");
    run(gitlab->edit_comment(path, 7, made.said.id, "/approve")).value();
    BOOST_TEST(comments_by("familiar", path, 7)[0].body == "\\/approve");
}

BOOST_FIXTURE_TEST_CASE(only_ones_own_comments_can_be_changed, desk) {
    const auto theirs = comment(path, 7, {.body = "Mine."});
    BOOST_TEST(run(gitlab->edit_comment(path, 7, theirs, "Yours.")).error().code ==
               make_error_code(errc::authentication_failed));
    BOOST_TEST(run(gitlab->edit_comment(path, 7, 999'999, "Whose?")).error().code == make_error_code(errc::not_found));
}

BOOST_FIXTURE_TEST_CASE(eyes_are_put_on_a_comment_or_on_the_merge_request_and_twice_is_fine, desk) {
    const auto id = comment(path, 7, {.body = "@familiar look"});
    for (int i = 0; i < 2; ++i) {
        BOOST_TEST(run(gitlab->react(path, 7, note_of(id))).has_value());
        BOOST_TEST(run(gitlab->react(path, 7, {})).has_value());
    }
    const auto there = reactions(path, 7);
    BOOST_REQUIRE(there.size() == 2U);
    BOOST_TEST(there[0].name == "eyes");
    BOOST_TEST(there[0].comment == id);
    BOOST_TEST(there[1].comment == 0);
}

BOOST_FIXTURE_TEST_CASE(a_reaction_on_what_is_gone_is_not_found, desk) {
    BOOST_TEST(run(gitlab->react(path, 7, note_of(999'999))).error().code == make_error_code(errc::not_found));
}

BOOST_FIXTURE_TEST_CASE(a_status_has_gitlabs_words, desk) {
    BOOST_TEST(set(progress::queued, "third in the queue").has_value());
    BOOST_TEST(set(progress::running, "runs", "https://familiar.example.org/jobs/1").has_value());
    BOOST_TEST(set(progress::succeeded).has_value());
    BOOST_TEST(set(progress::failed).has_value());
    BOOST_TEST(set(progress::stopped).has_value());
    std::vector<std::string> states;
    for (const auto& one : statuses(path, head)) states.push_back(one.state);
    BOOST_TEST(states == (std::vector<std::string>{"pending", "running", "success", "failed", "canceled"}),
               boost::test_tools::per_element());
    const auto running = statuses(path, head)[1];
    BOOST_TEST(running.name == "familiar");
    BOOST_TEST(running.description == "runs");
    BOOST_TEST(running.link == "https://familiar.example.org/jobs/1");
}

BOOST_FIXTURE_TEST_CASE(a_status_that_stands_already_is_fine, desk) {
    for (const auto now : {progress::queued, progress::queued, progress::running, progress::running, progress::queued})
        BOOST_TEST(set(now).has_value());
    BOOST_TEST(statuses(path, head).size() == 2U);
}

BOOST_FIXTURE_TEST_CASE(a_long_description_is_cut_and_a_link_that_is_too_long_left_out, desk) {
    BOOST_TEST(set(progress::failed, std::string(400, 'x'), "https://h/" + std::string(300, 'x')).has_value());
    BOOST_TEST(statuses(path, head)[0].description.size() == 255U);
    BOOST_TEST(statuses(path, head)[0].link == "");
}

BOOST_FIXTURE_TEST_CASE(a_status_for_a_commit_that_is_not_there_is_not_found, desk) {
    BOOST_TEST(run(gitlab->set_status(path, {"abc", progress::queued, {}, {}})).error().code ==
               make_error_code(errc::not_found));
}

BOOST_FIXTURE_TEST_CASE(the_token_is_the_credential_for_everything, desk) {
    const auto given = run(gitlab->credential_for(path, provider::access::read)).value();
    BOOST_TEST(given.username == "oauth2");
    BOOST_TEST(given.token.reveal() == token);
    BOOST_TEST(!given.expires.has_value());
    BOOST_TEST(!gitlab->narrows());
}

BOOST_FIXTURE_TEST_CASE(gitlab_tells_of_no_missed_deliveries, desk) {
    BOOST_TEST(run(gitlab->missed_deliveries("/webhook/gitlab", {path}, core::wall_time())).value().empty());
    BOOST_TEST(requests().empty());
}

BOOST_FIXTURE_TEST_CASE(open_merge_requests_that_changed_come_from_all_pages_with_their_origin, desk) {
    set_page_size(2);
    create("mallory/widgets");
    const auto then = std::chrono::system_clock::now() - 24h;
    for (std::int64_t i = 10; i < 14; ++i) open(path, {.number = i, .head = head, .source_path = "mallory/widgets"});
    open(path, {.number = 20, .head = head, .open = false});
    open(path, {.number = 21, .head = head, .updated = then - 1h});

    const auto found = run(gitlab->open_requests(path, std::chrono::floor<std::chrono::milliseconds>(then))).value();
    std::vector<std::int64_t> numbers;
    for (const auto& one : found) numbers.push_back(one.request.number);
    std::ranges::sort(numbers);
    BOOST_TEST(numbers == (std::vector<std::int64_t>{7, 10, 11, 12, 13}), boost::test_tools::per_element());
    for (const auto& one : found)
        BOOST_TEST(one.request.source_path == (one.request.number == 7 ? path : "mallory/widgets"));
    // A fork is asked for once.
    const auto asked = requests("GET", "/projects/");
    BOOST_TEST(std::ranges::count_if(
                   asked, [](const auto& one) { return one.path.find("/merge_requests") == std::string::npos; }) == 1);
}

BOOST_FIXTURE_TEST_CASE(a_project_is_named_by_its_encoded_path, desk) {
    run(gitlab->merge_request(path, 7)).value();
    BOOST_TEST(requests().front().path == "/projects/acme%2Fplatform%2Fwidgets/merge_requests/7");
}

BOOST_FIXTURE_TEST_CASE(a_new_token_holds_from_the_next_call_on, desk) {
    revoke_token(token);
    BOOST_TEST(run(gitlab->identify()).error().code == make_error_code(errc::authentication_failed));
    add_token("glpat-the-new-one", "familiar");
    auto values = *settings;
    values.providers.gitlab.token = core::secret("glpat-the-new-one");
    settings.replace(values);
    BOOST_TEST(run(gitlab->identify()).has_value());
}

BOOST_AUTO_TEST_CASE(a_gitlab_below_a_prefix_works) {
    std::mutex guard;
    std::string asked;
    test::peer_server server([&](test::peer& client) {
        while (const auto request = client.read_request()) {
            const std::lock_guard lock(guard);
            asked = *request;
            client.answer("200 OK", R"({"username":"familiar","bot":true})");
        }
    });
    test::gitlab_desk desk(server.url() + "/tools/gitlab");
    BOOST_TEST(desk.run(desk.gitlab->identify()).value().login == "familiar");
    const std::lock_guard lock(guard);
    BOOST_TEST(asked.starts_with("GET /tools/gitlab/api/v4/user HTTP/1.1\r\n"));
    BOOST_TEST(asked.find("PRIVATE-TOKEN: " + std::string(test::gitlab_desk::token) + "\r\n") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
