#pragma once

#include "app/kept_log.hpp"
#include "app/log_route.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>

namespace familiar::app {

/// Writes the events of log_as_events(), of `file` if there is one, else of the job's container, until the job has
/// ended or nobody reads any more.
boost::asio::awaitable<void> send_log_events(log_sources from, journal::job_record job, std::shared_ptr<kept_log> file,
                                             http::body_writer& out);

}  // namespace familiar::app
