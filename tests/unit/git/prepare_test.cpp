// Workspaces made from a real forge with real git.
#include "async/task_group.hpp"
#include "unit/git/workshop.hpp"

#include <sys/stat.h>

using namespace familiar;
using namespace familiar::test;
namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

mode_t mode_of(const fs::path& path) {
    struct stat found{};
    ::lstat(path.c_str(), &found);
    return found.st_mode & 07777;
}

/// Prepares these at once; all succeed.
void prepare_at_once(workshop& w, std::vector<git::workspace_request> requests) {
    async::task_group tasks(w.context.get_executor(), [](std::exception_ptr) { BOOST_ERROR("a task failed"); });
    for (auto& request : requests)
        tasks.spawn([](git::cache& cache, git::workspace_request what) -> asio::awaitable<void> {
            const auto made = co_await cache.prepare(std::move(what));
            BOOST_CHECK_MESSAGE(made.has_value(), (made ? "" : core::describe(made.error())));
        }(w.cache, std::move(request)));
    run_coroutine(w.context, tasks.join());
}

/// True if any file below (or the name of one) holds this text.
bool holds(const fs::path& folder, const std::string& text) {
    return std::system(("grep -rqsF '" + text + "' '" + folder.string() + "'").c_str()) == 0;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(prepare)

BOOST_AUTO_TEST_CASE(the_first_job_clones_and_gets_its_folders) {
    workshop w;
    const auto made = w.prepare(w.request("job1"));
    BOOST_REQUIRE_MESSAGE(made.has_value(), core::describe(made.error()));

    BOOST_CHECK_EQUAL(made->root, w.folder / "cache/jobs/job1");
    BOOST_CHECK_EQUAL(made->directory, made->root / "workspace");
    BOOST_CHECK_EQUAL(made->objects, w.mirror() / "objects");
    BOOST_CHECK_EQUAL(made->head, w.head);
    BOOST_CHECK_EQUAL(made->branch, "feature");
    BOOST_CHECK(made->push_enabled);
    BOOST_CHECK_EQUAL(read(made->directory / "src/deep/one.txt"), "one\n");
    BOOST_CHECK_EQUAL(read(made->directory / "README.md"), "A repository.\n");
    for (const auto& folder :
         {w.folder / "cache", made->root, made->directory, made->familiar, made->secrets, made->out})
        BOOST_CHECK_EQUAL(mode_of(folder), 0700U);
    BOOST_CHECK_EQUAL(w.count("clone", "ok"), 1);
    BOOST_CHECK_EQUAL(w.count("fetch", "ok"), 1);
    BOOST_CHECK_EQUAL(w.count("workspace", "ok"), 1);
}

BOOST_AUTO_TEST_CASE(the_changed_files_decide_the_working_directory) {
    workshop w;
    const auto made = w.prepare(w.request("job1"));
    BOOST_REQUIRE(made);
    const std::vector<std::string> expected{"src/deep/one.txt", "src/deep/two/two.txt"};
    BOOST_CHECK(made->changed_files == expected);
    BOOST_CHECK_EQUAL(made->working_directory, "src/deep");
}

BOOST_AUTO_TEST_CASE(what_the_target_got_meanwhile_is_no_change_of_the_merge_request) {
    workshop w;
    w.forge.commit("team/app", "refs/heads/main", {{"other.txt", "later\n"}}, "refs/heads/main");
    const auto made = w.prepare(w.request("job1"));
    BOOST_REQUIRE(made);
    BOOST_CHECK_EQUAL(made->changed_files.size(), 2U);
}

BOOST_AUTO_TEST_CASE(a_working_directory_that_is_a_link_out_is_not_used) {
    workshop w;
    const auto head = w.forge.commit("team/app", "refs/heads/feature", {{"gone", "-> /etc"}}, "refs/heads/main");
    w.forge.set_ref("team/app", "refs/pull/7/head", head);
    w.forge.commit("team/app", "refs/heads/main", {{"gone/file", "x"}}, "refs/heads/main");
    const auto made = w.prepare(w.request("job1"));
    BOOST_REQUIRE(made);
    BOOST_CHECK_EQUAL(made->working_directory, "");
    BOOST_CHECK(fs::is_symlink(made->directory / "gone"));
}

BOOST_AUTO_TEST_CASE(the_repository_of_a_workspace_looks_like_a_clone) {
    workshop w;
    w.forge.set_ref("team/app", "refs/tags/v1", w.forge.tip("team/app", "refs/heads/main"));
    const auto made = w.prepare(w.request("job1"));
    BOOST_REQUIRE(made);
    BOOST_CHECK_EQUAL(read(made->directory / ".git/objects/info/alternates"), "/familiar/objects\n");
    BOOST_CHECK_EQUAL(read(made->directory / ".git/HEAD"), "ref: refs/heads/feature\n");
    for (const char* check : {
             "diff --quiet HEAD",
             "fsck --connectivity-only",
             "rev-parse --verify origin/main^{commit}",
             "rev-parse --verify origin/HEAD^{commit}",
             "rev-parse --verify v1^{commit}",
             "rev-parse --verify 'feature@{upstream}'",
             "merge-base --is-ancestor origin/main HEAD",
         })
        BOOST_CHECK_MESSAGE(git_in(*made, check), check);
    BOOST_CHECK(git_in(*made, "status --porcelain | wc -c | grep -qx 0"));
}

BOOST_AUTO_TEST_CASE(a_later_job_fetches_what_is_new) {
    workshop w;
    BOOST_REQUIRE(w.prepare(w.request("job1")));
    const auto head = w.forge.commit("team/app", "refs/heads/feature", {{"new.txt", "new\n"}}, "refs/heads/feature");
    w.forge.set_ref("team/app", "refs/pull/7/head", head);
    const auto made = w.prepare(w.request("job2"));
    BOOST_REQUIRE(made);
    BOOST_CHECK_EQUAL(made->head, head);
    BOOST_CHECK_EQUAL(read(made->directory / "new.txt"), "new\n");
    BOOST_CHECK_EQUAL(w.count("clone", "ok"), 1);
    BOOST_CHECK_EQUAL(w.count("fetch", "ok"), 2);
}

BOOST_AUTO_TEST_CASE(rewritten_and_replaced_branches_are_followed) {
    workshop w;
    w.forge.set_ref("team/app", "refs/heads/topic", w.head);
    BOOST_REQUIRE(w.prepare(w.request("job1")));
    // "topic" gives way to "topic/one", and the merge request is forced to something else.
    w.forge.delete_ref("team/app", "refs/heads/topic");
    w.forge.set_ref("team/app", "refs/heads/topic/one", w.head);
    const auto forced = w.forge.commit("team/app", "refs/heads/feature", {{"forced.txt", "x"}}, "refs/heads/main");
    w.forge.set_ref("team/app", "refs/pull/7/head", forced);
    const auto made = w.prepare(w.request("job2"));
    BOOST_REQUIRE_MESSAGE(made.has_value(), core::describe(made.error()));
    BOOST_CHECK_EQUAL(made->head, forced);
    BOOST_CHECK(git_in(*made, "rev-parse --verify origin/topic/one"));
}

BOOST_AUTO_TEST_CASE(jobs_of_one_repository_at_once_take_turns_and_share_one_clone) {
    workshop w;
    prepare_at_once(w, {w.request("job1"), w.request("job2"), w.request("job3")});
    BOOST_CHECK_EQUAL(w.count("clone", "ok"), 1);
    BOOST_CHECK_EQUAL(w.count("workspace", "ok"), 3);
    for (const char* job : {"job1", "job2", "job3"})
        BOOST_CHECK(fs::exists(w.folder / "cache/jobs" / job / "workspace/README.md"));
}

BOOST_AUTO_TEST_CASE(jobs_of_several_repositories_at_once_have_mirrors_of_their_own) {
    workshop w;
    w.forge.create_with_merge_request("team/other", 7, "feature", {{"other.txt", "x"}});
    prepare_at_once(w, {w.request("job1"), w.request("job2", "team/other")});
    BOOST_CHECK_EQUAL(w.count("clone", "ok"), 2);
    BOOST_CHECK(fs::exists(w.mirror("team/other") / "HEAD"));
    BOOST_CHECK(fs::exists(w.folder / "cache/jobs/job2/workspace/other.txt"));
}

BOOST_AUTO_TEST_CASE(hooks_and_filters_never_run_on_the_host) {
    workshop w;
    const auto head =
        w.forge.commit("team/app", "refs/heads/feature",
                       {{".gitattributes", "* filter=lfs\n"}, {"large", "a pointer\n"}}, "refs/heads/main");
    w.forge.set_ref("team/app", "refs/pull/7/head", head);
    BOOST_REQUIRE(w.prepare(w.request("job1")));
    const auto ran = (w.folder / "ran").string();
    for (const char* hook : {"post-checkout", "reference-transaction", "post-update", "pre-auto-gc"}) {
        write(w.mirror() / "hooks" / hook, "#!/bin/sh\ntouch " + ran + "\n");
        fs::permissions(w.mirror() / "hooks" / hook, fs::perms(0755));
    }
    std::ofstream(w.mirror() / "config", std::ios::app) << "[core]\n\tfsmonitor = touch " << ran << "\n";
    w.forge.commit("team/app", "refs/heads/main", {{"more", "x"}}, "refs/heads/main");
    const auto made = w.prepare(w.request("job2"));
    BOOST_REQUIRE(made);
    BOOST_CHECK_EQUAL(read(made->directory / "large"), "a pointer\n");
    BOOST_CHECK(!fs::exists(ran));
}

BOOST_AUTO_TEST_CASE(a_job_that_is_prepared_again_starts_afresh) {
    workshop w;
    const auto first = w.prepare(w.request("job1"));
    BOOST_REQUIRE(first);
    write(first->directory / "left over", "x");
    const auto again = w.prepare(w.request("job1"));
    BOOST_REQUIRE(again);
    BOOST_CHECK(!fs::exists(again->directory / "left over"));
}

BOOST_AUTO_TEST_CASE(a_shallow_repository_is_good_enough) {
    workshop w;
    const auto shallow = w.forge.repository("team/shallow");
    BOOST_REQUIRE(shell("git clone --bare --depth 1 --no-single-branch 'file://" +
                        w.forge.repository("team/app").string() + "' '" + shallow.string() + "'"));
    w.forge.set_ref("team/shallow", "refs/pull/7/head", w.head);
    const auto made = w.prepare(w.request("job1", "team/shallow"));
    BOOST_REQUIRE_MESSAGE(made.has_value(), core::describe(made.error()));
    BOOST_CHECK_EQUAL(read(made->directory / "src/deep/one.txt"), "one\n");
    BOOST_CHECK(git_in(*made, "log HEAD"));
    BOOST_CHECK(made->changed_files.empty());
}

BOOST_AUTO_TEST_CASE(an_empty_repository_has_no_head) {
    workshop w;
    w.forge.create("team/empty");
    CHECK_ERROR(w.prepare(w.request("job1", "team/empty")), ref_missing);
    BOOST_CHECK(!fs::exists(w.folder / "cache/jobs/job1"));
}

BOOST_AUTO_TEST_CASE(the_token_is_written_nowhere) {
    workshop w;
    const auto made = w.prepare(w.request("job1"));
    BOOST_REQUIRE(made);
    BOOST_CHECK(fs::is_empty(made->secrets));
    const auto encoded = core::to_base64(std::string(git_forge::user) + ":" + git_forge::password);
    for (const auto& text : {std::string(git_forge::password), encoded}) {
        BOOST_CHECK(!holds(made->root, text));
        BOOST_CHECK(!holds(w.folder / "cache/mirrors", text));
    }
}

BOOST_AUTO_TEST_CASE(the_objects_are_readable_for_another_user_whatever_the_umask) {
    const auto umask_before = ::umask(077);
    workshop w;
    BOOST_REQUIRE(w.prepare(w.request("job1")));
    const auto head = w.forge.commit("team/app", "refs/heads/feature", {{"new.txt", "new\n"}}, "refs/heads/feature");
    w.forge.set_ref("team/app", "refs/pull/7/head", head);
    BOOST_REQUIRE(w.prepare(w.request("job2")));
    ::umask(umask_before);
    for (const auto& entry : fs::recursive_directory_iterator(w.mirror() / "objects")) {
        const auto needed = entry.is_directory() ? 05U : 04U;
        BOOST_CHECK_MESSAGE((mode_of(entry.path()) & needed) == needed, entry.path());
    }
    BOOST_CHECK_EQUAL(mode_of(w.mirror() / "objects") & 05U, 05U);
}

BOOST_AUTO_TEST_SUITE_END()
