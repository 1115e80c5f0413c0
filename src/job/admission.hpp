#pragma once

#include "async/signal.hpp"
#include "async/task_group.hpp"
#include "config/current.hpp"
#include "journal/journal.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <string>

namespace familiar::job {

/// From `received` to a place in the queue, or to the end of what may not run: completes what the event does not say
/// from what the journal knows, authorises it, and places it among the jobs of its merge request. Those of one merge
/// request are taken in the order in which they came, each when the one before is on disk. Join it (settle_for) before
/// it is destroyed; what it refers to outlives it.
class admission {
public:
    /// Told of every job that was placed, joined or refused, once that is on disk.
    using observer = std::function<void(const journal::placed&)>;

    admission(boost::asio::any_io_executor executor, const config::current& settings, journal::journal& journal,
              observer on_placed);

    /// A job that is durable as `received`. Returns at once.
    void admit(journal::job_record job);

    /// From now on a job that the journal does not take is left to the next start instead of being tried again.
    void drain();

    /// Suspends until every job that came has been dealt with, for at most `limit`; false if the journal has not
    /// answered by then.
    boost::asio::awaitable<bool> settle_for(std::chrono::milliseconds limit);

    std::size_t size() const noexcept { return waiting_; }

private:
    boost::asio::awaitable<void> work_off(std::string merge_request);
    boost::asio::awaitable<void> take_in(journal::job_record& job);
    boost::asio::awaitable<core::result<void>> try_to_take_in(journal::job_record& job);
    boost::asio::awaitable<core::result<void>> complete_from_journal(journal::job_record& job);

    const config::current& settings_;
    journal::journal& journal_;
    observer on_placed_;
    std::map<std::string, std::deque<journal::job_record>> lines_;  ///< by merge request
    std::size_t waiting_ = 0;
    bool draining_ = false;
    async::signal drained_;
    async::task_group tasks_;
};

}  // namespace familiar::job
