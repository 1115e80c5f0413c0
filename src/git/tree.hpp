#pragma once

#include "core/error.hpp"

#include <filesystem>
#include <sys/types.h>

/// Trees that somebody else may have written. Nothing here follows a symbolic link below its argument, and all of it
/// blocks.
namespace familiar::git {

/// Deletes `root` and everything in it, whatever the permissions, at any depth and with a few descriptors only. Fine if
/// it isn't there. errc::storage_failed names the entry that would not go.
core::result<void> remove_tree(const std::filesystem::path& root);

/// Gives `root` and everything in it to another user: links themselves, not what they point at.
core::result<void> change_owner(const std::filesystem::path& root, uid_t user, gid_t group);

}  // namespace familiar::git
