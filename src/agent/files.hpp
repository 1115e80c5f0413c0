#pragma once

#include "core/error.hpp"

#include <filesystem>
#include <string_view>
#include <sys/types.h>

namespace familiar::agent {

/// Writes a new file with exactly these permissions; a file or a link of that name is an error. errc::storage_full,
/// storage_failed, or what passes (core::storage_errc).
core::result<void> write_new_file(const std::filesystem::path& path, std::string_view content, mode_t mode);

/// Makes the folder and those of its parents that are missing, 0750.
core::result<void> make_folders(const std::filesystem::path& folder);

}  // namespace familiar::agent
