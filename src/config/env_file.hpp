#pragma once

#include "config/problem.hpp"

#include <map>
#include <string>
#include <vector>

namespace familiar::config {

/// Variables by name.
using environment = std::map<std::string, std::string>;

/// An env file as docker compose and shells write them: NAME=value, one a line, `export ` before it allowed, # comments
/// on lines of their own or after a blank, values bare, in 'single' quotes (taken as they stand) or in "double" ones
/// (with
/// \n, \t, \", \\ and \$). Nothing is expanded. A name that comes twice has its last value.
struct env_file {
    environment variables;
    std::vector<problem> errors;  ///< if there are any the variables are not to be used
};

env_file parse_env_file(const std::string& text, const std::string& file_name);

}  // namespace familiar::config
