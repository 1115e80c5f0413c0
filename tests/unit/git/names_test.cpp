#include "git/names.hpp"

#include "support/unit_test.hpp"

#include <cstdlib>

using namespace familiar;
using git::branch_choice;

namespace {

git::workspace_request good_request() {
    git::workspace_request out;
    out.from.key = "github/team/app";
    out.from.url = "https://forge.example/team/app.git";
    out.job = "01jobs";
    out.head_ref = "refs/pull/7/head";
    out.source_branch = "feature";
    out.target_branch = "main";
    out.number = 7;
    return out;
}

bool refused(void (*spoil)(git::workspace_request&)) {
    auto request = good_request();
    spoil(request);
    const auto checked = git::check(request);
    return checked.has_error() && checked.error().code == core::errc::invalid;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(names)

BOOST_AUTO_TEST_CASE(branch_names_are_those_that_git_takes) {
    const std::vector<std::string> names{"main",
                                         "feature/one",
                                         "a.b",
                                         "@a",
                                         "a@b",
                                         "ä",
                                         "-",
                                         "--upload-pack=touch x",
                                         "--upload-pack=x",
                                         "-f",
                                         "HEAD",
                                         "@",
                                         "",
                                         "a..b",
                                         ".a",
                                         "a/.b",
                                         "a.lock",
                                         "a.lock/b",
                                         "a/",
                                         "/a",
                                         "a//b",
                                         "a.",
                                         "a b",
                                         "a~1",
                                         "a^",
                                         "a:b",
                                         "a?",
                                         "a*",
                                         "a[b",
                                         "a\\b",
                                         "a@{1}",
                                         "a\tb",
                                         "a\x7f",
                                         "+a",
                                         "refs/heads/x",
                                         "a'b",
                                         "a\"b",
                                         "$(x)"};
    for (const auto& name : names) {
        ::setenv("NAME", name.c_str(), 1);
        const bool taken = std::system("git check-ref-format --branch \"$NAME\" >/dev/null 2>&1") == 0;
        // git takes "@" for HEAD here, and "-" for the branch before.
        if (name != "@" && name != "-") BOOST_CHECK_MESSAGE(git::is_branch_name(name) == taken, name);
    }
    ::unsetenv("NAME");
    BOOST_CHECK(!git::is_branch_name("@"));
    BOOST_CHECK(!git::is_branch_name("-"));
}

BOOST_AUTO_TEST_CASE(head_refs_are_those_of_the_two_forges) {
    for (const char* good : {"refs/pull/1/head", "refs/pull/123456/head", "refs/merge-requests/7/head"})
        BOOST_CHECK_MESSAGE(git::is_head_ref(good), good);
    for (const char* bad : {"", "refs/pull//head", "refs/pull/head", "refs/pull/0/head", "refs/pull/1/merge",
                            "refs/pull/x/head", "refs/pull/1/2/head", "refs/heads/main", "refs/pull/-1/head",
                            "refs/pull/12345678901234567890/head", "refs/pull/1/head "})
        BOOST_CHECK_MESSAGE(!git::is_head_ref(bad), bad);
}

BOOST_AUTO_TEST_CASE(a_mirror_stays_in_its_folder_and_out_of_others) {
    for (const char* good : {"github/team/app", "gitlab/a/b/c/d", "github/team/.github", "github/-/x"})
        BOOST_CHECK_MESSAGE(git::is_mirror_key(good), good);
    for (const std::string bad : {"", "app", "github/", "/github/a", "github//a", "github/../a", "github/./a",
                                  "github/a.git/b", "github/a/b.git", "github/a\nb"})
        BOOST_CHECK_MESSAGE(!git::is_mirror_key(bad), bad);
    BOOST_CHECK(!git::is_mirror_key(std::string("github/a\0b", 10)));
}

BOOST_AUTO_TEST_CASE(a_token_is_bound_to_scheme_host_and_port) {
    BOOST_CHECK_EQUAL(git::url_origin("https://forge.example/a/b.git"), "https://forge.example/");
    BOOST_CHECK_EQUAL(git::url_origin("http://127.0.0.1:8080/a.git"), "http://127.0.0.1:8080/");
    BOOST_CHECK_EQUAL(git::url_origin("https://forge.example"), "");
    BOOST_CHECK_EQUAL(git::url_origin("https:///a"), "");
    BOOST_CHECK_EQUAL(git::url_origin("file:///a/b.git"), "");
    BOOST_CHECK_EQUAL(git::url_origin("ext::sh -c x"), "");
    BOOST_CHECK_EQUAL(git::url_scheme("git://h/a"), "git");
    BOOST_CHECK_EQUAL(git::url_scheme("ssh://h/a"), "");
}

BOOST_AUTO_TEST_CASE(a_good_request_passes_and_each_bad_field_is_found) {
    BOOST_CHECK(git::check(good_request()));
    BOOST_CHECK(refused([](auto& r) { r.from.key = "../x/y"; }));
    BOOST_CHECK(refused([](auto& r) { r.from.url = "ext::sh -c touch"; }));
    BOOST_CHECK(refused([](auto& r) { r.from.url = "/plain/path"; }));
    BOOST_CHECK(refused([](auto& r) { r.from.url = "https://user:pass@forge.example/a.git"; }));
    BOOST_CHECK(refused([](auto& r) { r.from.url = "https://forge.example/a\n.git"; }));
    BOOST_CHECK(refused([](auto& r) { r.job = "../01"; }));
    BOOST_CHECK(refused([](auto& r) { r.job = ""; }));
    BOOST_CHECK(refused([](auto& r) { r.number = 0; }));
    BOOST_CHECK(refused([](auto& r) { r.head_ref = "--upload-pack=x"; }));
    BOOST_CHECK(refused([](auto& r) { r.source_branch = "--upload-pack=x"; }));
    BOOST_CHECK(refused([](auto& r) { r.target_branch = "--upload-pack=x"; }));
}

BOOST_AUTO_TEST_CASE(the_branch_is_chosen_by_who_may_push_and_what_is_known) {
    struct row {
        const char* what;
        bool may_push;
        std::string source, target;
        std::vector<std::string> at_head;
        branch_choice expected;
    };
    const branch_choice local{"familiar/mr-7", false};
    const row rows[] = {
        {"the source branch", true, "feature", "main", {}, {"feature", true}},
        {"a fork", false, "feature", "main", {"feature"}, local},
        {"a fork's main", false, "main", "main", {}, local},
        {"source is target", true, "main", "main", {"main"}, local},
        {"unknown, one branch there", true, "", "main", {"feature"}, {"feature", true}},
        {"unknown, no branch there", true, "", "main", {}, local},
        {"unknown, two branches there", true, "", "main", {"a", "b"}, local},
        {"unknown, the target does not count", true, "", "main", {"feature", "main"}, {"feature", true}},
        {"unknown, only the target there", true, "", "main", {"main"}, local},
        {"unknown, one with a strange name", true, "", "main", {"--upload-pack=x"}, local},
        {"unknown, in a fork", false, "", "main", {"feature"}, local},
    };
    for (const auto& r : rows) {
        const auto chosen = git::choose_branch(r.may_push, r.source, r.target, r.at_head, 7);
        BOOST_TEST_CONTEXT(r.what) {
            BOOST_CHECK_EQUAL(chosen.name, r.expected.name);
            BOOST_CHECK_EQUAL(chosen.push, r.expected.push);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
