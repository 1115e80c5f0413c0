#include "git/directory.hpp"

#include "support/temporary_directory.hpp"
#include "support/unit_test.hpp"
#include "unit/git/workshop.hpp"

#include <fstream>

using namespace familiar;
namespace fs = std::filesystem;

BOOST_AUTO_TEST_SUITE(directory)

BOOST_AUTO_TEST_CASE(the_common_directory_is_the_deepest_that_holds_all_files) {
    struct row {
        std::vector<std::string> files;
        std::string expected;
    };
    const row rows[] = {
        {{}, ""},
        {{"README.md"}, ""},
        {{"a/b/c.txt"}, "a/b"},
        {{"a/b/c.txt", "a/b/d.txt"}, "a/b"},
        {{"a/b/c.txt", "a/b/d/e.txt"}, "a/b"},
        {{"a/b/d/e.txt", "a/b/c.txt"}, "a/b"},
        {{"a/bc/x", "a/bd/x"}, "a"},
        {{"a/b/x", "a/bc/x"}, "a"},
        {{"a/bc/x", "a/b/x"}, "a"},
        {{"a/x", "b/x"}, ""},
        {{"a/x", "x"}, ""},
        {{"x", "a/x"}, ""},
        {{"abc/x", "abd/x"}, ""},
        {{"a/b/c/x", "a/b/d/x", "a/e/x"}, "a"},
        {{"a/b", "a/b/c"}, "a"},
        {{"a/b/x", "a/b/x"}, "a/b"},
        {{"a b/\xff\n/x", "a b/\xff\n/y"}, "a b/\xff\n"},
    };
    for (const auto& r : rows) BOOST_CHECK_EQUAL(git::common_directory(r.files), r.expected);
}

BOOST_AUTO_TEST_CASE(the_existing_directory_ends_before_what_is_missing_or_no_folder) {
    test::temporary_directory top;
    fs::create_directories(top / "a/b");
    std::ofstream(top / "a/file") << "x";
    fs::create_directory_symlink("b", top / "a/link");
    fs::create_directory_symlink("/", top / "out");
    struct row {
        const char* relative;
        const char* expected;
    };
    const row rows[] = {
        {"", ""},        {"a", "a"},        {"a/b", "a/b"}, {"a/b/gone", "a/b"}, {"a/file", "a"},
        {"a/link", "a"}, {"a/link/x", "a"}, {"out", ""},    {"out/etc", ""},     {"gone/a", ""},
    };
    for (const auto& r : rows) BOOST_CHECK_EQUAL(git::existing_directory(top.path(), r.relative), r.expected);
    BOOST_CHECK_EQUAL(git::existing_directory(top / "gone", "a"), "");
}

/// A renamed file counts where it was and where it is. What the merge request itself took away is no place to start.
BOOST_AUTO_TEST_CASE(of_a_merge_request_is_where_all_its_files_are_or_were) {
    using files = test::git_forge::files;
    const files common{{"README.md", "r\n"},           {"lib/a/one.txt", "one\n"},       {"lib/a/two.txt", "two\n"},
                       {"lib/b/three.txt", "three\n"}, {"only/here/four.txt", "four\n"}, {"only/five.txt", "five\n"}};
    struct row {
        const char* what;
        files changes;
        const char* expected;
    };
    const row rows[] = {
        {"edited", {{"lib/a/one.txt", "1\n"}}, "lib/a"},
        {"added", {{"lib/a/deep/new.txt", "n\n"}}, "lib/a/deep"},
        {"deleted, others stay beside it", {{"lib/a/one.txt", "--"}}, "lib/a"},
        {"deleted with its folder", {{"only/here/four.txt", "--"}}, "only"},
        {"deleted with all its folders", {{"only", "--"}}, ""},
        {"renamed within a folder", {{"lib/a/one.txt", "--"}, {"lib/a/uno.txt", "one\n"}}, "lib/a"},
        {"renamed into another folder", {{"lib/a/one.txt", "--"}, {"lib/b/one.txt", "one\n"}}, "lib"},
        {"renamed to the root", {{"lib/a/one.txt", "--"}, {"one.txt", "one\n"}}, ""},
        {"moved with its folder", {{"only/here", "--"}, {"only/there/four.txt", "four\n"}}, "only"},
        {"in the root", {{"README.md", "R\n"}}, ""},
        {"in the root and elsewhere", {{"README.md", "R\n"}, {"lib/a/one.txt", "1\n"}}, ""},
        {"replaced by a folder", {{"only/five.txt", "--"}, {"only/five.txt/six.txt", "six\n"}}, "only"},
        {"none", {}, ""},
    };

    test::workshop w;
    w.forge.create("team/moves");
    w.forge.commit("team/moves", "refs/heads/main", common);
    for (const auto& r : rows) BOOST_TEST_CONTEXT(r.what) {
            const auto head = w.forge.commit("team/moves", "refs/heads/feature", r.changes, "refs/heads/main");
            w.forge.set_ref("team/moves", "refs/pull/7/head", head);
            const auto job = "job" + std::to_string(&r - rows);
            const auto made = w.prepare(w.request(job, "team/moves"));
            BOOST_REQUIRE_MESSAGE(made.has_value(), (made ? "" : core::describe(made.error())));
            BOOST_TEST(made->working_directory == r.expected);
        }
}

BOOST_AUTO_TEST_SUITE_END()
