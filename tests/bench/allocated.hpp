#pragma once

#include <cstddef>
#include <malloc.h>

namespace familiar::bench {

/// Bytes that the program holds of the allocator, its share of each block included.
inline std::size_t allocated() {
    const auto memory = ::mallinfo2();
    return memory.uordblks + memory.hblkhd;
}

}  // namespace familiar::bench
