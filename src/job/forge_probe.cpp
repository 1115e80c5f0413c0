#include "job/forge_probe.hpp"

#include "async/retry.hpp"
#include "job/retry_policy.hpp"

#include <chrono>
#include <optional>

namespace asio = boost::asio;

namespace familiar::job {

asio::awaitable<core::result<void>> forge_probe::look(event::provider forge) {
    auto& gate = gates_.of(forge);
    if (!gate.open()) co_return core::fail(core::errc::forge_unreachable, std::string(gate.name()) + " is away");
    const auto answered = co_await ask_(forge);
    if (!answered) gate.set(false, describe(answered.error()));
    co_return answered;
}

asio::awaitable<void> forge_probe::keep_looking(event::provider forge) {
    for (;;) {
        co_await gates_.of(forge).wait_until_closed();
        co_await look_until_open(forge);
    }
}

asio::awaitable<void> forge_probe::look_until_open(event::provider forge) {
    std::optional<std::chrono::milliseconds> told;
    for (std::size_t tries = 0; !gates_.of(forge).open(); ++tries) {
        const auto random = async::real_environment().random();
        co_await async::sleep_for(async::backoff(policy_of(settings_->retry), tries, random, told));
        const auto answered = co_await ask_(forge);
        if (answered) gates_.of(forge).set(true);
        told = answered ? std::nullopt : answered.error().retry_after;
    }
}

}  // namespace familiar::job
