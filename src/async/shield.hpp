#pragma once

#include "async/timeout.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <utility>

namespace familiar::async {

/// Awaits `operation` to its end even if the caller is or becomes cancelled, for at most `limit` (after which the
/// operation is cancelled and errc::timed_out returned). This is how clean-up is awaited: a container is stopped and a
/// workspace removed although the job was cancelled, and yet nothing waits for ever. Throws only what the operation
/// throws.
///
/// The caller's own cancellation is neither lost nor thrown here: it is seen at the caller's next await, as ever.
///
/// Asio throws at the first `co_await` after a cancellation, and that includes the one of a clean-up. A coroutine that
/// cleans up after having been cancelled therefore says first
///
///     co_await boost::asio::this_coro::throw_if_cancelled(false);
template <class T>
boost::asio::awaitable<detail::result_of<T>> shielded(boost::asio::awaitable<T> operation,
                                                      std::chrono::steady_clock::duration limit) {
    namespace asio = boost::asio;
    const auto executor = co_await asio::this_coro::executor;
    const bool throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);

    // The operation runs beside the caller, out of reach of its cancellation; the caller waits for it and nothing else.
    std::optional<detail::result_of<T>> out;
    std::exception_ptr thrown;
    bool ended = false;
    asio::steady_timer end(executor, asio::steady_timer::time_point::max());
    asio::co_spawn(executor, detail::root(with_timeout(std::move(operation), limit), out), [&](std::exception_ptr why) {
        thrown = why;
        ended = true;
        end.cancel();
    });
    while (!ended) {  // NOLINT(bugprone-infinite-loop): the handler above ends it
        boost::system::error_code woken;
        co_await end.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }

    co_await asio::this_coro::throw_if_cancelled(throws);
    if (thrown) std::rethrow_exception(thrown);
    co_return std::move(*out);
}

}  // namespace familiar::async
