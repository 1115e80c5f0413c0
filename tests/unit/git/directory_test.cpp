#include "git/directory.hpp"

#include "support/temporary_directory.hpp"
#include "support/unit_test.hpp"

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

BOOST_AUTO_TEST_SUITE_END()
