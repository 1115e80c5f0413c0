#include "journal/failure.hpp"

#include <sqlite3.h>

#include <cerrno>
#include <system_error>

namespace familiar::journal {

namespace {

using core::errc;

struct meaning {
    int code;  ///< primary SQLite result code (https://www.sqlite.org/rescode.html)
    errc means;
    const char* advice;
};

// What is not listed is storage_failed without advice.
constexpr meaning meanings[] = {
    {SQLITE_FULL, errc::storage_full, "make room on its disk"},
    {SQLITE_BUSY, errc::busy, "another program holds a lock on it; find it with fuser or lsof"},
    {SQLITE_LOCKED, errc::busy, "another program holds a lock on it; find it with fuser or lsof"},
    {SQLITE_CONSTRAINT, errc::conflict, nullptr},
    {SQLITE_TOOBIG, errc::too_large, nullptr},
    {SQLITE_CORRUPT, errc::storage_failed,
     "the file is damaged and was left as it is: move it away and start with a new one, or restore a copy "
     "(`sqlite3 FILE .recover` gets out what can be read)"},
    {SQLITE_NOTADB, errc::storage_failed,
     "the file is damaged or no SQLite database, and was left as it is: move it away, or name another storage.path"},
    {SQLITE_READONLY, errc::storage_failed, "give this user write access to the file and its directory"},
    {SQLITE_PERM, errc::storage_failed, "give this user write access to the file and its directory"},
    {SQLITE_CANTOPEN, errc::storage_failed, "see that the file and its directory exist and this user may write there"},
    {SQLITE_IOERR, errc::storage_failed, "look for disk errors (dmesg)"},
};

/// No room: the disk, a quota, or the process's own limit (ulimit -f).
bool means_full(int system_error) {
    return system_error == ENOSPC || system_error == EDQUOT || system_error == EFBIG;
}

std::string text_of(int system_error) {
    return std::generic_category().message(system_error);
}

}  // namespace

core::error failure_of(const SQLite::Exception& failure, const std::filesystem::path& database, int system_error) {
    const int primary = failure.getErrorCode() & 0xff;
    const bool from_system = primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN;
    const int code = from_system && means_full(system_error) ? SQLITE_FULL : primary;

    std::string text = "database " + database.string() + ": " + failure.what();
    if (from_system && system_error != 0) text += " (" + text_of(system_error) + ")";
    for (const auto& row : meanings) {
        if (row.code != code) continue;
        if (row.advice != nullptr) text.append("; ").append(row.advice);
        return core::fail(row.means, std::move(text));
    }
    return core::fail(errc::storage_failed, std::move(text));
}

core::error failure_of(int system_error, const std::string& doing, const std::filesystem::path& path) {
    const bool forbidden = system_error == EACCES || system_error == EPERM || system_error == EROFS;
    std::string text = "cannot " + doing + " " + path.string() + ": " + text_of(system_error);
    if (forbidden) text += "; give this user write access to that directory, or name another storage.path";
    return core::fail(means_full(system_error) ? errc::storage_full : errc::storage_failed, std::move(text));
}

bool is_worth_reopening(const core::error& failure) noexcept {
    return failure.code == errc::storage_failed;
}

}  // namespace familiar::journal
