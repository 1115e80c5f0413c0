#pragma once

#include "config/env_file.hpp"
#include "config/problem.hpp"
#include "config/settings.hpp"

#include <boost/assert/source_location.hpp>
#include <boost/system/result.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace familiar::config {

/// A configuration that can be used.
struct loaded {
    settings values;
    std::vector<problem> warnings;  ///< in the order of their lines
    std::string file;               ///< where it was read from
};

/// Everything that is wrong, not just the first of it, in the order of the lines; never empty.
struct load_failure {
    std::vector<problem> errors;
};

/// What `load_result::value()` throws: a std::runtime_error with all of to_text.
[[noreturn]] void throw_exception_from_error(const load_failure& failure, const boost::source_location& where);

using load_result = boost::system::result<loaded, load_failure>;

/// Where files are looked for when none is named; the tests bring their own places.
struct search_places {
    /// The first that exists is the configuration.
    std::vector<std::filesystem::path> configurations{"familiar.yaml", "config.yaml", "/etc/familiar/config.yaml"};
    /// Each that exists is read; the earlier one wins.
    std::vector<std::filesystem::path> env_files{".env", "/etc/familiar/familiar.env"};
};

/// Reads YAML text. `file_name` is for messages only. Nothing but the environment that is passed is looked at, and the
/// files that `*_file` keys name; relative paths become absolute in the current folder. Never throws for bad input.
load_result parse(const std::string& text, const std::string& file_name, const environment& variables);

/// Finds and reads the env files and then the configuration: what the command line named, which then must exist, or
/// else what `search_places` has. Variables of the process win over those of an env file.
load_result load(const std::optional<std::filesystem::path>& explicit_file,
                 const std::optional<std::filesystem::path>& env_file, const environment& process_environment,
                 const search_places& places = {});

/// The variables that `load` interpolates with, for what else is looked up there (FAMILIAR_URL and its like).
boost::system::result<environment, load_failure> read_environment(const std::optional<std::filesystem::path>& env_file,
                                                                  const environment& process_environment,
                                                                  const search_places& places = {});

/// The environment of this process.
environment process_environment();

/// Every key that a configuration file may have, dotted ("server.port"), without the names of the Go program and
/// without the `_file` twins of secrets. For the tests of the example configuration.
std::vector<std::string> known_keys();

}  // namespace familiar::config
