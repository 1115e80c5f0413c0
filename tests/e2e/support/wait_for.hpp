#pragma once

#include <chrono>
#include <concepts>
#include <stdexcept>
#include <string>
#include <thread>

namespace familiar::test {

/// Looks until `condition` holds. Throws, saying `what` was waited for, after `bound`: no working test comes near it.
template <std::predicate Condition>
void wait_for(const std::string& what, Condition condition, std::chrono::seconds bound = std::chrono::seconds(60),
              std::chrono::milliseconds pause = std::chrono::milliseconds(10)) {
    const auto give_up = std::chrono::steady_clock::now() + bound;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > give_up)
            throw std::runtime_error("waited " + std::to_string(bound.count()) + " s in vain until " + what);
        std::this_thread::sleep_for(pause);
    }
}

}  // namespace familiar::test
