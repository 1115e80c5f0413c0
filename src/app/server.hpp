#pragma once

#include "app/reload.hpp"
#include "config/settings.hpp"

#include <boost/asio/awaitable.hpp>

namespace familiar::app {

/// The server from its start to its end; returns the exit code. Everything that lives as long as the server does is
/// built here, in the order in which it depends on each other, so that leaving the function takes it down in the
/// opposite order. Signals are held (hold_signals) when it is called. `read_again`: where a SIGHUP finds the next
/// configuration.
boost::asio::awaitable<int> run_server(config::settings first, configuration_reader read_again);

}  // namespace familiar::app
