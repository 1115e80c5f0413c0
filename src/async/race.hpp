#pragma once

#include "async/timeout.hpp"

#include <cstddef>

namespace familiar::async {

/// Awaits two operations until one of them ends; the other is cancelled and awaited too. Returns which was first, 0
/// or 1. Throws what the first one threw, and operation_aborted when the caller is cancelled.
inline boost::asio::awaitable<std::size_t> race(boost::asio::awaitable<void> one, boost::asio::awaitable<void> other) {
    namespace asio = boost::asio;
    const auto executor = co_await asio::this_coro::executor;
    std::optional<core::result<void>> one_out;
    std::optional<core::result<void>> other_out;
    auto [order, one_thrown, other_thrown] =
        co_await asio::experimental::make_parallel_group(
            asio::co_spawn(executor, detail::root(std::move(one), one_out), asio::deferred),
            asio::co_spawn(executor, detail::root(std::move(other), other_out), asio::deferred))
            .async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) detail::throw_aborted();
    const auto thrown = order[0] == 0 ? one_thrown : other_thrown;
    if (thrown) std::rethrow_exception(thrown);
    co_return order[0];
}

}  // namespace familiar::async
