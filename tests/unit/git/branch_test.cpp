// Which commit and which branch a workspace gets, and whether it may push.
#include "unit/git/workshop.hpp"

using namespace familiar;
using namespace familiar::test;
namespace fs = std::filesystem;

BOOST_AUTO_TEST_SUITE(branches)

BOOST_AUTO_TEST_CASE(a_gitlab_merge_request_is_found_by_its_own_ref) {
    workshop w;
    auto request = w.request("job1");
    request.head_ref = "refs/merge-requests/7/head";
    const auto made = w.prepare(request);
    BOOST_REQUIRE(made);
    BOOST_CHECK_EQUAL(made->head, w.head);
}

BOOST_AUTO_TEST_CASE(a_fork_gets_a_local_branch_and_no_credential) {
    workshop w;
    auto request = w.request("job1");
    request.may_push = false;
    request.source_branch = "main";
    const auto made = w.prepare(request);
    BOOST_REQUIRE(made);
    BOOST_CHECK_EQUAL(made->branch, "familiar/mr-7");
    BOOST_CHECK(!made->push_enabled);
    BOOST_CHECK(fs::is_empty(made->secrets));
    BOOST_CHECK(!git_in(*made, "push"));
    BOOST_CHECK(!git_in(*made, "push origin HEAD:refs/heads/main"));
    BOOST_CHECK(git_in(*made, "push origin HEAD:main 2>&1 | grep -q 'push is disabled'"));
}

BOOST_AUTO_TEST_CASE(an_unknown_branch_is_the_one_at_the_head) {
    workshop w;
    w.forge.set_ref("team/app", "refs/tags/main", w.head);  // which is not the branch
    auto request = w.request("job1");
    request.source_branch.clear();
    request.target_branch.clear();
    const auto made = w.prepare(request);
    BOOST_REQUIRE(made);
    BOOST_CHECK_EQUAL(made->branch, "feature");
    BOOST_CHECK(made->push_enabled);
    BOOST_CHECK_EQUAL(made->changed_files.size(), 2U);
}

BOOST_AUTO_TEST_CASE(a_deleted_branch_is_no_push_target) {
    workshop w;
    BOOST_REQUIRE(w.prepare(w.request("job1")));
    w.forge.delete_ref("team/app", "refs/heads/feature");
    auto request = w.request("job2");
    request.source_branch.clear();
    const auto made = w.prepare(request);
    BOOST_REQUIRE(made);
    BOOST_CHECK_EQUAL(made->branch, "familiar/mr-7");
    BOOST_CHECK(!made->push_enabled);
}

BOOST_AUTO_TEST_CASE(a_branch_called_like_an_option_is_refused_and_runs_nothing) {
    workshop w;
    const std::string name = "--upload-pack=touch${IFS}" + (w.folder / "owned").string();
    w.forge.set_ref("team/app", "refs/heads/" + name, w.head);
    for (auto field : {&git::workspace_request::source_branch, &git::workspace_request::target_branch}) {
        auto request = w.request("job1");
        request.*field = name;
        CHECK_ERROR(w.prepare(request), invalid);
    }
    // One that is merely there does no harm either.
    BOOST_CHECK(w.prepare(w.request("job2")));
    BOOST_CHECK(!fs::exists(w.folder / "owned"));
}

BOOST_AUTO_TEST_CASE(a_missing_head_and_a_missing_target_are_told_apart_from_trouble) {
    workshop w;
    auto request = w.request("job1");
    request.head_ref = "refs/pull/8/head";
    CHECK_ERROR(w.prepare(request), ref_missing);
    request = w.request("job1");
    request.target_branch = "nowhere";
    CHECK_ERROR(w.prepare(request), ref_missing);
    BOOST_CHECK(!fs::exists(w.folder / "cache/jobs/job1"));
    BOOST_CHECK_EQUAL(w.count("fetch", "retried"), 0);
}

BOOST_AUTO_TEST_SUITE_END()
