#pragma once

#include "core/error.hpp"

#include <SQLiteCpp/Exception.h>

#include <filesystem>
#include <string>

namespace familiar::journal {

/// What an SQLite failure means for us and what a person can do about it. `system_error` is the errno that SQLite saw
/// last, 0 if there is none; it tells a quota from a broken disk.
core::error failure_of(const SQLite::Exception& failure, const std::filesystem::path& database, int system_error = 0);

/// The same for a failed system call on `path`, "doing what".
core::error failure_of(int system_error, const std::string& doing, const std::filesystem::path& path);

/// True where the connection may be what is broken (I/O error, file gone, corrupt page) and a new one is worth a try. A
/// full disk is not: the old connection still reads, a new one might not even open.
bool is_worth_reopening(const core::error& failure) noexcept;

}  // namespace familiar::journal
