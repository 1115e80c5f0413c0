#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>

namespace familiar::test {

/// The whole number in a variable of the environment; `otherwise` where it is not set or empty.
inline std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
    const char* const text = std::getenv(variable);
    return text == nullptr || *text == '\0' ? otherwise : std::stoull(text);
}

}  // namespace familiar::test
