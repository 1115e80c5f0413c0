#pragma once

#include "app/log_route.hpp"
#include "app/status.hpp"
#include "config/current.hpp"
#include "http/router.hpp"
#include "job/dispatcher.hpp"

namespace familiar::app {

/// What the API shows and acts on; all of it outlives the routes.
struct api_parts {
    const config::current& settings;  ///< `server.api_token` among them
    job::dispatcher& jobs;
    status& known;
    log_sources logs;
};

/// Adds /api/jobs and what is below it. Every request needs the token as a bearer token; as long as none is configured
/// the answer is 404, as if there were no such routes.
void add_api_routes(http::router& operators, api_parts with);

}  // namespace familiar::app
