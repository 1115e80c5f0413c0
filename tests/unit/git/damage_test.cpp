// What a killed git or a bad disk does to a mirror.
#include "unit/git/workshop.hpp"

using namespace familiar;
using namespace familiar::test;
namespace fs = std::filesystem;

namespace {

enum class damage { cut_in_half, emptied, overwritten };

/// Spoils every file of a mirror that holds objects.
void spoil_objects(const fs::path& mirror, damage how) {
    for (const auto& entry : fs::recursive_directory_iterator(mirror / "objects")) {
        if (!entry.is_regular_file() || entry.path().extension() == ".idx") continue;
        fs::permissions(entry.path(), fs::perms(0644));
        const auto size = entry.file_size();
        if (how == damage::cut_in_half) fs::resize_file(entry.path(), size / 2);
        if (how == damage::emptied) fs::resize_file(entry.path(), 0);
        if (how == damage::overwritten && size > 40) {
            std::fstream file(entry.path(), std::ios::binary | std::ios::in | std::ios::out);
            file.seekp(12);
            file << std::string(size - 40, 'x');
        }
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(damaged_mirrors)

BOOST_AUTO_TEST_CASE(locks_and_half_packs_of_a_killed_git_are_cleared_away) {
    workshop w;
    BOOST_REQUIRE(w.prepare(w.request("job1")));
    for (const char* name : {"packed-refs.lock", "config.lock", "shallow.lock", "HEAD.lock", "refs/heads/feature.lock",
                             "refs/heads/main.lock", "objects/pack/tmp_pack_x", "objects/tmp_objdir-incoming-1/aa/bb"})
        write(w.mirror() / name, "");
    const auto head = w.forge.commit("team/app", "refs/heads/feature", {{"new.txt", "new\n"}}, "refs/heads/feature");
    w.forge.set_ref("team/app", "refs/pull/7/head", head);
    w.forge.delete_ref("team/app", "refs/heads/main");
    w.forge.set_ref("team/app", "refs/heads/trunk", head);
    auto request = w.request("job2");
    request.target_branch = "trunk";
    const auto made = w.prepare(request);
    BOOST_REQUIRE_MESSAGE(made.has_value(), core::describe(made.error()));
    BOOST_CHECK_EQUAL(made->head, head);
    BOOST_CHECK(!fs::exists(w.mirror() / "objects/pack/tmp_pack_x"));
    BOOST_CHECK(!fs::exists(w.mirror() / "packed-refs.lock"));
}

BOOST_AUTO_TEST_CASE(a_mirror_without_its_head_is_cloned_anew) {
    workshop w;
    BOOST_REQUIRE(w.prepare(w.request("job1")));
    BOOST_REQUIRE(w.remove("job1"));
    fs::remove(w.mirror() / "HEAD");
    const auto made = w.prepare(w.request("job2"));
    BOOST_REQUIRE_MESSAGE(made.has_value(), core::describe(made.error()));
    BOOST_CHECK_EQUAL(w.count("clone", "ok"), 2);
}

BOOST_AUTO_TEST_CASE(a_mirror_with_spoiled_objects_is_made_whole) {
    for (const auto how : {damage::cut_in_half, damage::emptied, damage::overwritten}) {
        workshop w;
        BOOST_REQUIRE(w.prepare(w.request("job1")));
        BOOST_REQUIRE(w.remove("job1"));
        spoil_objects(w.mirror(), how);
        const auto made = w.prepare(w.request("job2"));
        BOOST_REQUIRE_MESSAGE(made.has_value(), core::describe(made.error()));
        BOOST_CHECK_EQUAL(read(made->directory / "src/deep/one.txt"), "one\n");
        BOOST_TEST_MESSAGE("clones: " << w.count("clone", "ok"));
    }
}

BOOST_AUTO_TEST_CASE(a_mirror_that_lacks_or_garbles_a_file_is_cloned_anew) {
    for (const bool missing : {true, false}) {
        workshop w;
        BOOST_REQUIRE(w.prepare(w.request("job1")));
        const auto head =
            w.forge.commit("team/app", "refs/heads/feature", {{"new.txt", "new\n"}}, "refs/heads/feature");
        w.forge.set_ref("team/app", "refs/pull/7/head", head);
        BOOST_REQUIRE(w.prepare(w.request("job2")));
        // What a small fetch brings are loose objects; this one is "blob 4\0new\n".
        const auto object = w.mirror() / "objects/3e/757656cf36eca53338e520d134963a44f793f8";
        BOOST_REQUIRE(fs::exists(object));
        fs::remove(object);
        if (!missing) write(object, "garbage");
        BOOST_REQUIRE(w.remove("job1"));
        BOOST_REQUIRE(w.remove("job2"));
        const auto made = w.prepare(w.request("job3"));
        BOOST_REQUIRE_MESSAGE(made.has_value(), core::describe(made.error()));
        BOOST_CHECK_EQUAL(read(made->directory / "new.txt"), "new\n");
        BOOST_CHECK_EQUAL(w.count("clone", "ok"), 2);
    }
}

BOOST_AUTO_TEST_CASE(a_damaged_mirror_stays_while_a_workspace_borrows_from_it) {
    workshop w;
    BOOST_REQUIRE(w.prepare(w.request("job1")));
    fs::remove(w.mirror() / "HEAD");
    const auto made = w.prepare(w.request("job2"));
    CHECK_ERROR(made, busy);
    BOOST_CHECK(core::is_transient(made.error()));
    BOOST_CHECK(fs::exists(w.mirror()));
    BOOST_REQUIRE(w.remove("job1"));
    BOOST_CHECK(w.prepare(w.request("job2")));
}

BOOST_AUTO_TEST_SUITE_END()
