#pragma once

#include "core/error.hpp"

#include <chrono>
#include <filesystem>
#include <string>

namespace familiar::journal {

/// What can be told of a database without using it.
struct database_facts {
    bool exists = false;
    bool in_use = false;  ///< a server has it
    int version = 0;      ///< of its schema; 0 if it is empty
    int newest = 0;       ///< the version that this program brings it to
};

/// Looks at the database for a person who wants to know why a server will not start on it, while one uses it or none
/// does. Changes nothing on disk. Blocks.
///
/// errc::invalid, newer_schema, storage_failed, ... as journal::open() has them. A server that takes the lock in the
/// microseconds in which it is looked at finds it busy.
core::result<database_facts> look_at(const std::filesystem::path& database,
                                     std::chrono::milliseconds busy_timeout = std::chrono::seconds(5));

/// True while a process holds `lock` (flock); false without such a file.
bool is_locked(const std::filesystem::path& lock);

}  // namespace familiar::journal
