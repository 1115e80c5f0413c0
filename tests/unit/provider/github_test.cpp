// GitHub as it should be: a local server that speaks its API.
#include "github_desk.hpp"
#include "support/api_forge.hpp"
#include "support/unit_test.hpp"

using namespace familiar;
using namespace std::chrono_literals;
using config::permission;
using std::chrono::system_clock;

namespace {

constexpr auto path = "acme/widgets";
const std::string head(40, 'a');

struct desk : test::api_forge, test::github_desk {
    explicit desk(test::api_options options = {}) : api_forge(options), github_desk(with_token(github_url())) {
        add_user({.login = "familiar"});
        add_token(token, "familiar");
        open(path, {.head = head});
    }

    permission permission_of(const std::string& login) {
        return run(github->permission(path, {.login = login})).value();
    }

    provider::merge_request_state request(std::int64_t number = 7) {
        return run(github->merge_request(path, number)).value();
    }

    std::vector<event::remark> remarks() { return run(github->comments(path, 7)).value(); }
};

event::comment place(std::int64_t id, event::place where) {
    event::comment out;
    out.id = id;
    out.where = where;
    return out;
}

system_clock::time_point minute(int count) {
    return system_clock::time_point(std::chrono::hours(480'000) + std::chrono::minutes(count));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(github)

BOOST_FIXTURE_TEST_CASE(the_token_has_a_login_which_may_be_a_persons, desk) {
    const auto who = run(github->identify()).value();
    BOOST_TEST(who.login == "familiar");
    BOOST_TEST(who.person);
    BOOST_TEST(!github->narrows());
}

BOOST_FIXTURE_TEST_CASE(or_a_machines, desk) {
    add_user({.login = "robot", .bot = true});
    add_token("ghp_of_the_robot", "robot");
    auto next = *settings;
    next.providers.github.token = core::secret("ghp_of_the_robot");
    settings.replace(next);
    const auto who = run(github->identify()).value();
    BOOST_TEST(who.login == "robot");
    BOOST_TEST(!who.person);
}

BOOST_FIXTURE_TEST_CASE(a_merge_request_is_told_whole, desk) {
    const auto got = request();
    BOOST_TEST(got.open);
    BOOST_TEST(got.request.number == 7);
    BOOST_TEST(got.request.title == "Spin");
    BOOST_TEST(got.request.description == "It should spin.");
    BOOST_TEST(got.request.url.ends_with("/acme/widgets/pull/7"));
    BOOST_TEST(got.request.source_branch == "spin");
    BOOST_TEST(got.request.target_branch == "main");
    BOOST_TEST(got.request.head == head);
    BOOST_TEST(got.request.source_path == path);
    BOOST_TEST((got.request.head_origin == event::origin::same_repository));
    BOOST_TEST(!got.request.draft);
    BOOST_TEST(got.request.author.login == "ada");
    BOOST_TEST(got.request.author.id > 0);
    BOOST_TEST(requests().back().path == "/repos/acme/widgets/pulls/7");
    BOOST_TEST(requests().back().login == "familiar");
}

BOOST_FIXTURE_TEST_CASE(a_path_means_the_same_repository_in_any_case, desk) {
    const auto got = run(github->merge_request("acme/widgets", 7)).value();
    BOOST_TEST((got.request.head_origin == event::origin::same_repository));
    change(path, 7, [](test::api_request& what) { what.source_path = "Acme/Widgets"; });
    create("Acme/Widgets");
    BOOST_TEST((request().request.head_origin == event::origin::same_repository));
}

BOOST_FIXTURE_TEST_CASE(a_fork_is_one_and_a_deleted_one_is_unknown, desk) {
    create("mallory/widgets");
    open(path, {.number = 8, .head = head, .source_path = "mallory/widgets"});
    BOOST_TEST((request(8).request.head_origin == event::origin::fork));
    BOOST_TEST(request(8).request.source_path == "mallory/widgets");
    change(path, 8, [](test::api_request& what) { what.source_deleted = true; });
    BOOST_TEST((request(8).request.head_origin == event::origin::unknown));
    BOOST_TEST(request(8).request.source_path.empty());
}

BOOST_FIXTURE_TEST_CASE(closed_and_draft_are_told, desk) {
    change(path, 7, [](test::api_request& what) {
        what.open = false;
        what.draft = true;
    });
    BOOST_TEST(!request().open);
    BOOST_TEST(request().request.draft);
}

BOOST_FIXTURE_TEST_CASE(what_is_not_there_is_not_found, desk) {
    BOOST_TEST(run(github->merge_request(path, 99)).error().code == make_error_code(core::errc::not_found));
    BOOST_TEST(run(github->merge_request("acme/nothing", 7)).error().code == make_error_code(core::errc::not_found));
}

BOOST_FIXTURE_TEST_CASE(a_permission_is_what_the_role_says_now, desk) {
    for (const auto& [role, meaning] :
         {std::pair("admin", permission::admin), std::pair("maintain", permission::maintain),
          std::pair("write", permission::write), std::pair("triage", permission::read),
          std::pair("read", permission::read)}) {
        set_role(path, "mona", role);
        BOOST_TEST((permission_of("mona") == meaning), role);
    }
}

BOOST_FIXTURE_TEST_CASE(who_is_not_known_may_nothing, desk) {
    BOOST_TEST((permission_of("nobody") == permission::none));
}

BOOST_FIXTURE_TEST_CASE(a_ghost_may_nothing_and_is_not_asked_for, desk) {
    BOOST_TEST((permission_of("") == permission::none));
    BOOST_TEST(requests().empty());
}

BOOST_FIXTURE_TEST_CASE(unusual_logins_are_asked_for_as_they_are, desk) {
    set_role(path, "renovate[bot]", "write");
    BOOST_TEST((permission_of("renovate[bot]") == permission::write));
    BOOST_TEST(requests().back().path == "/repos/acme/widgets/collaborators/renovate%5Bbot%5D/permission");
    BOOST_TEST((permission_of("../../../user?x=") == permission::none));
    BOOST_TEST(requests().back().path == "/repos/acme/widgets/collaborators/..%2F..%2F..%2Fuser%3Fx%3D/permission");
}

BOOST_FIXTURE_TEST_CASE(comments_of_all_three_kinds_come_in_their_order, desk) {
    const auto first = comment(path, 7, {.author = "ada", .body = "one", .written = minute(1)});
    const auto line = comment(path, 7,
                              {.author = "bob",
                               .body = "two",
                               .where = test::api_place::line,
                               .file = "src/spin.c",
                               .line = 12,
                               .thread = "t",
                               .written = minute(2)});
    comment(path, 7, {.author = "bob", .body = "three", .where = test::api_place::review, .written = minute(3)});
    comment(path, 7, {.author = "bob", .body = "", .where = test::api_place::review, .written = minute(4)});
    comment(path, 7,
            {.author = "ada",
             .body = "four",
             .where = test::api_place::line,
             .file = "src/spin.c",
             .line = 12,
             .thread = "t",
             .written = minute(5)});
    comment(path, 7, {.author = "", .body = "five", .written = minute(6)});

    const auto all = remarks();
    std::vector<std::string> bodies;
    for (const auto& one : all) bodies.push_back(one.said.body);
    BOOST_TEST(bodies == (std::vector<std::string>{"one", "two", "three", "four", "five"}),
               boost::test_tools::per_element());
    BOOST_TEST(all[0].said.id == first);
    BOOST_TEST(all[0].author.login == "ada");
    BOOST_TEST((all[0].said.where == event::place::conversation));
    BOOST_TEST((all[0].written == std::chrono::floor<std::chrono::milliseconds>(minute(1))));
    BOOST_TEST(all[1].said.file == "src/spin.c");
    BOOST_TEST(all[1].said.line == 12);
    BOOST_TEST((all[1].said.where == event::place::line));
    BOOST_TEST((all[2].said.where == event::place::review));
    BOOST_TEST(all[3].said.discussion == std::to_string(line));
    BOOST_TEST(all[4].author.login.empty());
}

BOOST_FIXTURE_TEST_CASE(comments_on_many_pages_are_all_there, desk) {
    set_page_size(2);
    for (int i = 0; i < 5; ++i) comment(path, 7, {.body = "c" + std::to_string(i), .written = minute(i)});
    for (int i = 0; i < 5; ++i)
        comment(path, 7,
                {.body = "l" + std::to_string(i),
                 .where = test::api_place::line,
                 .file = "a",
                 .line = 1,
                 .written = minute(10 + i)});
    const auto all = remarks();
    BOOST_TEST(all.size() == 10U);
    BOOST_TEST(all.front().said.body == "c0");
    BOOST_TEST(all.back().said.body == "l4");
}

BOOST_FIXTURE_TEST_CASE(of_very_many_comments_the_newest_count, desk) {
    for (int i = 0; i < 520; ++i) comment(path, 7, {.body = "c" + std::to_string(i), .written = minute(i)});
    const auto all = remarks();
    BOOST_TEST(all.size() == 500U);
    BOOST_TEST(all.front().said.body == "c20");
    BOOST_TEST(all.back().said.body == "c519");
}

BOOST_FIXTURE_TEST_CASE(a_comment_is_written_and_changed, desk) {
    const auto written = run(github->post_comment(path, 7, "It spins. 🌀 \"so\"")).value();
    BOOST_TEST(written.said.body == "It spins. 🌀 \"so\"");
    BOOST_TEST(written.author.login == "familiar");
    BOOST_TEST(written.said.url.find("#issuecomment-") != std::string::npos);
    BOOST_TEST(run(github->edit_comment(path, 7, written.said.id, "It span.")).has_value());
    const auto all = comments(path, 7);
    BOOST_TEST(all.size() == 1U);
    BOOST_TEST(all.front().body == "It span.");
    BOOST_TEST(all.front().edits == 1);
}

BOOST_FIXTURE_TEST_CASE(eyes_go_where_the_comment_stands, desk) {
    const auto said = comment(path, 7, {.body = "look"});
    const auto line = comment(path, 7, {.body = "here", .where = test::api_place::line, .file = "a", .line = 1});
    const auto react = [&](std::optional<event::comment> note) {
        return run(github->react(path, 7, note)).has_value();
    };
    BOOST_TEST(react(std::nullopt));
    BOOST_TEST(react(place(said, event::place::conversation)));
    BOOST_TEST(react(place(line, event::place::line)));
    const auto all = reactions(path, 7);
    BOOST_TEST(all.size() == 3U);
    BOOST_TEST(all.at(0).comment == 0);
    BOOST_TEST(all.at(1).comment == said);
    BOOST_TEST(all.at(2).comment == line);
    for (const auto& one : all) BOOST_TEST(one.name == "eyes");
}

BOOST_FIXTURE_TEST_CASE(eyes_that_are_there_are_fine_and_a_review_gets_none, desk) {
    BOOST_TEST(run(github->react(path, 7, std::nullopt)).has_value());
    BOOST_TEST(run(github->react(path, 7, std::nullopt)).has_value());
    BOOST_TEST(reactions(path, 7).size() == 1U);
    const auto before = requests().size();
    BOOST_TEST(run(github->react(path, 7, place(3, event::place::review))).has_value());
    BOOST_TEST(requests().size() == before);
}

BOOST_FIXTURE_TEST_CASE(a_status_says_where_a_job_stands, desk) {
    using provider::progress;
    for (const auto now :
         {progress::queued, progress::running, progress::succeeded, progress::failed, progress::stopped}) {
        provider::commit_status status{.commit = head, .now = now, .description = "so", .link = "https://bot/jobs/1"};
        BOOST_TEST(run(github->set_status(path, status)).has_value());
    }
    std::vector<std::string> states;
    for (const auto& one : statuses(path, head)) {
        states.push_back(one.state);
        BOOST_TEST(one.name == "familiar");
        BOOST_TEST(one.link == "https://bot/jobs/1");
    }
    BOOST_TEST(states == (std::vector<std::string>{"pending", "pending", "success", "failure", "success"}),
               boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(a_status_is_cut_to_what_github_takes_and_links_to_the_web_alone, desk) {
    std::string grown;
    for (int i = 0; i < 100; ++i) grown += "ü";
    for (const auto* link : {"", "javascript:alert(1)", "file:///etc/passwd"}) {
        provider::commit_status status{.commit = head, .description = grown, .link = link};
        BOOST_TEST(run(github->set_status(path, status)).has_value());
        BOOST_TEST(statuses(path).back().link.empty());
        BOOST_TEST(statuses(path).back().description.size() <= 140U);
        BOOST_TEST(statuses(path).back().description.ends_with("ü…"));
    }
}

BOOST_FIXTURE_TEST_CASE(the_configured_token_is_what_an_agent_gets, desk) {
    for (const auto wanted : {provider::access::read, provider::access::write}) {
        const auto got = run(github->credential_for(path, wanted)).value();
        BOOST_TEST(got.username == "x-access-token");
        BOOST_TEST(got.token.reveal() == token);
        BOOST_TEST(!got.expires.has_value());
    }
    BOOST_TEST(requests().empty());
}

BOOST_FIXTURE_TEST_CASE(open_requests_are_those_that_changed_since, desk) {
    set_page_size(2);
    change(path, 7, [](test::api_request& what) { what.updated = minute(1); });
    for (int i = 0; i < 5; ++i) open(path, {.number = 10 + i, .head = head, .updated = minute(10 + i)});
    open(path, {.number = 20, .head = head, .open = false, .updated = minute(30)});
    const auto since = std::chrono::floor<std::chrono::milliseconds>(minute(11));
    const auto found = run(github->open_requests(path, since)).value();
    std::vector<std::int64_t> numbers;
    for (const auto& one : found) numbers.push_back(one.request.number);
    BOOST_TEST(numbers == (std::vector<std::int64_t>{14, 13, 12, 11}), boost::test_tools::per_element());
    BOOST_TEST(found.front().open);
    BOOST_TEST(requests("GET", "/pulls").size() == 3U);
}

BOOST_AUTO_TEST_CASE(an_enterprise_server_has_its_api_below_a_path) {
    desk at(test::api_options{.github_prefix = "/api/v3"});
    at.set_page_size(1);
    for (int i = 0; i < 3; ++i) at.comment(path, 7, {.body = "c"});
    BOOST_TEST(at.request().request.number == 7);
    BOOST_TEST(at.remarks().size() == 3U);
}

BOOST_AUTO_TEST_SUITE_END()
