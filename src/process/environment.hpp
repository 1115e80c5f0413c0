#pragma once

#include "process/command.hpp"

#include <string>
#include <vector>

namespace familiar::process {

/// The child's environment, "NAME=value" each, every name once. errc::invalid for a name that cannot be one.
core::result<std::vector<std::string>> compose_environment(const command& what);

/// The absolute path of what argv[0] names; errc::program_missing if there is no such program or it may not be run.
core::result<std::string> find_program(const std::string& name, const std::vector<std::string>& environment);

}  // namespace familiar::process
