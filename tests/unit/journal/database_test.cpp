#include "journal/database.hpp"

#include "desk.hpp"

#include <SQLiteCpp/Database.h>
#include <sqlite3.h>

using namespace familiar;

BOOST_FIXTURE_TEST_SUITE(databases, test::desk)

BOOST_AUTO_TEST_CASE(sqlite_neither_counts_its_memory_nor_locks_a_connection) {
    open();
    const SQLite::Database any(path.string());
    BOOST_TEST(sqlite3_memory_used() == 0);
    BOOST_TEST(sqlite3_db_mutex(any.getHandle()) == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()
