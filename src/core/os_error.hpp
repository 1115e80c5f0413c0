#pragma once

#include "core/error.hpp"

#include <system_error>

/// What the operating system's error numbers (errno(3)) mean for us. The one place that knows; a new case is a row
/// there. Pure.
namespace familiar::core {

/// What a failed system call means; `otherwise` for a number that has no row.
///
/// Transient: no peer, a connection that was refused, reset or timed out (unavailable, timed_out), and a system that is
/// short of processes, descriptors or memory at the moment (unavailable) or holds the thing in use (busy).
errc os_errc(int number, errc otherwise) noexcept;

/// The same for a file or a folder of our own. Whatever is wrong with it and neither passes nor is a lack of room is
/// storage_failed, also a name that is not there.
errc storage_errc(int number) noexcept;

/// The same for what the C++ library says of a file.
errc storage_errc(const std::error_code& failed) noexcept;

/// True for what says that there is no more room: the disk, a quota, or the limit of the process (ulimit -f).
bool means_full(int number) noexcept;

/// What the system says about the number: "No space left on device".
std::string os_text(int number);

}  // namespace familiar::core
