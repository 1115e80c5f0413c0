#pragma once

#include <sqlite3.h>

#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

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

/// While it lives, the kernel says this error to writes into one file.
class failing_writes_into {
public:
    failing_writes_into(const std::filesystem::path& file, int error) {
        struct stat facts{};
        if (::stat(file.c_str(), &facts) != 0) throw std::runtime_error("no file " + file.string());
        file_ = facts.st_ino;
        error_ = error;
        failed_ = false;
        const auto with = reinterpret_cast<sqlite3_syscall_ptr>(&pwrite);
        if (!replace("pwrite", with) || !replace("pwrite64", with))
            throw std::runtime_error("SQLite keeps its system calls");
    }
    ~failing_writes_into() {
        for (const char* name : {"pwrite", "pwrite64"}) replace(name, nullptr);
    }
    failing_writes_into(const failing_writes_into&) = delete;
    failing_writes_into& operator=(const failing_writes_into&) = delete;

    /// True if a write was refused so far.
    static bool failed() { return failed_; }

private:
    static ssize_t pwrite(int file, const void* data, size_t size, off_t offset) {
        struct stat facts{};
        if (::fstat(file, &facts) != 0 || facts.st_ino != file_) return ::pwrite(file, data, size, offset);
        failed_ = true;
        errno = error_;
        return -1;
    }
    static bool replace(const char* name, sqlite3_syscall_ptr with) noexcept {
        auto* system = sqlite3_vfs_find(nullptr);
        return system->xSetSystemCall(system, name, with) == SQLITE_OK;
    }

    static inline std::atomic<ino_t> file_{0};
    static inline std::atomic<int> error_{0};
    static inline std::atomic<bool> failed_{false};
};

/// While it lives, the names of the files that SQLite opens are kept.
class opened_files {
public:
    opened_files() {
        names().clear();
        if (!replace(reinterpret_cast<sqlite3_syscall_ptr>(&open)))
            throw std::runtime_error("SQLite keeps its system calls");
    }
    ~opened_files() { replace(nullptr); }
    opened_files(const opened_files&) = delete;
    opened_files& operator=(const opened_files&) = delete;

    /// For when SQLite's thread is idle.
    static std::vector<std::string>& names() {
        static std::vector<std::string> kept;
        return kept;
    }

private:
    static int open(const char* path, int flags, int mode) {
        names().emplace_back(path);
        return ::open(path, flags, mode);
    }
    static bool replace(sqlite3_syscall_ptr with) noexcept {
        auto* system = sqlite3_vfs_find(nullptr);
        return system->xSetSystemCall(system, "open", with) == SQLITE_OK;
    }
};

/// While it lives, writes into one file wait until they are let go, for ten seconds at most.
class held_writes {
public:
    explicit held_writes(const std::filesystem::path& file) {
        struct stat facts{};
        if (::stat(file.c_str(), &facts) != 0) throw std::runtime_error("no file " + file.string());
        file_ = facts.st_ino;
        for (auto* flag : {&held_, &let_go_, &gave_up_}) *flag = false;
        const auto with = reinterpret_cast<sqlite3_syscall_ptr>(&pwrite);
        if (!replace("pwrite", with) || !replace("pwrite64", with))
            throw std::runtime_error("SQLite keeps its system calls");
    }
    ~held_writes() {
        let_go();
        for (const char* name : {"pwrite", "pwrite64"}) replace(name, nullptr);
    }
    held_writes(const held_writes&) = delete;
    held_writes& operator=(const held_writes&) = delete;

    /// True if a write came so far.
    static bool held() { return held_; }
    static void let_go() { let_go_ = true; }
    /// True if one was not let go in time.
    static bool gave_up() { return gave_up_; }

private:
    static ssize_t pwrite(int file, const void* data, size_t size, off_t offset) {
        struct stat facts{};
        if (::fstat(file, &facts) == 0 && facts.st_ino == file_) {
            held_ = true;
            for (int i = 0; i < 10000 && !let_go_; ++i) ::usleep(1000);
            if (!let_go_.exchange(true)) gave_up_ = true;
        }
        return ::pwrite(file, data, size, offset);
    }
    static bool replace(const char* name, sqlite3_syscall_ptr with) noexcept {
        auto* system = sqlite3_vfs_find(nullptr);
        return system->xSetSystemCall(system, name, with) == SQLITE_OK;
    }

    static inline std::atomic<ino_t> file_{0};
    static inline std::atomic<bool> held_{false};
    static inline std::atomic<bool> let_go_{false};
    static inline std::atomic<bool> gave_up_{false};
};

}  // namespace familiar::test
