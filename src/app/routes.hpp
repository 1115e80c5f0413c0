#pragma once

#include "app/status.hpp"
#include "config/settings.hpp"
#include "http/router.hpp"
#include "job/intake.hpp"
#include "observe/metrics.hpp"

namespace familiar::app {

/// The server's routes. What is referred to outlives them.
http::router routes(const config::settings& settings, job::intake& intake, const job::dispatcher& jobs,
                    observe::metrics& metrics, status& known);

}  // namespace familiar::app
