#pragma once

#include "agent/agent.hpp"
#include "http/message.hpp"
#include "journal/journal.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

namespace familiar::app {

/// What logs are read with; it outlives the answers.
struct log_sources {
    journal::journal& journal;
    agent::agents& agents;
    boost::asio::thread_pool& pool;  ///< reads kept logs
};

/// The log of a job as text: the kept file, or what a running agent has printed so far. 404 where there is none.
boost::asio::awaitable<http::response> log_as_text(log_sources from, journal::job_record job);

/// The log as server-sent events: one `data` for each line, as they come, a comment where nothing does for 15 s, and in
/// the end `event: end` with the state that the job has ended in. `event: error` says why there will be no more without
/// that. 404 where there is none. The container's output is followed while the answer is being read, and no longer.
boost::asio::awaitable<http::response> log_as_events(log_sources from, journal::job_record job);

}  // namespace familiar::app
