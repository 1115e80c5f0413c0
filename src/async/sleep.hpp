#pragma once

#include <boost/asio/awaitable.hpp>

#include <chrono>

namespace familiar::async {

/// Suspends for `duration`; at once if it is not positive. Throws operation_aborted when cancelled.
boost::asio::awaitable<void> sleep_for(std::chrono::steady_clock::duration duration);

}  // namespace familiar::async
