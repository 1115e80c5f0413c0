#pragma once

#include "app/service_manager.hpp"
#include "app/signal_mask.hpp"
#include "app/status.hpp"
#include "config/current.hpp"
#include "config/load.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/thread_pool.hpp>

#include <functional>

namespace familiar::app {

/// Reads the configuration that the server was started with once more: the same search, the same files, the same
/// environment. Blocks; called on any thread.
using configuration_reader = std::function<config::load_result()>;

/// SIGHUP. One that comes while nobody waits is not lost.
class hangups {
public:
    explicit hangups(const boost::asio::any_io_executor& executor);

    /// Suspends until the next one. Throws operation_aborted when cancelled.
    boost::asio::awaitable<void> next();

private:
    boost::asio::signal_set signals_;
    signals_let_through open_;
};

/// What a reload works on; all of it outlives the task.
struct reload_parts {
    config::current& settings;
    hangups& requests;
    configuration_reader read;
    boost::asio::thread_pool& pool;  ///< reads the files
    const status& known;
    service_manager& manager;
    std::function<void()> on_change;  ///< for those who hold a copy, once another configuration is in force
};

/// For each SIGHUP, in order and one after the other: reads the configuration, and puts it in force as far as it can
/// change while the server runs (config::reloaded); the log says which keys changed and which need a restart. A wrong
/// configuration changes nothing, and neither does a signal while the server drains. Until it is cancelled.
boost::asio::awaitable<void> keep_reloading(reload_parts with);

}  // namespace familiar::app
