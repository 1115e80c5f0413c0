#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>

namespace familiar::async {

/// Wakes coroutines that wait for something to have changed; what, they look up themselves, in a loop. One executor,
/// one thread.
class signal {
public:
    explicit signal(const boost::asio::any_io_executor& executor);

    /// Wakes everybody who waits now.
    void notify();

    /// The next notify() as an operation beside others, to be started with them; an error code ends it in any case.
    auto notified() { return timer_.async_wait(boost::asio::deferred); }

    /// Suspends until the next notify(). Throws operation_aborted when cancelled.
    boost::asio::awaitable<void> wait();

    /// The same, but until `when` at most.
    boost::asio::awaitable<void> wait_until(std::chrono::steady_clock::time_point when);

private:
    boost::asio::steady_timer timer_;  ///< never expires; cancelled to wake
};

}  // namespace familiar::async
