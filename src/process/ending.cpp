#include "process/ending.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <csignal>
#include <poll.h>

namespace asio = boost::asio;

namespace familiar::process {

namespace {

constexpr auto tuple_awaitable = asio::as_tuple(asio::use_awaitable);

/// A pidfd can be read once its process has ended.
bool has_ended(int pidfd) {
    pollfd asked{.fd = pidfd, .events = POLLIN, .revents = 0};
    return ::poll(&asked, 1, 0) > 0;
}

}  // namespace

/// Asks the kernel after each wait: asio's reactor uses its records of descriptors again, and a wait can be woken by
/// what was still on its way to the descriptor that had the record before.
asio::awaitable<void> await_end(descriptor pidfd, bool& ended, asio::steady_timer& wake) {
    asio::posix::stream_descriptor watched(co_await asio::this_coro::executor, pidfd.release());
    while (!has_ended(watched.native_handle()))
        co_await watched.async_wait(asio::posix::descriptor_base::wait_read, tuple_awaitable);
    ended = true;
    wake.cancel();
}

asio::awaitable<void> end_group(const child& which, const bool& ended, asio::steady_timer& wake,
                                std::chrono::milliseconds grace) {
    signal_group(which, SIGTERM);
    wake.expires_after(grace);
    for (bool patient = true; !ended && patient;) {
        const auto [woken] = co_await wake.async_wait(tuple_awaitable);
        patient = static_cast<bool>(woken);
    }
    if (!ended) signal_group(which, SIGKILL);
}

asio::awaitable<void> heed_cancellation(bool& cancelled, asio::steady_timer& wake) {
    const auto before = co_await asio::this_coro::cancellation_state;
    cancelled = before.cancelled() != asio::cancellation_type::none;
    co_await asio::this_coro::reset_cancellation_state([&cancelled, &wake](asio::cancellation_type type) {
        if (type != asio::cancellation_type::none) {
            cancelled = true;
            wake.cancel();
        }
        return asio::cancellation_type::none;
    });
    if (cancelled) throw boost::system::system_error(asio::error::operation_aborted);
}

}  // namespace familiar::process
