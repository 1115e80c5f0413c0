#include "process/pull.hpp"

#include "async/task_group.hpp"
#include "process/ending.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/readable_pipe.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <csignal>
#include <exception>
#include <vector>

namespace asio = boost::asio;

namespace familiar::process {

namespace {

constexpr std::size_t chunk_size = std::size_t{1} << 16;

constexpr auto tuple_awaitable = asio::as_tuple(asio::use_awaitable);

/// How far the reading of a child has come.
enum class reading { goes_on, reached_the_end, unwanted };

asio::awaitable<void> read_at_pace(descriptor from, chunk_taker take, reading& how, asio::steady_timer& wake) {
    asio::readable_pipe pipe(co_await asio::this_coro::executor, from.release());
    std::vector<char> buffer(chunk_size);
    while (how == reading::goes_on) {
        const auto [failure, size] = co_await pipe.async_read_some(asio::buffer(buffer), tuple_awaitable);
        if (size != 0) {
            const bool more = co_await take(std::string(buffer.data(), size));
            if (!more) how = reading::unwanted;
        }
        if (failure && how == reading::goes_on) how = reading::reached_the_end;
    }
    wake.cancel();
}

/// Runs as a coroutine thread of its own, whose cancellation is a request that it reads: nothing in here is interrupted
/// by it.
asio::awaitable<core::result<exit_status>> supervise(command what, std::chrono::milliseconds grace, chunk_taker take) {
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer wake(executor, asio::steady_timer::time_point::max());
    bool cancelled = false;
    co_await heed_cancellation(cancelled, wake);

    auto started = launch(what);
    if (!started) co_return started.error();

    bool ended = false;
    auto how = reading::goes_on;
    std::exception_ptr thrown;
    const auto on_failure = [&](std::exception_ptr failure) {
        thrown = std::move(failure);
        wake.cancel();
    };
    async::task_group end(executor, on_failure);
    async::task_group reader(executor, on_failure);
    end.spawn(await_end(std::move(started->ended), ended, wake));
    reader.spawn(read_at_pace(std::move(started->out), std::move(take), how, wake));

    while (how == reading::goes_on && !cancelled && !thrown) {
        co_await wake.async_wait(tuple_awaitable);
        // A descendant that holds the pipe open keeps nobody waiting; what is in the pipe stays readable.
        if (ended) signal_group(*started, SIGKILL);
    }
    if (how == reading::reached_the_end && !ended) {
        // It has closed its output and is about to end by itself.
        wake.expires_after(grace);
        for (bool patient = true; !ended && patient && !cancelled;) {
            const auto [woken] = co_await wake.async_wait(tuple_awaitable);
            patient = static_cast<bool>(woken);
        }
    }
    if (!ended) co_await end_group(*started, ended, wake, grace);
    co_await end.join();
    signal_group(*started, SIGKILL);
    reader.cancel();
    co_await reader.join();
    const auto status = reap(*started);

    if (thrown) std::rethrow_exception(thrown);
    if (cancelled) throw boost::system::system_error(asio::error::operation_aborted);
    co_return status;
}

}  // namespace

asio::awaitable<core::result<exit_status>> pull(command what, std::chrono::milliseconds grace, chunk_taker take) {
    what.error_to_out = true;
    const auto executor = co_await asio::this_coro::executor;
    co_return co_await asio::co_spawn(executor, supervise(std::move(what), grace, std::move(take)),
                                      asio::use_awaitable);
}

}  // namespace familiar::process
