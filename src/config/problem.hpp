#pragma once

#include <string>
#include <vector>

namespace familiar::config {

/// Something in a configuration that a person should know, and where it stands. Line and column count from 1; a line of
/// 0 means the file as a whole. No message shows a secret.
struct problem {
    std::string file;
    int line = 0;
    int column = 0;
    std::string message;
};

/// "file:line:column: message", as compilers write it, so that editors find the place.
std::string to_text(const problem& found);

/// One line for each.
std::string to_text(const std::vector<problem>& found);

}  // namespace familiar::config
