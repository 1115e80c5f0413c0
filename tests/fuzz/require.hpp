#pragma once

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace familiar::fuzz {

/// A property that must hold for every input: where it does not, the process dies, and the fuzzer keeps the input.
inline void require(bool holds, std::string_view property) {
    if (holds) return;
    std::fprintf(stderr, "\nThis does not hold: %.*s\n", static_cast<int>(property.size()), property.data());
    std::abort();
}

}  // namespace familiar::fuzz
