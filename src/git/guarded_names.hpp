#pragma once

#include <string_view>

/// Which files reprogram an agent that works in a repository. Pure.
namespace familiar::git {

/// True for a file (or a link, or a submodule) that some agent's command line takes for its configuration or for a part
/// of it, and for what would only be in the way of such a one; at any depth, whatever the case of its letters.
bool is_guarded(std::string_view path);

}  // namespace familiar::git
