#include "async/signal.hpp"

#include "async/timeout.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace asio = boost::asio;

namespace familiar::async {

signal::signal(const asio::any_io_executor& executor) : timer_(executor, asio::steady_timer::time_point::max()) {}

void signal::notify() {
    timer_.cancel();
}

asio::awaitable<void> signal::wait() {
    boost::system::error_code woken;
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) detail::throw_aborted();
}

asio::awaitable<void> signal::wait_until(std::chrono::steady_clock::time_point when) {
    co_await with_timeout(wait(), when - std::chrono::steady_clock::now());
}

}  // namespace familiar::async
