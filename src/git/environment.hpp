#pragma once

#include "git/types.hpp"
#include "process/command.hpp"

#include <vector>

namespace familiar::git {

/// The environment of every git on the host (see git(1) and git-config(1) for the names):
///
/// - no configuration but this: neither the system's nor the user's, and no hook, file system monitor, credential
///   helper, prompt, askpass program, automatic gc or submodule, whatever a repository's own configuration says;
/// - English messages, which classify() reads;
/// - no protocol but the scheme of `access`, and none at all without one;
/// - the token of `access` as a header that is bound to the origin of its URL: never in a URL, on a command line or in
///   a file. Redirects are not followed, since the header would be sent along for what comes after the first request;
/// - a transfer that stands still for a minute ends.
///
/// `access` is null for a git that has no business with the forge. Pure.
std::vector<process::environment_variable> environment(const remote* access);

}  // namespace familiar::git
