#include "git/tree.hpp"

#include "support/leftovers.hpp"
#include "support/temporary_directory.hpp"
#include "support/unit_test.hpp"

#include <fcntl.h>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

using namespace familiar;
namespace fs = std::filesystem;

BOOST_AUTO_TEST_SUITE(tree, *boost::unit_test::fixture<test::no_leftovers>())

BOOST_AUTO_TEST_CASE(removing_what_is_not_there_is_fine) {
    test::temporary_directory folder;
    BOOST_CHECK(git::remove_tree(folder / "gone"));
}

BOOST_AUTO_TEST_CASE(links_go_and_what_they_point_at_stays) {
    test::temporary_directory folder;
    fs::create_directories(folder / "outside/deep");
    std::ofstream(folder / "outside/deep/kept") << "x";
    fs::create_directories(folder / "tree/sub");
    fs::create_directory_symlink(folder / "outside", folder / "tree/sub/absolute");
    fs::create_directory_symlink("../../outside", folder / "tree/sub/relative");
    fs::create_symlink(folder / "outside/deep/kept", folder / "tree/file");
    fs::create_symlink("loop", folder / "tree/loop");
    ::mkfifo((folder / "tree/pipe").c_str(), 0600);
    BOOST_CHECK(git::remove_tree(folder / "tree"));
    BOOST_CHECK(!fs::exists(folder / "tree"));
    BOOST_CHECK(fs::exists(folder / "outside/deep/kept"));
}

BOOST_AUTO_TEST_CASE(a_root_that_is_a_link_is_deleted_itself) {
    test::temporary_directory folder;
    fs::create_directories(folder / "outside");
    fs::create_directory_symlink(folder / "outside", folder / "tree");
    BOOST_CHECK(git::remove_tree(folder / "tree"));
    BOOST_CHECK(!fs::is_symlink(folder / "tree"));
    BOOST_CHECK(fs::exists(folder / "outside"));
}

BOOST_AUTO_TEST_CASE(folders_without_permissions_go_too) {
    // Root may do everything, so the test is one of a user without privileges.
    test::temporary_directory folder;
    ::chmod(folder.path().c_str(), 0777);
    const auto child = ::fork();
    BOOST_REQUIRE_GE(child, 0);
    if (child == 0) {
        if (::getuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) ::_exit(2);
        fs::create_directories(folder / "tree/a/b");
        std::ofstream(folder / "tree/a/b/file") << "x";
        ::chmod((folder / "tree/a/b/file").c_str(), 0);
        ::chmod((folder / "tree/a/b").c_str(), 0500);
        ::chmod((folder / "tree/a").c_str(), 0);
        ::chmod((folder / "tree").c_str(), 0);
        ::_exit(git::remove_tree(folder / "tree") ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    BOOST_CHECK_EQUAL(status, 0);
    BOOST_CHECK(!fs::exists(folder / "tree"));
}

BOOST_AUTO_TEST_CASE(a_tree_deeper_than_any_path_and_than_the_descriptors_goes) {
    test::temporary_directory folder;
    fs::create_directory(folder / "tree");
    int at = ::open((folder / "tree").c_str(), O_RDONLY | O_DIRECTORY);
    const std::string name(200, 'd');
    for (int level = 0; level < 3000; ++level) {
        BOOST_REQUIRE_EQUAL(::mkdirat(at, name.c_str(), 0700), 0);
        const int below = ::openat(at, name.c_str(), O_RDONLY | O_DIRECTORY);
        ::close(at);
        at = below;
    }
    ::close(at);
    std::ofstream(folder / "tree/.moved-up-1") << "in the way";
    BOOST_CHECK(git::remove_tree(folder / "tree"));
    BOOST_CHECK(!fs::exists(folder / "tree"));
}

BOOST_AUTO_TEST_CASE(a_change_of_owner_takes_links_and_not_what_they_point_at) {
    if (::getuid() != 0) {
        BOOST_TEST_MESSAGE("only root can give files away");
        return;
    }
    test::temporary_directory folder;
    std::ofstream(folder / "outside") << "x";
    fs::create_directories(folder / "tree/a/b");
    std::ofstream(folder / "tree/a/b/file") << "x";
    fs::create_symlink(folder / "outside", folder / "tree/a/link");
    BOOST_CHECK(git::change_owner(folder / "tree", 1000, 1001));

    const auto owner = [&](const char* name) {
        struct stat found{};
        ::lstat((folder / name).c_str(), &found);
        return std::to_string(found.st_uid) + ":" + std::to_string(found.st_gid);
    };
    for (const char* name : {"tree", "tree/a", "tree/a/b", "tree/a/b/file", "tree/a/link"})
        BOOST_CHECK_EQUAL(owner(name), "1000:1001");
    BOOST_CHECK_EQUAL(owner("outside"), "0:0");
}

BOOST_AUTO_TEST_SUITE_END()
