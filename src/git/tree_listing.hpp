#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What git says of trees. Pure.
namespace familiar::git {

/// Modes of a tree's entries as git writes them (source: git-fast-import(1), "filemodify").
inline constexpr std::string_view file_mode = "100644";
inline constexpr std::string_view program_mode = "100755";
inline constexpr std::string_view link_mode = "120000";
inline constexpr std::string_view submodule_mode = "160000";
inline constexpr std::string_view folder_mode = "040000";

inline constexpr bool is_file(std::string_view mode) noexcept {
    return mode == file_mode || mode == program_mode;
}

/// One line of `git ls-tree -z`, as it stands there.
struct tree_entry {
    std::string_view mode;
    std::string_view object;
    std::string_view path;
};

/// The entries of `git ls-tree -z` or `git ls-tree -z --long`; they point into `text`.
std::vector<tree_entry> read_tree_listing(std::string_view text);

/// One path that differs between two trees. A side that does not have it has an empty mode and object.
struct tree_difference {
    std::string_view old_mode;
    std::string_view old_object;
    std::string_view new_mode;
    std::string_view new_object;
    std::string_view path;
};

/// The differences of `git diff-tree -r -z --raw --no-renames`; they point into `text`.
std::vector<tree_difference> read_tree_differences(std::string_view text);

}  // namespace familiar::git
