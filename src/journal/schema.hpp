#pragma once

#include "core/error.hpp"
#include "journal/database.hpp"

#include <chrono>
#include <filesystem>
#include <span>

/// The tables, and how older ones become them.
namespace familiar::journal {

/// Step n, counted from 0, brings a database of version n to n + 1. Only ever appended to: what is out there was made
/// by them.
std::span<const char* const> schema_steps();

/// Says what a database is before anything touches it: its version; 0 for an empty file. errc::newer_schema if that is
/// above `newest`, errc::invalid for another program's, errc::storage_failed for what is no database.
core::result<int> version_of(database& opened, int newest);

/// Brings the database at `path` up to the newest version; an empty file becomes a new one. A database that holds
/// something is first copied to `<path>.v<old>.bak`. All steps are one transaction: a failure leaves the old version.
/// Call with the lock held.
core::result<void> bring_up_to_date(const std::filesystem::path& path, std::chrono::milliseconds busy_timeout,
                                    std::span<const char* const> steps = schema_steps());

}  // namespace familiar::journal
