#pragma once

#include "config/settings.hpp"
#include "core/error.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// `.familiar/config.yaml` of a repository: it narrows what the server allows, and never widens it.
namespace familiar::config {

struct overridden {
    std::shared_ptr<const settings> in_force;
    std::vector<std::string> warnings;  ///< what was clipped, with the line
};

/// The server's settings with a repository's `events`, `prompts`, `permissions` and `agent_image` in force:
///
/// - events: what the server switches on may be switched off, not the other way round;
/// - prompts: if `repo_overrides.prompts`;
/// - permissions: the stricter of both (always, on_request, never);
/// - agent_image: one that `repo_overrides.agent_images` names.
///
/// What goes beyond is left out with a warning. errc::invalid, with file, line, column and key, for what is no such
/// configuration: a mistake in it must not switch a restriction off. `name` is the file's, for messages. Variables
/// are not looked up: the file is the repository's, the environment the server's.
core::result<overridden> override_with(std::shared_ptr<const settings> server, std::string_view text,
                                       const std::string& name);

}  // namespace familiar::config
