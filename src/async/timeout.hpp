#pragma once

#include "core/error.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

namespace familiar::async {

namespace detail {

template <class T>
struct is_result : std::false_type {};
template <class T>
struct is_result<core::result<T>> : std::true_type {};

/// `result<T>` stays what it is, every other T becomes `result<T>`.
template <class T>
using result_of = std::conditional_t<is_result<T>::value, T, core::result<T>>;

/// A spawned coroutine that is cancelled and ends without having suspended since would throw past its completion
/// handler (fixed in Boost 1.82's successors). Reading the state with throwing switched off lets it end like any other.
template <class T>
boost::asio::awaitable<void> root(boost::asio::awaitable<T> operation, std::optional<result_of<T>>& out) {
    std::exception_ptr thrown;
    try {
        if constexpr (std::is_void_v<T>) {
            co_await std::move(operation);
            out.emplace();
        } else {
            out.emplace(co_await std::move(operation));
        }
    } catch (...) {
        thrown = std::current_exception();
    }
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    if (thrown) std::rethrow_exception(thrown);
}

[[noreturn]] inline void throw_aborted() {
    throw boost::system::system_error(boost::asio::error::operation_aborted);
}

}  // namespace detail

/// Awaits `operation` for at most `limit`.
///
/// Returns what it returned (a `result` is handed on, anything else is wrapped in one); errc::timed_out once the limit
/// has passed; throws what it threw. When the caller is cancelled, operation_aborted is thrown, never errc::timed_out.
///
/// Structured: the operation has always ended when this returns. One that ignores cancellation therefore delays the
/// return past the limit, and what it then returns is dropped in favour of errc::timed_out.
template <class T>
boost::asio::awaitable<detail::result_of<T>> with_timeout(boost::asio::awaitable<T> operation,
                                                          std::chrono::steady_clock::duration limit) {
    namespace asio = boost::asio;
    const auto executor = co_await asio::this_coro::executor;
    std::optional<detail::result_of<T>> out;
    asio::steady_timer timer(executor, limit);

    // The group is cancelled with its caller; the state is read before the next await could throw for it.
    auto [order, thrown, timer_ended] =
        co_await asio::experimental::make_parallel_group(
            asio::co_spawn(executor, detail::root(std::move(operation), out), asio::deferred),
            timer.async_wait(asio::deferred))
            .async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);

    const bool timer_first = order[0] == 1 && !timer_ended;
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none && (thrown || timer_first)) detail::throw_aborted();
    if (timer_first) co_return core::fail(core::errc::timed_out, {});
    if (thrown) std::rethrow_exception(thrown);
    co_return std::move(*out);
}

}  // namespace familiar::async
