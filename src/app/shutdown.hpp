#pragma once

#include "app/listeners.hpp"
#include "app/service_manager.hpp"
#include "app/status.hpp"
#include "app/termination.hpp"
#include "async/task_group.hpp"
#include "config/current.hpp"
#include "http/client.hpp"
#include "job/dispatcher.hpp"
#include "job/feedback.hpp"
#include "journal/journal.hpp"
#include "observe/metrics.hpp"

#include <boost/asio/awaitable.hpp>

namespace familiar::app {

struct shutdown_parts {
    const config::current& settings;
    termination& signals;
    status& known;
    observe::metrics& metrics;
    job::dispatcher& jobs;
    job::feedback& tell;
    listeners& http;
    http::client& web;
    async::task_group& background;
    journal::journal& journal;
    service_manager& manager;
};

/// Waits until the server is told to end, and then takes it down in three stages: drain, stop, close. Returns the exit
/// code: 0, also when agents had to be stopped. Does not return, but ends the process with 1, if clean-up hangs or a
/// third signal comes.
boost::asio::awaitable<int> shut_down(shutdown_parts with);

}  // namespace familiar::app
