#include "journal/files.hpp"

#include "journal/failure.hpp"

#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace familiar::journal {

namespace fs = std::filesystem;
using core::errc;

namespace {

constexpr mode_t owner_only = 0600;

fs::path directory_of(const fs::path& file) {
    return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

std::string owner_of(const descriptor& lock) {
    char text[32] = {};
    const auto size = ::pread(lock.number(), text, sizeof text - 1, 0);
    long pid = 0;
    if (size <= 0 || std::from_chars(text, text + size, pid).ec != std::errc()) return "another process";
    return "process " + std::to_string(pid);
}

/// For owner_of above; a lock without it is as good.
void write_owner(const descriptor& lock) {
    const auto text = std::to_string(::getpid()) + "\n";
    if (::ftruncate(lock.number(), 0) == 0) [[maybe_unused]]
        const auto written = ::pwrite(lock.number(), text.data(), text.size(), 0);
}

core::result<void> sync(const fs::path& path, int flags) {
    const descriptor opened(::open(path.c_str(), flags | O_CLOEXEC));
    if (opened.number() < 0) return failure_of(errno, "open", path);
    if (::fsync(opened.number()) != 0) return failure_of(errno, "write to disk", path);
    return {};
}

}  // namespace

descriptor::~descriptor() {
    if (number_ >= 0) ::close(number_);
}

core::result<void> check_place(const fs::path& database) {
    std::error_code ignored;
    const auto directory = directory_of(database);
    if (database.filename().empty() || fs::is_directory(database, ignored))
        return core::fail(errc::invalid, "storage.path " + database.string() + " is a directory; name a file in it");
    if (!fs::exists(directory, ignored))
        return core::fail(errc::not_found,
                          "storage.path " + database.string() + ": the directory " + directory.string() +
                              " does not exist; create it for the server's user, or name another path");
    return {};
}

core::result<descriptor> lock_for(const fs::path& database) {
    auto path = database;
    path += ".lock";
    descriptor lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, owner_only));
    if (lock.number() < 0) return failure_of(errno, "create", path);
    if (::flock(lock.number(), LOCK_EX | LOCK_NB) == 0) {
        write_owner(lock);
        return lock;
    }
    if (errno != EWOULDBLOCK) return failure_of(errno, "lock", path);
    return core::fail(errc::busy, "database " + database.string() + " is in use by another server (" + owner_of(lock) +
                                      "); stop that one, or give this one a storage.path of its own");
}

core::result<void> make_private_file(const fs::path& path) {
    const descriptor made(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, owner_only));
    if (made.number() >= 0) return make_durable(path);
    if (errno == EEXIST) return {};
    return failure_of(errno, "create", path);
}

core::result<void> make_durable(const fs::path& path) {
    if (auto synced = sync(path, O_RDONLY); !synced) return synced;
    return sync(directory_of(path), O_RDONLY | O_DIRECTORY);
}

}  // namespace familiar::journal
