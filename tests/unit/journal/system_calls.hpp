#pragma once

#include <sqlite3.h>

#include <atomic>
#include <cerrno>
#include <stdexcept>
#include <unistd.h>

namespace familiar::test {

/// While it lives, every write that SQLite makes asks this first, by SQLite's own means for it
/// (sqlite3_vfs::xSetSystemCall): `error` is what the kernel would say, 0 to let it pass.
class failing_writes {
public:
    failing_writes() {
        const bool replaced = replace("write", reinterpret_cast<sqlite3_syscall_ptr>(&write)) &&
                              replace("pwrite", reinterpret_cast<sqlite3_syscall_ptr>(&pwrite)) &&
                              replace("pwrite64", reinterpret_cast<sqlite3_syscall_ptr>(&pwrite));
        if (!replaced) throw std::runtime_error("SQLite keeps its system calls");
    }
    ~failing_writes() {
        for (const char* name : {"write", "pwrite", "pwrite64"}) replace(name, nullptr);
        error = 0;
    }
    failing_writes(const failing_writes&) = delete;
    failing_writes& operator=(const failing_writes&) = delete;

    static inline std::atomic<int> error{0};

private:
    static bool fails() {
        errno = error;
        return error != 0;
    }
    static ssize_t write(int file, const void* data, size_t size) { return fails() ? -1 : ::write(file, data, size); }
    static ssize_t pwrite(int file, const void* data, size_t size, off_t offset) {
        return fails() ? -1 : ::pwrite(file, data, size, offset);
    }
    static bool replace(const char* name, sqlite3_syscall_ptr with) noexcept {
        auto* system = sqlite3_vfs_find(nullptr);
        return system->xSetSystemCall(system, name, with) == SQLITE_OK;
    }
};

}  // namespace familiar::test
