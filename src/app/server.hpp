#pragma once

#include "config/settings.hpp"

#include <boost/asio/awaitable.hpp>

namespace familiar::app {

/// The server from its start to its end; returns the exit code. Everything that lives as long as the server does is
/// built here, in the order in which it depends on each other, so that leaving the function takes it down in the
/// opposite order.
boost::asio::awaitable<int> run_server(config::settings settings);

}  // namespace familiar::app
