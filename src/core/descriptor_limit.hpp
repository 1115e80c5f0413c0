#pragma once

#include <cstdint>
#include <optional>
#include <sys/resource.h>

namespace familiar::core {

/// How many descriptors the process may have open now (the soft RLIMIT_NOFILE).
std::uint64_t descriptor_limit() noexcept;

/// Raises the soft limit of descriptors to the hard one while it lives: every connection is one, and distributions
/// start programs with 1,024. Where the kernel refuses, the limit stays as it was. One at a time.
class raised_descriptor_limit {
public:
    raised_descriptor_limit() noexcept;
    ~raised_descriptor_limit();
    raised_descriptor_limit(const raised_descriptor_limit&) = delete;
    raised_descriptor_limit& operator=(const raised_descriptor_limit&) = delete;
};

/// What children are to be given in place of a raised limit: the one that this process was started with. A program that
/// still uses select(), or closes every number up to its limit, breaks or crawls with ours. Empty if nothing was
/// raised.
std::optional<rlimit> original_descriptor_limit() noexcept;

}  // namespace familiar::core
