#pragma once

#include "config/current.hpp"
#include "docker/engine.hpp"
#include "job/gate.hpp"

#include <boost/asio/awaitable.hpp>

namespace familiar::app {

/// Proves repo_cache.host_dir once in the life of a server, at the first moment when an engine answers; nothing where
/// it is not set. What it refers to outlives it.
class host_dir {
public:
    host_dir(const config::current& settings, docker::engine& engine, job::gate& engine_gate)
        : settings_(settings), engine_(engine), gate_(engine_gate) {}

    /// An error if the engine answers and the folder is not there, or another one, or closed to the agent's user: no
    /// agent could be started. What cannot be found out is logged, and no error.
    boost::asio::awaitable<core::result<void>> prove_at_start();

    /// For a start without an engine: the same once there is one. A failure is logged.
    boost::asio::awaitable<void> prove_later();

private:
    boost::asio::awaitable<core::result<void>> prove();

    const config::current& settings_;
    docker::engine& engine_;
    job::gate& gate_;
    bool tried_ = false;
};

}  // namespace familiar::app
