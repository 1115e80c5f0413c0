// What the real SQLite says when what can go wrong does. A full disk and a broken one: disk_test.cpp.
#include "journal/failure.hpp"
#include "other_writer.hpp"
#include "support/temporary_directory.hpp"
#include "support/unit_test.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <sqlite3.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <sys/resource.h>

using namespace familiar;
using core::errc;
namespace fs = std::filesystem;

namespace {

/// A database with a table of a hundred rows of a page each.
struct table {
    table() {
        SQLite::Database made(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
        made.exec("create table t (id integer primary key, x)");
        made.exec(
            "with recursive n(i) as (select 1 union all select i + 1 from n where i < 100) "
            "insert into t select i, randomblob(4000) from n");
    }

    SQLite::Database open(int how = SQLite::OPEN_READWRITE) const { return {file.string(), how}; }

    /// What is made of the failure of this statement.
    core::error failure(SQLite::Database& at, const std::string& sql) const {
        try {
            SQLite::Statement statement(at, sql);
            while (statement.executeStep()) continue;
        } catch (const SQLite::Exception& thrown) {
            return journal::failure_of(thrown, file, sqlite3_system_errno(at.getHandle()));
        }
        BOOST_FAIL("it worked: " + sql);
        return {};
    }

    std::string bytes() const {
        std::ifstream in(file, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    void write(const std::string& text) const { std::ofstream(file, std::ios::binary) << text; }

    test::temporary_directory folder;
    fs::path file = folder / "x.db";
};

/// While it lives SQLite counts its memory, which the journal tells it not to do: without that it knows no limit. No
/// connection may be open when this begins or ends.
struct counted_memory {
    counted_memory() { count(1); }
    ~counted_memory() { count(0); }

    static void count(int on) {
        BOOST_TEST(sqlite3_shutdown() == SQLITE_OK);
        BOOST_TEST(sqlite3_config(SQLITE_CONFIG_MEMSTATUS, on) == SQLITE_OK);
    }
};

/// The failure of opening `file`, and of the first look into it.
core::error failure_to_open(const fs::path& file) {
    sqlite3* connection = nullptr;
    int code = sqlite3_open_v2(file.c_str(), &connection, SQLITE_OPEN_READWRITE, nullptr);
    if (code == SQLITE_OK) code = sqlite3_exec(connection, "select * from t", nullptr, nullptr, nullptr);
    BOOST_REQUIRE(code != SQLITE_OK);
    auto failure = journal::failure_of(SQLite::Exception(connection, code), file, sqlite3_system_errno(connection));
    sqlite3_close(connection);
    return failure;
}

void check(const core::error& failure, errc code, const std::string& says) {
    BOOST_TEST((failure.code == code), failure.message);
    BOOST_TEST(failure.message.find(says) != std::string::npos, failure.message);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(real_failures, table)

BOOST_AUTO_TEST_CASE(a_lock_of_another_connection_is_busy) {
    test::other_writer other(file);
    auto mine = open();
    check(failure(mine, "insert into t (x) values (1)"), errc::busy, "database is locked; another program holds");
}

BOOST_AUTO_TEST_CASE(a_table_that_is_read_from_is_busy) {
    auto mine = open();
    SQLite::Statement reading(mine, "select * from t");
    BOOST_REQUIRE(reading.executeStep());
    check(failure(mine, "drop table t"), errc::busy, "database table is locked");
}

BOOST_AUTO_TEST_CASE(a_database_at_its_largest_is_full) {
    auto mine = open();
    mine.exec("pragma max_page_count = 120");
    check(failure(mine, "insert into t (x) values (randomblob(1000000))"), errc::storage_full,
          "database or disk is full; make room");
}

BOOST_AUTO_TEST_CASE(a_connection_that_only_reads_may_not_write) {
    auto mine = open(SQLite::OPEN_READONLY);
    check(failure(mine, "insert into t (x) values (1)"), errc::storage_failed,
          "attempt to write a readonly database; give this user write access");
}

BOOST_AUTO_TEST_CASE(a_file_that_was_moved_is_not_written_to) {
    auto mine = open();
    mine.exec("insert into t (x) values (1)");
    fs::rename(file, folder / "elsewhere.db");
    check(failure(mine, "insert into t (x) values (2)"), errc::storage_failed, "moved or deleted meanwhile");
}

BOOST_AUTO_TEST_CASE(a_scribbled_page_is_damage) {
    auto damaged = bytes();
    std::fill(damaged.begin() + 4096, damaged.begin() + 12288, '\x5a');
    write(damaged);
    auto mine = open();
    check(failure(mine, "select * from t"), errc::storage_failed, "malformed; the file is damaged and was left");
}

BOOST_AUTO_TEST_CASE(what_is_no_database_is_named_as_that) {
    write(std::string(10000, 'x'));
    check(failure_to_open(file), errc::storage_failed, "file is not a database; the file is damaged or no SQLite");
}

BOOST_AUTO_TEST_CASE(what_is_not_there_cannot_be_opened) {
    check(failure_to_open(folder / "none/x.db"), errc::storage_failed, "unable to open database file");
    check(failure_to_open(folder / "none/x.db"), errc::storage_failed, "see that the file and its directory exist");
}

BOOST_AUTO_TEST_CASE(a_process_out_of_descriptors_may_try_again) {
    rlimit before{};
    BOOST_REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    const rlimit none{0, before.rlim_max};
    BOOST_REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
    const auto refused = failure_to_open(file);
    BOOST_REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
    check(refused, errc::unavailable, "Too many open files");
}

BOOST_AUTO_TEST_CASE(a_process_out_of_memory_may_try_again) {
    const counted_memory limited;
    auto mine = open();
    mine.exec("select count(*) from t");
    sqlite3_hard_heap_limit64(sqlite3_memory_used() + 100'000);
    const auto refused = failure(mine, "select length(group_concat(hex(x))) from t");
    sqlite3_hard_heap_limit64(0);
    check(refused, errc::unavailable, "out of memory");
}

BOOST_AUTO_TEST_CASE(a_rule_of_the_schema_is_a_conflict_and_a_giant_too_large) {
    auto mine = open();
    check(failure(mine, "insert into t (id) values (1)"), errc::conflict, "UNIQUE constraint failed");
    check(failure(mine, "insert into t (x) values (zeroblob(2000000000))"), errc::too_large, "too big");
}

BOOST_AUTO_TEST_SUITE_END()
