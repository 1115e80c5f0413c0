#include "journal/failure.hpp"

#include "core/os_error.hpp"

#include <sqlite3.h>

#include <cerrno>

namespace familiar::journal {

namespace {

using core::errc;

struct meaning {
    int code;  ///< SQLite result code (https://www.sqlite.org/rescode.html): an extended one, or a primary one for all
               ///< of its kind that are not listed
    errc means;
    const char* advice;
};

// What is not listed is storage_failed without advice.
constexpr const char* out_of_means = "the server has no memory or no descriptors left for it";

constexpr meaning meanings[] = {
    {SQLITE_FULL, errc::storage_full, "make room on its disk"},
    {SQLITE_BUSY, errc::busy, "another program holds a lock on it; find it with fuser or lsof"},
    {SQLITE_LOCKED, errc::busy, "another program holds a lock on it; find it with fuser or lsof"},
    {SQLITE_PROTOCOL, errc::busy, "other programs come and go in it; find them with fuser or lsof"},
    {SQLITE_NOMEM, errc::unavailable, out_of_means},
    {SQLITE_IOERR_NOMEM, errc::unavailable, out_of_means},
    {SQLITE_CONSTRAINT, errc::conflict, nullptr},
    {SQLITE_TOOBIG, errc::too_large, nullptr},
    {SQLITE_CORRUPT, errc::storage_failed,
     "the file is damaged and was left as it is: move it away and start with a new one, or restore a copy "
     "(`sqlite3 FILE .recover` gets out what can be read)"},
    {SQLITE_NOTADB, errc::storage_failed,
     "the file is damaged or no SQLite database, and was left as it is: move it away, or name another storage.path"},
    {SQLITE_READONLY_DBMOVED, errc::storage_failed, "it was moved or deleted meanwhile: put it back"},
    {SQLITE_IOERR_CORRUPTFS, errc::storage_failed, "the file system is damaged: check it (fsck)"},
    {SQLITE_READONLY, errc::storage_failed, "give this user write access to the file and its directory"},
    {SQLITE_PERM, errc::storage_failed, "give this user write access to the file and its directory"},
    {SQLITE_CANTOPEN, errc::storage_failed, "see that the file and its directory exist and this user may write there"},
    {SQLITE_IOERR, errc::storage_failed, "look for disk errors (dmesg)"},
};

/// The extended code, where the failure knows it: "locked" may be a recovery that is under way.
int code_of(const SQLite::Exception& failure) {
    const int extended = failure.getExtendedErrorCode();
    const int code = failure.getErrorCode();
    return extended > 0 && (extended & 0xff) == (code & 0xff) ? extended : code;
}

/// What SQLite's own code does not say, its last errno does. That may be an older one, of a lock that was taken in the
/// end, so that only a lack of room or of memory counts.
int code_of(int code, int system_error) {
    const int primary = code & 0xff;
    if (primary != SQLITE_IOERR && primary != SQLITE_CANTOPEN) return code;
    if (core::means_full(system_error)) return SQLITE_FULL;
    if (system_error == ENOMEM || system_error == EMFILE || system_error == ENFILE) return SQLITE_NOMEM;
    return code;
}

const meaning* find(int code) {
    for (const int wanted : {code, code & 0xff})
        for (const auto& row : meanings)
            if (row.code == wanted) return &row;
    return nullptr;
}

}  // namespace

core::error failure_of(const SQLite::Exception& failure, const std::filesystem::path& database, int system_error) {
    const int said = code_of(failure);
    const bool from_system = (said & 0xff) == SQLITE_IOERR || (said & 0xff) == SQLITE_CANTOPEN;

    std::string text = "database " + database.string() + ": " + failure.what();
    if (from_system && system_error != 0) text += " (" + core::os_text(system_error) + ")";
    const auto* found = find(code_of(said, system_error));
    if (found == nullptr) return core::fail(errc::storage_failed, std::move(text));
    if (found->advice != nullptr) text.append("; ").append(found->advice);
    return core::fail(found->means, std::move(text));
}

core::error failure_of(int system_error, const std::string& doing, const std::filesystem::path& path) {
    const bool forbidden = system_error == EACCES || system_error == EPERM || system_error == EROFS;
    std::string text = "cannot " + doing + " " + path.string() + ": " + core::os_text(system_error);
    if (forbidden) text += "; give this user write access to that directory, or name another storage.path";
    return core::fail(core::storage_errc(system_error), std::move(text));
}

bool is_worth_reopening(const core::error& failure) noexcept {
    return failure.code == errc::storage_failed;
}

}  // namespace familiar::journal
