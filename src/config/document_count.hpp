#pragma once

#include <yaml-cpp/mark.h>

#include <optional>
#include <string>

namespace familiar::config {

/// What is behind the first document of a YAML text.
struct excess {
    YAML::Mark where;
    bool stuck = false;  ///< no document, but text that is none: the parser does not get past it
};

/// Looks no further than to the second document. To load all of them does not end where yaml-cpp 0.7 gets stuck, at a
/// line that begins with a comma for one: it makes empty documents of it until the memory is full. Throws
/// YAML::Exception for what is not YAML.
std::optional<excess> find_excess(const std::string& text);

}  // namespace familiar::config
