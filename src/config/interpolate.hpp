#pragma once

#include "config/env_file.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace familiar::config {

/// A text whose variables were replaced.
struct interpolated {
    std::string text;
    std::vector<std::string> empty;  ///< variables without a value and without a default, in the order they stand there
    std::string error;               ///< what is wrong with the text; then `text` means nothing
};

/// Replaces `${NAME}` and `${NAME:-default}` (used when NAME is unset or empty, taken as it stands up to the next
/// brace) and makes `$$` a `$`. An unset variable is empty, any other `$` stands for itself, and what a variable holds
/// is not looked at again.
interpolated interpolate(std::string_view text, const environment& variables);

/// True for [A-Za-z_][A-Za-z0-9_]*.
bool is_variable_name(std::string_view text);

}  // namespace familiar::config
