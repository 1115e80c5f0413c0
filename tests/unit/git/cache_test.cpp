// The cache's own folder: its lock, what a killed server left, and the ends of jobs.
#include "unit/git/workshop.hpp"

#include <sys/stat.h>

using namespace familiar;
using namespace familiar::test;
namespace asio = boost::asio;
namespace fs = std::filesystem;

BOOST_AUTO_TEST_SUITE(cache)

BOOST_AUTO_TEST_CASE(a_second_server_is_refused_until_the_first_is_gone) {
    temporary_directory folder;
    asio::io_context context(1);
    asio::thread_pool pool(1);
    const git::settings chosen{.cache_dir = folder / "a/b/cache",
                               .timeout = std::chrono::seconds(1),
                               .author_name = {},
                               .author_email = {},
                               .retry = {}};
    git::cache second(context.get_executor(), pool, chosen);
    {
        git::cache first(context.get_executor(), pool, chosen);
        BOOST_REQUIRE(first.open());
        CHECK_ERROR(second.open(), busy);
    }
    BOOST_CHECK(second.open());
}

BOOST_AUTO_TEST_CASE(a_folder_that_cannot_be_made_is_told) {
    temporary_directory folder;
    asio::io_context context(1);
    asio::thread_pool pool(1);
    write(folder / "file", "x");
    git::settings chosen;
    chosen.cache_dir = folder / "file/cache";
    git::cache unusable(context.get_executor(), pool, chosen);
    CHECK_ERROR(unusable.open(), storage_failed);
}

BOOST_AUTO_TEST_CASE(opening_deletes_unfinished_clones_and_keeps_jobs) {
    temporary_directory folder;
    asio::io_context context(1);
    asio::thread_pool pool(1);
    git::settings chosen;
    chosen.cache_dir = folder / "cache";
    write(folder / "cache/tmp/clone/objects/pack/tmp_pack_1", "x");
    write(folder / "cache/jobs/job1/workspace/file", "x");
    git::cache opened(context.get_executor(), pool, chosen);
    BOOST_REQUIRE(opened.open());
    BOOST_CHECK(fs::is_empty(folder / "cache/tmp"));
    const auto jobs = run_coroutine(context, opened.jobs_on_disk());
    BOOST_REQUIRE(jobs);
    BOOST_REQUIRE_EQUAL(jobs->size(), 1U);
    BOOST_CHECK_EQUAL(jobs->front(), "job1");
}

BOOST_AUTO_TEST_CASE(removing_a_job_leaves_what_its_links_point_at) {
    workshop w;
    const auto made = w.prepare(w.request("job1"));
    BOOST_REQUIRE(made);
    write(w.folder / "outside/kept", "x");
    fs::create_directory_symlink(w.folder / "outside", made->directory / "out");
    fs::create_directory_symlink(w.mirror(), made->out / "mirror");
    fs::permissions(made->directory / "src", fs::perms(0));
    BOOST_CHECK(w.remove("job1"));
    BOOST_CHECK(!fs::exists(made->root));
    BOOST_CHECK(fs::exists(w.folder / "outside/kept"));
    BOOST_CHECK(fs::exists(w.mirror() / "HEAD"));
    BOOST_CHECK(w.remove("job1"));
    BOOST_CHECK_EQUAL(w.count("remove", "ok"), 2);
}

BOOST_AUTO_TEST_CASE(a_name_that_leads_elsewhere_is_not_removed) {
    workshop w;
    CHECK_ERROR(w.remove("../mirrors"), invalid);
    CHECK_ERROR(w.remove(""), invalid);
}

BOOST_AUTO_TEST_CASE(handing_over_changes_the_owner_of_the_four_folders_and_no_more) {
    if (::getuid() != 0) {
        BOOST_TEST_MESSAGE("only root can give files away");
        return;
    }
    workshop w;
    const auto made = w.prepare(w.request("job1"));
    BOOST_REQUIRE(made);
    fs::create_directory_symlink(w.mirror(), made->directory / "link");
    write(made->secrets / "git_password", "secret");
    BOOST_REQUIRE(run_coroutine(w.context, w.cache.hand_over(*made, 1000, 1000)));
    const auto owner = [](const fs::path& path) {
        struct stat found{};
        ::lstat(path.c_str(), &found);
        return found.st_uid;
    };
    for (const auto& path : {made->directory, made->directory / "README.md", made->directory / ".git/config",
                             made->directory / "link", made->secrets / "git_password", made->out, made->familiar})
        BOOST_CHECK_EQUAL(owner(path), 1000U);
    for (const auto& path : {made->root, w.mirror(), w.mirror() / "objects"}) BOOST_CHECK_EQUAL(owner(path), 0U);
}

BOOST_AUTO_TEST_SUITE_END()
