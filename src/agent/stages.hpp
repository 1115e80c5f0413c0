#pragma once

#include "agent/outcome.hpp"
#include "core/error.hpp"
#include "core/time.hpp"

#include <boost/asio/awaitable.hpp>

#include <filesystem>
#include <optional>
#include <string>

namespace familiar::agent {

/// What is known once the workspace is there and the container is about to be made.
struct launch {
    std::string container;
    std::filesystem::path log;
    std::string head;
    std::string branch;  ///< the merge request's own, as far as it was found out; else empty
};

/// The stages of an agent's life as somebody keeps them. Each is told *before* the side effect that it announces, and
/// if keeping it fails, the side effect does not happen.
class stages {
public:
    virtual ~stages() = default;

    /// Before the repository is fetched.
    virtual boost::asio::awaitable<core::result<void>> preparing() = 0;

    /// Before the container is created: from here on the agent counts as started, and is never started again by itself.
    virtual boost::asio::awaitable<core::result<void>> launching(launch what) = 0;

    /// The container runs, since `at`; it is stopped at `deadline`. A failure to keep this is not the agent's business.
    virtual boost::asio::awaitable<void> started(core::wall_time at, std::optional<core::wall_time> deadline) = 0;

    /// Before the log is collected and the container removed. Likewise: the clean-up goes on.
    virtual boost::asio::awaitable<void> finishing(outcome what) = 0;
};

}  // namespace familiar::agent
