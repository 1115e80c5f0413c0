#pragma once

#include "app/log_route.hpp"
#include "app/status.hpp"
#include "config/current.hpp"
#include "http/router.hpp"
#include "job/intake.hpp"
#include "observe/metrics.hpp"

namespace familiar::app {

/// Who may reach what: webhooks and health are for everybody; everything else is too, unless `server.admin_port` gives
/// operators a listener of their own.
struct route_tables {
    http::router everybody;
    http::router operators;
};

/// The server's routes. What is referred to outlives them.
route_tables routes(const config::current& settings, job::intake& intake, job::dispatcher& jobs, log_sources logs,
                    observe::metrics& metrics, status& known);

}  // namespace familiar::app
