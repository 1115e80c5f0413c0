#pragma once

#include "async/sleep.hpp"
#include "core/error.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <utility>

namespace familiar::async {

/// How often and how patiently something is tried again.
struct retry_policy {
    std::size_t max_retries = 3;  ///< tries after the first one
    std::chrono::milliseconds initial_backoff{1000};
    std::chrono::milliseconds max_backoff{30000};

    /// The longest wait that the other side may ask for and that is spent here, with whatever the caller holds
    /// meanwhile. Empty: max_backoff. A failure that asks for more ends the retries at once.
    std::optional<std::chrono::milliseconds> patience{};
};

/// The parts of the world that a retry touches, so that tests can supply their own.
struct retry_environment {
    std::function<boost::asio::awaitable<void>(std::chrono::milliseconds)> sleep;
    std::function<double()> random;  ///< uniform in [0, 1)
};

/// Real time, and a random generator of the process's own.
const retry_environment& real_environment();

/// The wait before retry number `retry` (0 for the first): exponential with full jitter, that is uniform between 0 and
/// min(max_backoff, initial_backoff * 2^retry) (source: AWS Architecture Blog, "Exponential Backoff And Jitter"). A
/// wait that the other side asked for is never undercut: it is the least, and the jitter comes on top.
std::chrono::milliseconds backoff(const retry_policy& policy, std::size_t retry, double random,
                                  std::optional<std::chrono::milliseconds> asked_for = {});

/// Told before each wait: the failure, the number of the coming retry (from 1), and the wait.
using retry_observer = std::function<void(const core::error&, std::size_t, std::chrono::milliseconds)>;

/// True if the failure asks for a longer wait than the policy's patience.
bool asks_too_much(const retry_policy& policy, const core::error& failure) noexcept;

/// Awaits `make_attempt()`, a fresh `awaitable<core::result<T>>` each time, until it succeeds, fails with what
/// `core::is_transient` does not call transient, or the retries are used up; the last failure is returned then. So is
/// one that asks for a wait beyond the policy's patience, with its retry_after: whoever can let go of what he holds
/// comes back at that time. Exceptions, a cancellation among them, are never retried and leave at once, also out of a
/// wait.
template <class MakeAttempt>
auto retry(retry_policy policy, MakeAttempt make_attempt, retry_observer on_retry = {},
           retry_environment environment = real_environment()) -> decltype(make_attempt()) {
    for (std::size_t retries = 0;; ++retries) {
        auto outcome = co_await make_attempt();
        if (outcome.has_value() || !core::is_transient(outcome.error()) || retries == policy.max_retries ||
            asks_too_much(policy, outcome.error()))
            co_return std::move(outcome);
        const auto wait = backoff(policy, retries, environment.random(), outcome.error().retry_after);
        if (on_retry) on_retry(outcome.error(), retries + 1, wait);
        co_await environment.sleep(wait);
    }
}

}  // namespace familiar::async
