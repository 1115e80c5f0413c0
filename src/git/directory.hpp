#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// Where in the repository an agent starts.
namespace familiar::git {

/// The deepest folder that holds all of these files ("a/b" for "a/b/c.txt" and "a/b/d/e.txt"), "" for the top. Pure.
std::string common_directory(const std::vector<std::string>& files);

/// As much of `relative` as is a folder in `top`, with no symbolic link on the way; "" for the top. A merge request may
/// have deleted its folder, or put a link in its place that leads out of the work tree.
std::string existing_directory(const std::filesystem::path& top, std::string_view relative);

}  // namespace familiar::git
