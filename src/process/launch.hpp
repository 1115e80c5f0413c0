#pragma once

#include "process/command.hpp"
#include "process/descriptor.hpp"

#include <sys/types.h>

namespace familiar::process {

/// A child that runs, and our ends of its pipes. Whoever has one has to see it to its end and call `reap`.
struct child {
    pid_t pid = -1;      ///< its process group, too
    descriptor ended{};  ///< a pidfd: readable once the child has ended
    descriptor in{};     ///< none if its input is /dev/null
    descriptor out{};
    descriptor err{};  ///< none if it goes where standard output goes
};

/// Starts it. The server's loop is blocked meanwhile, 0.1 to 0.3 ms: posix_spawn neither copies page tables nor looks
/// at every descriptor. Errors as `run` lists them.
///
/// A raised limit of descriptors (core::raised_descriptor_limit) is taken back right after the start: by then the
/// program has been loaded, and what it does in its first moment may still see the raised one.
core::result<child> launch(const command& what);

/// Sends `signal` to what is left of the child's process group. Only before `reap`: the number is free afterwards.
void signal_group(const child& which, int signal) noexcept;

/// Collects the child, which has ended or got KILL, so that it is no zombie any more.
core::result<exit_status> reap(const child& which);

}  // namespace familiar::process
