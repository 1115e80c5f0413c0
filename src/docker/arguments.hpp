#pragma once

#include "core/error.hpp"
#include "docker/types.hpp"
#include "process/command.hpp"

#include <string>
#include <vector>

namespace familiar::docker {

/// A docker command's arguments (from the command's name on), and variables that its environment needs besides.
struct invocation {
    std::vector<std::string> arguments;
    std::vector<process::environment_variable> environment{};
};

/// `docker create` for what is wanted. errc::invalid for what no option can say.
core::result<invocation> create_arguments(const container_spec& spec);

/// "--filter label=key=value" for each label.
std::vector<std::string> label_filters(const label_map& labels);

}  // namespace familiar::docker
