#pragma once

#include "app/status.hpp"
#include "config/current.hpp"
#include "docker/engine.hpp"
#include "job/gates.hpp"
#include "journal/journal.hpp"

#include <boost/asio/awaitable.hpp>

/// The background tasks that find out how things outside are, so that nobody who asks how the server is, and no job,
/// has to wait for docker or a disk.
namespace familiar::app {

/// Asks the engine for its version once, and opens or closes its gate.
boost::asio::awaitable<void> ping_engine(docker::engine& engine, job::gate& gate);

/// The same every `docker.ping_interval`, until it is cancelled.
boost::asio::awaitable<void> keep_pinging_engine(const config::current& settings, docker::engine& engine,
                                                 job::gate& gate);

/// Looks at the free space where deliveries are written down, which decides whether they are taken, and where agents
/// work and their logs are kept; if `storage.min_free_disk` is missing at any of them, the gate is closed.
void check_room(const config::settings& settings, job::gate& disk, status& known);

/// The same every few seconds, and while a write of the journal has failed, tries one. Until it is cancelled.
boost::asio::awaitable<void> keep_checking_storage(const config::current& settings, journal::journal& journal,
                                                   job::gate& disk, status& known);

}  // namespace familiar::app
