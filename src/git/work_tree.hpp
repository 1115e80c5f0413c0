#pragma once

#include "core/error.hpp"
#include "process/descriptor.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace familiar::git {

/// Changes files of a work tree that holds what strangers have committed: paths are relative to its top, and no
/// symbolic link is followed on the way to them. All of it blocks. Failures are as in files.hpp.
class work_tree {
public:
    explicit work_tree(const std::filesystem::path& top);

    /// Deletes a file, a link or an empty folder, and the folders above that this leaves empty. Fine if it isn't there.
    core::result<void> remove(const std::string& path) const;

    /// Writes a new file, with folders for it. False if that cannot be: something else is there or on the way (a link,
    /// a file), or the name is too long for this file system.
    core::result<bool> write(const std::string& path, std::string_view text, bool executable) const;

    /// Whether there is anything of this name, be it a link that leads nowhere.
    bool exists(const std::string& path) const;

    /// The text of a regular file; empty if there is none.
    std::string read(const std::string& path) const;

private:
    process::descriptor open_parent(const std::string& path, bool make) const;

    std::filesystem::path top_;
    process::descriptor folder_;
};

}  // namespace familiar::git
