#include "journal/examine.hpp"

#include "journal/journal.hpp"
#include "support/temporary_directory.hpp"
#include "support/unit_test.hpp"

#include <SQLiteCpp/Database.h>

#include <fstream>
#include <set>
#include <string>

using namespace familiar;
using journal::is_locked;
using journal::look_at;
using namespace familiar::test;
namespace fs = std::filesystem;

namespace {

struct shelf {
    std::set<std::string> names() const {
        std::set<std::string> all;
        for (const auto& entry : fs::directory_iterator(folder.path())) all.insert(entry.path().filename().string());
        return all;
    }
    void make() const { BOOST_REQUIRE(journal::journal::open({.path = path})); }

    temporary_directory folder;
    fs::path path = folder / "fami?liar %41#.db";  // what means something in a URI
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(examine, shelf)

BOOST_AUTO_TEST_CASE(no_database_is_no_failure) {
    const auto seen = look_at(path);
    BOOST_REQUIRE(seen);
    BOOST_TEST(!seen->exists);
    BOOST_TEST(names().empty());
}

BOOST_AUTO_TEST_CASE(nothing_is_made_beside_one_that_nobody_uses) {
    make();
    const auto before = names();
    const auto seen = look_at(path);
    BOOST_REQUIRE(seen);
    BOOST_TEST(seen->exists);
    BOOST_TEST(!seen->in_use);
    BOOST_TEST(seen->version > 0);
    BOOST_TEST(seen->version == seen->newest);
    BOOST_TEST((names() == before));
}

BOOST_AUTO_TEST_CASE(one_that_a_server_uses_is_read_all_the_same) {
    const auto server = journal::journal::open({.path = path});
    BOOST_REQUIRE(server);
    const auto seen = look_at(path);
    BOOST_REQUIRE(seen);
    BOOST_TEST(seen->in_use);
    BOOST_TEST(seen->version == seen->newest);
}

BOOST_AUTO_TEST_CASE(what_a_killed_server_left_in_its_log_counts) {
    make();
    const temporary_directory elsewhere;
    const auto copy = elsewhere / "familiar.db";
    {
        SQLite::Database writer(path.string(), SQLite::OPEN_READWRITE);
        writer.exec("pragma user_version = 99");
        for (const auto* ending : {"", "-wal", "-shm"}) fs::copy_file(path.string() + ending, copy.string() + ending);
    }
    const auto seen = look_at(copy);
    BOOST_REQUIRE(!seen);
    BOOST_TEST((seen.error().code == core::errc::newer_schema));
}

BOOST_AUTO_TEST_CASE(what_a_server_would_not_start_on_is_an_error) {
    std::ofstream(path) << "this is no database, though it is long enough to be taken for the beginning of one";
    BOOST_TEST(!look_at(path));
    BOOST_TEST(!look_at(folder / "nowhere/familiar.db"));
    BOOST_TEST(!look_at(folder.path()));
}

BOOST_AUTO_TEST_CASE(a_lock_is_seen_while_it_is_held) {
    const auto lock = fs::path(path.string() + ".lock");
    BOOST_TEST(!is_locked(lock));
    {
        const auto server = journal::journal::open({.path = path});
        BOOST_REQUIRE(server);
        BOOST_TEST(is_locked(lock));
    }
    BOOST_TEST(!is_locked(lock));
    make();
}

BOOST_AUTO_TEST_SUITE_END()
