#pragma once

#include "async/sleep.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <stdexcept>

namespace familiar::test {

/// Suspends until `condition` holds; throws after half a minute, which no working test needs.
inline boost::asio::awaitable<void> wait_until(std::function<bool()> condition) {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > give_up) throw std::runtime_error("waited in vain");
        co_await async::sleep_for(std::chrono::milliseconds(5));
    }
}

}  // namespace familiar::test
