// Mirrors that nobody needs any more, and mirrors that have grown.
#include "git/mirror_upkeep.hpp"
#include "unit/git/workshop.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <sys/stat.h>

using namespace familiar;
using namespace familiar::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

constexpr auto month = 30 * 24h;
constexpr const char* note = "familiar-last-use";

void set_back(const fs::path& path, std::chrono::hours by = 31 * 24h) {
    fs::last_write_time(path, fs::file_time_type::clock::now() - by);
}

core::result<std::size_t> remove_unused(workshop& w, std::chrono::milliseconds unused_for = month) {
    return run_coroutine(w.context, w.cache.remove_unused_mirrors(unused_for));
}

/// Expects no failure; how many were removed.
std::size_t removed(workshop& w) {
    const auto done = remove_unused(w);
    BOOST_REQUIRE_MESSAGE(done.has_value(), core::describe(done.error()));
    return *done;
}

void pack(workshop& w) {
    const auto packed = run_coroutine(w.context, w.cache.pack_mirrors());
    BOOST_REQUIRE_MESSAGE(packed.has_value(), core::describe(packed.error()));
}

/// A workspace of its own for each repository, and gone again: the mirrors stay.
void make_mirror(workshop& w, const std::string& path) {
    if (path != "team/app") w.forge.create_with_merge_request(path, 7, "feature", {{"file", "x\n"}});
    const auto made = w.prepare(w.request("first", path));
    BOOST_REQUIRE_MESSAGE(made.has_value(), core::describe(made.error()));
    BOOST_REQUIRE(w.remove("first"));
}

bool git_in_mirror(const fs::path& mirror, const std::string& command) {
    return shell("export GIT_CONFIG_GLOBAL=/dev/null GIT_DIR='" + mirror.string() + "'; " + command);
}

std::size_t packs_in(const fs::path& mirror) {
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator(mirror / "objects/pack"))
        if (entry.path().extension() == ".pack") ++count;
    return count;
}

std::size_t loose_objects_in(const fs::path& mirror) {
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator(mirror / "objects"))
        if (entry.path().filename().string().size() == 2)
            count +=
                static_cast<std::size_t>(std::distance(fs::directory_iterator(entry.path()), fs::directory_iterator()));
    return count;
}

/// More packs than git lets be (gc.autoPackLimit is 50), each with a blob that no ref leads to.
void add_many_packs(const fs::path& mirror) {
    BOOST_REQUIRE(git_in_mirror(mirror,
                                "for i in $(seq 1 55); do echo blob $i | git hash-object -w --stdin | "
                                "git pack-objects -q \"$GIT_DIR/objects/pack/pack\"; done && git prune-packed"));
}

/// More loose objects than git lets be (gc.auto is 6700), all of them on a branch.
void add_many_loose_objects(const fs::path& mirror) {
    BOOST_REQUIRE(
        git_in_mirror(mirror,
                      "{ for i in $(seq 1 10000); do printf 'blob\\nmark :%d\\ndata 8\\n%08d\\n' $i $i; done; "
                      "printf 'commit refs/heads/many\\ncommitter a <a@b.c> 1700000000 +0000\\ndata 1\\nx\\n'; "
                      "for i in $(seq 1 10000); do printf 'M 100644 :%d f%d\\n' $i $i; done; } | "
                      "git -c fastimport.unpackLimit=1000000 fast-import --quiet"));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(unused_mirrors)

BOOST_AUTO_TEST_CASE(go_with_their_empty_folders_and_the_others_stay) {
    workshop w;
    make_mirror(w, "team/app");
    make_mirror(w, "group/sub/old");
    make_mirror(w, "team/old");
    set_back(w.mirror("group/sub/old") / note);
    set_back(w.mirror("team/old") / note);
    BOOST_TEST(removed(w) == 2u);
    BOOST_TEST(fs::exists(w.mirror("team/app") / "HEAD"));
    BOOST_TEST(!fs::exists(w.mirror("team/old")));
    BOOST_TEST(!fs::exists(w.folder / "cache/mirrors/github/group"));
    BOOST_TEST(fs::is_empty(w.folder / "cache/tmp"));
    BOOST_TEST(removed(w) == 0u);
}

BOOST_AUTO_TEST_CASE(leave_the_folder_of_all_mirrors_behind) {
    workshop w;
    make_mirror(w, "team/app");
    set_back(w.mirror() / note);
    BOOST_TEST(removed(w) == 1u);
    BOOST_TEST(fs::is_empty(w.folder / "cache/mirrors"));
    make_mirror(w, "team/app");
}

BOOST_AUTO_TEST_CASE(are_young_again_with_every_use) {
    workshop w;
    make_mirror(w, "team/app");
    set_back(w.mirror() / note);
    set_back(w.mirror());
    make_mirror(w, "team/app");
    BOOST_TEST(removed(w) == 0u);
    BOOST_TEST((git::time_unused(w.mirror()) < 1h));
}

BOOST_AUTO_TEST_CASE(without_a_note_are_as_old_as_their_folder) {
    workshop w;
    make_mirror(w, "team/app");
    fs::remove(w.mirror() / note);
    BOOST_TEST(removed(w) == 0u);
    set_back(w.mirror());
    BOOST_TEST(removed(w) == 1u);
}

BOOST_AUTO_TEST_CASE(stay_while_a_job_borrows_from_them) {
    workshop w;
    const auto made = w.prepare(w.request("job1"));
    BOOST_REQUIRE(made);
    set_back(w.mirror() / note);
    BOOST_TEST(removed(w) == 0u);
    BOOST_TEST(git_in(*made, "fsck --full"));
    BOOST_REQUIRE(w.remove("job1"));
    BOOST_TEST(removed(w) == 1u);
}

BOOST_AUTO_TEST_CASE(that_a_job_is_about_to_use_are_left_to_it) {
    workshop w;
    make_mirror(w, "team/app");
    set_back(w.mirror() / note);
    w.forge.pause();
    std::optional<core::result<git::workspace>> made;
    asio::co_spawn(w.context, w.cache.prepare(w.request("job1")),
                   [&](const std::exception_ptr&, auto got) { made = std::move(got); });
    asio::co_spawn(
        w.context,
        [](workshop& in) -> asio::awaitable<void> {
            co_await wait_until([] { return !git_children("fetch").empty(); });
            in.forge.resume();
        }(w),
        asio::detached);
    BOOST_TEST(removed(w) == 0u);
    BOOST_REQUIRE((made && made->has_value()));
    BOOST_TEST(git_in(**made, "fsck --full"));
}

BOOST_AUTO_TEST_CASE(are_the_only_thing_that_goes) {
    workshop w;
    make_mirror(w, "team/app");
    const auto mirrors = w.folder / "cache/mirrors";
    write(w.folder / "elsewhere.git/HEAD", "x");
    fs::create_directory_symlink(w.folder / "elsewhere.git", mirrors / "github/team/link.git");
    write(mirrors / "github/team/notes.txt", "x");
    write(mirrors / "github/team/file.git", "x");
    for (const auto& path : {w.mirror() / note, mirrors / "github/team/notes.txt", mirrors / "github/team/file.git",
                             w.folder / "elsewhere.git"})
        set_back(path);
    BOOST_TEST(removed(w) == 1u);
    BOOST_TEST(fs::exists(w.folder / "elsewhere.git/HEAD"));
    BOOST_TEST(fs::exists(mirrors / "github/team/link.git"));
    BOOST_TEST(fs::exists(mirrors / "github/team/notes.txt"));
    BOOST_TEST(fs::exists(mirrors / "github/team/file.git"));
}

BOOST_AUTO_TEST_CASE(that_cannot_be_moved_away_are_named_and_stay_whole) {
    workshop w;
    make_mirror(w, "team/app");
    set_back(w.mirror() / note);
    fs::remove(w.folder / "cache/tmp");
    write(w.folder / "cache/tmp", "in the way");
    const auto done = remove_unused(w);
    CHECK_ERROR(done, storage_failed);
    BOOST_TEST(done.error().message.find(w.mirror().string()) != std::string::npos);
    BOOST_TEST(git_in_mirror(w.mirror(), "git fsck --full"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(packing_mirrors)

BOOST_AUTO_TEST_CASE(does_nothing_most_of_the_time) {
    workshop w;
    make_mirror(w, "team/app");
    BOOST_REQUIRE(git_in_mirror(w.mirror(), "echo loose | git hash-object -w --stdin"));
    const auto loose = loose_objects_in(w.mirror());
    const auto packs = packs_in(w.mirror());
    pack(w);
    BOOST_TEST(loose_objects_in(w.mirror()) == loose);
    BOOST_TEST(packs_in(w.mirror()) == packs);
    BOOST_TEST(git_children("gc").empty());
}

BOOST_AUTO_TEST_CASE(joins_many_packs_and_keeps_what_a_workspace_borrows) {
    workshop w;
    const auto borrower = w.prepare(w.request("job1"));
    BOOST_REQUIRE(borrower);
    // The branch is replaced: no ref of the mirror leads to the first workspace's commit any more.
    const auto other = w.forge.commit("team/app", "refs/heads/feature", {{"other", "x\n"}}, "refs/heads/main");
    w.forge.set_ref("team/app", "refs/pull/7/head", other);
    w.forge.set_ref("team/app", "refs/merge-requests/7/head", other);
    BOOST_REQUIRE(w.prepare(w.request("job2")));
    BOOST_REQUIRE(!git_in_mirror(w.mirror(), "git rev-list --all | grep " + borrower->head));
    add_many_packs(w.mirror());
    BOOST_REQUIRE(packs_in(w.mirror()) > 50u);
    BOOST_REQUIRE(shell("find '" + w.mirror().string() + "/objects' -type f -exec touch -d '90 days ago' {} +"));

    pack(w);
    BOOST_TEST(packs_in(w.mirror()) <= 2u);
    BOOST_TEST(git_in(*borrower, "fsck --full --strict"));
    BOOST_TEST(git_in(*borrower, "log -p " + borrower->head));
    BOOST_TEST(git_in(*borrower, "diff --exit-code " + borrower->head));
    BOOST_TEST(git_in_mirror(w.mirror(), "git cat-file -e $(echo blob 7 | git hash-object --stdin)"));
    BOOST_TEST(git_in_mirror(w.mirror(), "git fsck --full"));

    const auto before = fs::last_write_time(w.mirror() / "objects/pack");
    pack(w);
    BOOST_TEST((fs::last_write_time(w.mirror() / "objects/pack") == before));
    BOOST_TEST(w.prepare(w.request("job3")).has_value());
}

BOOST_AUTO_TEST_CASE(packs_many_loose_objects) {
    workshop w;
    const auto borrower = w.prepare(w.request("job1"));
    BOOST_REQUIRE(borrower);
    add_many_loose_objects(w.mirror());
    BOOST_REQUIRE(loose_objects_in(w.mirror()) > 6700u);
    pack(w);
    BOOST_TEST(loose_objects_in(w.mirror()) < 100u);
    BOOST_TEST(git_in_mirror(w.mirror(), "test $(git ls-tree many | wc -l) = 10000 && git fsck --full"));
    BOOST_TEST(git_in(*borrower, "fsck --full"));
}

BOOST_AUTO_TEST_CASE(leaves_objects_that_everybody_can_read) {
    const auto usual = ::umask(077);
    workshop w;
    make_mirror(w, "team/app");
    add_many_packs(w.mirror());
    pack(w);
    ::umask(usual);
    BOOST_TEST(packs_in(w.mirror()) <= 2u);
    for (const auto& entry : fs::recursive_directory_iterator(w.mirror() / "objects")) {
        const auto wanted =
            entry.is_directory() ? fs::perms::others_read | fs::perms::others_exec : fs::perms::others_read;
        BOOST_TEST(((entry.status().permissions() & wanted) == wanted), entry.path());
    }
}

BOOST_AUTO_TEST_CASE(is_not_stopped_by_what_a_killed_git_left) {
    workshop w;
    make_mirror(w, "team/app");
    add_many_packs(w.mirror());
    for (const char* name : {"packed-refs.lock", "gc.pid.lock", "objects/pack/tmp_pack_x", "objects/pack/.tmp-7-pack-x",
                             "objects/info/commit-graph.lock"})
        write(w.mirror() / name, "");
    pack(w);
    BOOST_TEST(packs_in(w.mirror()) <= 2u);
    BOOST_TEST(!fs::exists(w.mirror() / "objects/pack/.tmp-7-pack-x"));
}

BOOST_AUTO_TEST_CASE(goes_on_to_the_next_after_a_damaged_one) {
    workshop w;
    make_mirror(w, "team/app");
    make_mirror(w, "team/damaged");
    make_mirror(w, "team/zebra");
    for (const auto* path : {"team/app", "team/damaged", "team/zebra"}) add_many_packs(w.mirror(path));
    fs::remove(w.mirror("team/damaged") / "HEAD");
    const auto packed = run_coroutine(w.context, w.cache.pack_mirrors());
    BOOST_REQUIRE(packed.has_error());
    BOOST_TEST(packed.error().message.find("team/damaged") != std::string::npos, packed.error().message);
    BOOST_TEST(packs_in(w.mirror("team/app")) <= 2u);
    BOOST_TEST(packs_in(w.mirror("team/zebra")) <= 2u);
}

BOOST_AUTO_TEST_SUITE_END()
