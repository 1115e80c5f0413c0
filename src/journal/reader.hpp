#pragma once

#include "core/error.hpp"
#include "journal/job.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

namespace familiar::journal {

/// Reads one kept delivery for the command line, also while a server has the database open: read-only, without the
/// lock, blocking. `forge` may be left out where one forge only has that id.
///
/// Empty if there is no such delivery. errc::not_found: no such file; errc::conflict: both forges have it, or the
/// database has to be migrated by a server first; errc::newer_schema, errc::invalid, errc::storage_failed as in open().
core::result<std::optional<delivery>> read_delivery(const std::filesystem::path& database,
                                                    std::optional<event::provider> forge, const std::string& id,
                                                    std::chrono::milliseconds busy_timeout = std::chrono::seconds(5));

}  // namespace familiar::journal
