#pragma once

#include "agent/outcome.hpp"
#include "core/error.hpp"
#include "core/time.hpp"

#include <boost/asio/awaitable.hpp>

#include <filesystem>
#include <optional>
#include <string>

namespace familiar::agent {

/// What is known once the workspace and the container are there and the agent is about to be started.
struct launch {
    std::string container;
    std::filesystem::path log;
    std::string head;
    std::string branch;  ///< the merge request's own, as far as it was found out; else empty
};

/// What it means that an agent's task is cancelled.
struct stop_order {
    bool leave_running = false;        ///< nothing is stopped: a later process adopts the container as it is
    ending how = ending::interrupted;  ///< else the outcome,
    std::string reason = "the server was shut down";  ///< and why
};

/// The stages of an agent's life as somebody keeps them. Each is told *before* the side effect that it announces, and
/// if keeping it fails, the side effect does not happen; but for those of an agent that runs, whose end goes on.
class stages {
public:
    virtual ~stages() = default;

    /// Before the container is started, which has been created: from here on the agent counts as started, and is never
    /// started again by itself.
    virtual boost::asio::awaitable<core::result<void>> launching(launch what) = 0;

    /// The container runs, since `at`; it is stopped at `deadline`.
    virtual boost::asio::awaitable<void> started(core::wall_time at, std::optional<core::wall_time> deadline) = 0;

    /// Before a running agent is told to end before its time: that is its outcome, whatever it exits with.
    virtual boost::asio::awaitable<void> stopping(outcome what) = 0;

    /// Before the log is collected and the container removed.
    virtual boost::asio::awaitable<void> finishing(outcome what) = 0;

    /// Asked when the task has been cancelled.
    virtual stop_order why_stopped() const = 0;
};

}  // namespace familiar::agent
