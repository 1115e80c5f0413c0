#include "journal/examine.hpp"

#include "journal/database.hpp"
#include "journal/failure.hpp"
#include "journal/files.hpp"
#include "journal/schema.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <system_error>

namespace familiar::journal {

namespace fs = std::filesystem;

namespace {

fs::path beside(fs::path database, const char* ending) {
    return database += ending;
}

/// A database that was closed as it should be has no log left.
bool has_log(const fs::path& database) {
    std::error_code none;
    const auto size = fs::file_size(beside(database, "-wal"), none);
    return !none && size > 0;
}

}  // namespace

bool is_locked(const fs::path& lock) {
    const descriptor opened(::open(lock.c_str(), O_RDONLY | O_CLOEXEC));
    return opened.number() >= 0 && ::flock(opened.number(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

core::result<database_facts> look_at(const fs::path& path, std::chrono::milliseconds busy_timeout) try {
    if (auto place = check_place(path); !place) return place.error();
    database_facts seen;
    seen.newest = int(schema_steps().size());
    std::error_code unknown;
    seen.exists = fs::exists(path, unknown);
    if (!seen.exists) return seen;

    seen.in_use = is_locked(beside(path, ".lock"));
    const bool alone = !seen.in_use && !has_log(path);
    database opened(path, alone ? database::mode::untouched : database::mode::read_only, busy_timeout);
    const auto version = version_of(opened, seen.newest);
    if (!version) return version.error();
    seen.version = *version;
    return seen;
} catch (const SQLite::Exception& thrown) {
    return failure_of(thrown, path);
}

}  // namespace familiar::journal
