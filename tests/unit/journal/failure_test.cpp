#include "journal/failure.hpp"

#include "support/unit_test.hpp"

#include <sqlite3.h>

#include <cerrno>

using namespace familiar;
using core::errc;
using journal::failure_of;

namespace {

struct row {
    int code;
    int system_error;
    errc means;
    const char* says;
};

constexpr row rows[] = {
    {SQLITE_FULL, 0, errc::storage_full, "make room"},
    {SQLITE_IOERR_WRITE, ENOSPC, errc::storage_full, "No space left on device"},
    {SQLITE_IOERR_WRITE, EDQUOT, errc::storage_full, "quota"},
    {SQLITE_IOERR_SHMSIZE, ENOSPC, errc::storage_full, "make room"},
    {SQLITE_CANTOPEN, ENOSPC, errc::storage_full, "make room"},
    {SQLITE_IOERR_FSYNC, EIO, errc::storage_failed, "Input/output error); look for disk errors"},
    {SQLITE_IOERR, 0, errc::storage_failed, "look for disk errors"},
    {SQLITE_BUSY, 0, errc::busy, "another program"},
    {SQLITE_BUSY_RECOVERY, ENOSPC, errc::busy, "another program"},
    {SQLITE_LOCKED, 0, errc::busy, "another program"},
    {SQLITE_BUSY_SNAPSHOT, 0, errc::busy, "another program"},
    {SQLITE_PROTOCOL, 0, errc::busy, "other programs"},
    {SQLITE_NOMEM, 0, errc::unavailable, "no memory"},
    {SQLITE_IOERR_NOMEM, 0, errc::unavailable, "no memory"},
    {SQLITE_IOERR_SHMMAP, ENOMEM, errc::unavailable, "Cannot allocate memory"},
    {SQLITE_CANTOPEN, EMFILE, errc::unavailable, "Too many open files"},
    {SQLITE_IOERR_WRITE, EAGAIN, errc::storage_failed, "look for disk errors"},  // of a lock, long ago
    {SQLITE_IOERR_CORRUPTFS, 0, errc::storage_failed, "fsck"},
    {SQLITE_IOERR_WRITE, EFBIG, errc::storage_full, "File too large"},
    {SQLITE_CONSTRAINT_UNIQUE, 0, errc::conflict, "from SQLite"},
    {SQLITE_TOOBIG, 0, errc::too_large, "from SQLite"},
    {SQLITE_CORRUPT, 0, errc::storage_failed, "was left as it is"},
    {SQLITE_NOTADB, 0, errc::storage_failed, "was left as it is"},
    {SQLITE_READONLY_DBMOVED, 0, errc::storage_failed, "put it back"},
    {SQLITE_READONLY_DIRECTORY, 0, errc::storage_failed, "write access"},
    {SQLITE_READONLY, 0, errc::storage_failed, "write access"},
    {SQLITE_PERM, 0, errc::storage_failed, "write access"},
    {SQLITE_CANTOPEN, EACCES, errc::storage_failed, "Permission denied"},
    {SQLITE_MISUSE, 0, errc::storage_failed, "from SQLite"},
    {-1, 0, errc::storage_failed, "from SQLite"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(failures)

BOOST_AUTO_TEST_CASE(every_failure_of_sqlite_has_a_meaning_the_file_and_advice) {
    for (const auto& [code, system_error, means, says] : rows) {
        const auto failure = failure_of(SQLite::Exception("from SQLite", code), "/var/lib/x.db", system_error);
        const auto text = core::describe(failure);
        BOOST_TEST((failure.code == means), text);
        BOOST_TEST(text.starts_with("database /var/lib/x.db: from SQLite"), text);
        BOOST_TEST(text.find(says) != std::string::npos, text);
    }
}

BOOST_AUTO_TEST_CASE(a_failed_system_call_names_the_file) {
    const auto forbidden = failure_of(EROFS, "create", "/x/y.lock");
    BOOST_TEST((forbidden.code == errc::storage_failed));
    BOOST_TEST(core::describe(forbidden).starts_with("cannot create /x/y.lock: Read-only file system; give this user"));
    BOOST_TEST((failure_of(ENOSPC, "create", "/x/y.lock").code == errc::storage_full));
    BOOST_TEST((failure_of(EMFILE, "create", "/x/y.lock").code == errc::unavailable));
    BOOST_TEST((failure_of(ENOENT, "create", "/x/y.lock").code == errc::storage_failed));
}

BOOST_AUTO_TEST_CASE(a_connection_is_given_up_for_errors_that_may_be_its_own) {
    BOOST_TEST(journal::is_worth_reopening(core::fail(errc::storage_failed, "")));
    for (const auto code : {errc::storage_full, errc::busy, errc::conflict, errc::not_found})
        BOOST_TEST(!journal::is_worth_reopening(core::fail(code, "")));
}

BOOST_AUTO_TEST_SUITE_END()
