#pragma once

#include "core/error.hpp"
#include "process/descriptor.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <sys/types.h>

/// Small files and folders of the cache. All of it blocks, but not for long; failures are errc::storage_full,
/// errc::storage_failed, or what passes (core::storage_errc), with the path.
namespace familiar::git {

/// The error for what the system said about a path.
core::error storage_error(std::string_view what, const std::filesystem::path& path, int number);

/// Makes one folder with mode 0700; fine if it is there, and then its mode is made so.
core::result<void> make_private_folder(const std::filesystem::path& folder);

/// Writes a file with this mode, whatever the umask, in place of what was there.
core::result<void> write_file(const std::filesystem::path& file, std::string_view text, mode_t mode = 0644);

/// Writes all of it to an open file, which the error names.
core::result<void> write_all(const process::descriptor& open, const std::filesystem::path& file, std::string_view text);

/// Writes at the end of a file that exists.
core::result<void> append_file(const std::filesystem::path& file, std::string_view text);

/// The text of a file that this program wrote; empty if it isn't there.
std::string read_file(const std::filesystem::path& file);

}  // namespace familiar::git
