#pragma once

#include "core/error.hpp"
#include "core/time.hpp"
#include "process/command.hpp"

#include <string_view>

/// What git means by its standard error (in the C locale). The one place that knows; a new case is a row here. Pure.
namespace familiar::git {

/// The code for what a git that failed printed. Only git's own "fatal:" and "error:" lines count, for what follows
/// "remote:" is the forge's to choose. errc::storage_failed means that the repository on this machine is damaged,
/// errc::child_failed that nobody knows better.
core::errc classify(std::string_view standard_error);

/// The whole error for a git that failed: "git fetch of github/a/b: ...", the lines that matter, and what to do where
/// that is known. Control characters are replaced, and the text is bounded. `trace` is what answer_trace kept of it:
/// where the forge answered that there is a limit, or that it is out of order, it says when to come back.
core::error failure(std::string_view operation, std::string_view subject, const process::output& ended,
                    std::string_view trace = {}, core::wall_time now = core::now());

}  // namespace familiar::git
