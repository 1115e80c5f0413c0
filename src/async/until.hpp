#pragma once

#include "async/signal.hpp"
#include "async/timeout.hpp"

#include <optional>

namespace familiar::async {

/// Awaits `operation` until `stop` is notified, which cancels it. Returns what it returned (a `result` is handed on,
/// anything else is wrapped in one), or nothing if `stop` came first. Throws what it threw, and operation_aborted when
/// the caller is cancelled.
///
/// Structured: the operation has always ended when this returns, and what it returns after `stop` is dropped. A race()
/// with stop.wait() comes to the same, but its loser ends by exceptions, which is most of the 18 us that it takes.
template <class T>
boost::asio::awaitable<std::optional<detail::result_of<T>>> until(signal& stop, boost::asio::awaitable<T> operation) {
    namespace asio = boost::asio;
    const auto executor = co_await asio::this_coro::executor;
    std::optional<detail::result_of<T>> out;
    auto [order, woken, thrown] =
        co_await asio::experimental::make_parallel_group(
            stop.notified(), asio::co_spawn(executor, detail::root(std::move(operation), out), asio::deferred))
            .async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);

    const auto state = co_await asio::this_coro::cancellation_state;
    const bool cancelled = state.cancelled() != asio::cancellation_type::none;
    if (cancelled && thrown) detail::throw_aborted();
    if (!cancelled && order[0] == 0) co_return std::nullopt;
    if (thrown) std::rethrow_exception(thrown);
    co_return std::move(out);
}

}  // namespace familiar::async
