#include "desk.hpp"
#include "support/without_privileges.hpp"

#include <algorithm>
#include <sys/stat.h>
#include <unistd.h>

using namespace familiar;
using core::errc;
namespace fs = std::filesystem;

namespace {

struct opening : test::desk {
    /// The sentence of a refusal, whose code is checked.
    std::string refusal(errc expected) {
        const auto opened = try_open();
        BOOST_REQUIRE(!opened);
        BOOST_TEST((opened.error().code == expected), core::describe(opened.error()));
        return core::describe(opened.error());
    }

    void write(const std::string& bytes) const { std::ofstream(path, std::ios::binary) << bytes; }
};

mode_t mode_of(const fs::path& file) {
    struct stat facts{};
    BOOST_REQUIRE(::stat(file.c_str(), &facts) == 0);
    return facts.st_mode & 07777;
}

bool says(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(opening_a_journal, opening)

BOOST_AUTO_TEST_CASE(a_new_database_is_private_and_empty) {
    open();
    BOOST_TEST(run(book->check()).has_value());
    for (const char* suffix : {"", "-wal", "-shm", ".lock"})
        BOOST_TEST(mode_of(path.string() + suffix) == 0600u, suffix);
    BOOST_TEST(run(book->unfinished()).value().empty());
}

BOOST_AUTO_TEST_CASE(an_empty_file_becomes_a_database) {
    write("");
    open();
    BOOST_TEST(run(book->check()).has_value());
}

BOOST_AUTO_TEST_CASE(the_instance_is_random_and_stays) {
    const auto first = open().instance();
    BOOST_TEST(first.size() == 32u);
    BOOST_TEST(first.find_first_not_of("0123456789abcdef") == std::string::npos);
    BOOST_TEST(open().instance() == first);
    test::desk elsewhere;
    BOOST_TEST(elsewhere.open().instance() != first);
}

BOOST_AUTO_TEST_CASE(a_second_server_on_the_same_database_is_refused_with_the_first_ones_process) {
    open();
    const auto text = refusal(errc::busy);
    BOOST_TEST(says(text, path.string()));
    BOOST_TEST(says(text, "process " + std::to_string(::getpid())));
    book.reset();
    BOOST_TEST(try_open().has_value());
}

BOOST_AUTO_TEST_CASE(a_missing_directory_is_named_and_not_made) {
    path = folder / "missing/familiar.db";
    const auto text = refusal(errc::not_found);
    BOOST_TEST(says(text, (folder / "missing").string() + " does not exist; create it"));
    BOOST_TEST(!fs::exists(folder / "missing"));
}

BOOST_AUTO_TEST_CASE(a_directory_is_no_database) {
    path = folder.path();
    BOOST_TEST(says(refusal(errc::invalid), "is a directory"));
    path = folder.path() / "";
    BOOST_TEST(says(refusal(errc::invalid), "is a directory"));
    BOOST_TEST(fs::is_empty(folder.path()));
}

BOOST_AUTO_TEST_CASE(a_file_in_the_place_of_the_directory_is_an_error) {
    std::ofstream(folder / "file") << "x";
    path = folder / "file/familiar.db";
    BOOST_TEST(says(refusal(errc::storage_failed), "Not a directory"));
}

BOOST_AUTO_TEST_CASE(a_directory_without_permission_to_write_is_an_error_that_says_so) {
    fs::permissions(folder.path(), fs::perms(0555));
    std::string text;
    {
        const test::without_privileges nobody;
        text = refusal(errc::storage_failed);
    }
    fs::permissions(folder.path(), fs::perms(0755));
    BOOST_TEST(says(text, path.string()));
    BOOST_TEST(says(text, "Permission denied; give this user write access"));
}

BOOST_AUTO_TEST_CASE(a_file_without_permission_to_write_is_an_error_that_says_so) {
    open();
    book.reset();
    fs::permissions(folder.path(), fs::perms(0777));
    fs::permissions(path.string() + ".lock", fs::perms(0666));
    fs::permissions(path, fs::perms(0444));
    std::string text;
    {
        const test::without_privileges nobody;
        text = refusal(errc::storage_failed);
    }
    BOOST_TEST(says(text, path.string()));
    BOOST_TEST(says(text, "write"));
}

BOOST_AUTO_TEST_CASE(a_file_that_is_no_database_is_kept_as_it_is) {
    const std::string garbage(10000, 'x');
    write(garbage);
    const auto text = refusal(errc::storage_failed);
    BOOST_TEST(says(text, path.string()));
    BOOST_TEST(says(text, "was left as it is"));
    BOOST_TEST((test::bytes_of(path) == garbage));
}

BOOST_AUTO_TEST_CASE(a_damaged_database_is_kept_as_it_is) {
    open();
    for (int i = 0; i < 50; ++i) add("d-" + std::to_string(i));
    book.reset();
    const auto whole = test::bytes_of(path);

    auto scribbled = whole;
    std::fill(scribbled.begin() + 4096, scribbled.end(), '\x5a');
    for (const auto& damaged : {scribbled, whole.substr(0, whole.size() / 2), whole.substr(0, 4096)}) {
        write(damaged);
        const auto text = refusal(errc::storage_failed);
        BOOST_TEST(says(text, path.string()), text);
        BOOST_TEST(says(text, "was left as it is"), text);
        BOOST_TEST((test::bytes_of(path) == damaged));
    }
    write(whole);
    open();
    BOOST_TEST(run(book->unfinished()).value().size() == 50u);
}

BOOST_AUTO_TEST_SUITE_END()
