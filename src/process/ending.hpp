#pragma once

#include "process/launch.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>

/// How a child is seen to its end, by whoever reads its output.
namespace familiar::process {

/// Suspends until the child behind the pidfd has ended, says so in `ended`, and wakes who waits for `wake`.
boost::asio::awaitable<void> await_end(descriptor pidfd, bool& ended, boost::asio::steady_timer& wake);

/// TERM to the child's process group, and KILL unless it has `ended` within `grace`. `wake` is woken by its end, and
/// may be by other things.
boost::asio::awaitable<void> end_group(const child& which, const bool& ended, boost::asio::steady_timer& wake,
                                       std::chrono::milliseconds grace);

/// Makes the cancellation of the calling coroutine thread a request that it reads: nothing is interrupted by it,
/// `cancelled` becomes true, and `wake` wakes. Both outlive the thread. Throws operation_aborted if it has been
/// cancelled already.
boost::asio::awaitable<void> heed_cancellation(bool& cancelled, boost::asio::steady_timer& wake);

}  // namespace familiar::process
