#pragma once

#include "app/status.hpp"
#include "config/settings.hpp"
#include "docker/engine.hpp"
#include "job/engine_gate.hpp"
#include "journal/journal.hpp"
#include "observe/metrics.hpp"

#include <boost/asio/awaitable.hpp>

/// The background tasks that keep `status` true, so that nobody who asks how the server is has to wait for docker or a
/// disk.
namespace familiar::app {

/// Asks the engine for its version once: feeds the gate, the metric and the status.
boost::asio::awaitable<void> ping_engine(docker::engine& engine, job::engine_gate& gate, observe::metrics& metrics,
                                         status& known);

/// The same every `docker.ping_interval`, until it is cancelled.
boost::asio::awaitable<void> keep_pinging_engine(const config::settings& settings, docker::engine& engine,
                                                 job::engine_gate& gate, observe::metrics& metrics, status& known);

/// Looks at the free space next to the database, and while a write has failed, tries one. Until it is cancelled.
boost::asio::awaitable<void> keep_checking_storage(const config::settings& settings, journal::journal& journal,
                                                   status& known);

/// True if less than `storage.min_free_disk` is free for the database.
bool is_disk_low(const config::storage_settings& storage);

}  // namespace familiar::app
