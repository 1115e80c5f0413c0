#pragma once

#include <cstddef>
#include <sys/types.h>

namespace familiar::test {

/// What a process holds at one moment, as the kernel counts it.
struct process_figures {
    std::size_t resident = 0;  ///< VmRSS, bytes
    std::size_t descriptors = 0;
    std::size_t threads = 0;
    std::size_t children = 0;  ///< zombies included
};

/// Throws if there is no such process.
process_figures figures_of(pid_t process);

}  // namespace familiar::test
