#pragma once

#include "config/current.hpp"
#include "git/cache.hpp"
#include "journal/journal.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

namespace familiar::app {

/// What the upkeep works on; all of it outlives keep_house().
struct upkeep_parts {
    const config::current& settings;
    journal::journal& journal;
    git::cache& repositories;
    boost::asio::thread_pool& pool;  ///< reads and deletes logs
};

/// Removes what has been kept long enough: jobs and deliveries (storage.retention), agent logs (logging.retention_days)
/// and mirrors (repo_cache.unused_for); for a value of 0 nothing. Mirrors that stay are packed where git thinks that
/// they need it. What fails is logged and tried again the next time.
boost::asio::awaitable<void> clean_up(upkeep_parts with);

/// clean_up() at once and every 24 hours, until it is cancelled.
boost::asio::awaitable<void> keep_house(upkeep_parts with);

}  // namespace familiar::app
