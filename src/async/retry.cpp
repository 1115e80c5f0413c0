#include "async/retry.hpp"

#include <algorithm>
#include <random>

namespace familiar::async {

const retry_environment& real_environment() {
    static std::mt19937_64 generator{std::random_device{}()};
    static const retry_environment environment{
        [](std::chrono::milliseconds duration) { return sleep_for(duration); },
        [] { return std::uniform_real_distribution<double>(0.0, 1.0)(generator); }};
    return environment;
}

std::chrono::milliseconds backoff(const retry_policy& policy, std::size_t retry, double random,
                                  std::optional<std::chrono::milliseconds> asked_for) {
    auto ceiling = std::min(policy.initial_backoff, policy.max_backoff);
    for (std::size_t doubled = 0; doubled < retry && ceiling < policy.max_backoff; ++doubled)
        ceiling = std::min(ceiling * 2, policy.max_backoff);
    const std::chrono::milliseconds jitter(
        static_cast<std::chrono::milliseconds::rep>(static_cast<double>(ceiling.count()) * random));
    return asked_for.value_or(std::chrono::milliseconds(0)) + jitter;
}

bool asks_too_much(const retry_policy& policy, const core::error& failure) noexcept {
    return failure.retry_after.value_or(std::chrono::milliseconds(0)) > policy.patience.value_or(policy.max_backoff);
}

}  // namespace familiar::async
