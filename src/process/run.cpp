#include "process/run.hpp"

#include "async/task_group.hpp"
#include "core/time.hpp"
#include "process/ending.hpp"
#include "process/launch.hpp"
#include "process/line_splitter.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/writable_pipe.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <csignal>
#include <exception>

namespace asio = boost::asio;

namespace familiar::process {

namespace {

/// How long output is waited for after the child's end: what it wrote itself is in the pipe by then, so this is for
/// descendants that are about to end, too.
constexpr std::chrono::milliseconds drain_time{250};

constexpr std::size_t chunk_size = std::size_t{1} << 16;

constexpr auto tuple_awaitable = asio::as_tuple(asio::use_awaitable);

/// Feeds `text` to the child; one that does not want it is no error.
asio::awaitable<void> write_input(descriptor to, std::string text) {
    asio::writable_pipe pipe(co_await asio::this_coro::executor, to.release());
    co_await asio::async_write(pipe, asio::buffer(text), tuple_awaitable);
}

/// What there is to read now, until the next call: one buffer does for all children, since each is handed on at once.
/// Of its own, every child had two of them to clear, and a hundred that are started together held 13 MB.
std::string_view read_now(asio::posix::stream_descriptor& from, boost::system::error_code& failure) {
    thread_local std::array<char, chunk_size> buffer;
    return {buffer.data(), from.read_some(asio::buffer(buffer), failure)};
}

/// Hands over everything until the last writer has closed its end.
asio::awaitable<void> read_output(descriptor from, chunk_sink sink) {
    asio::posix::stream_descriptor pipe(co_await asio::this_coro::executor, from.release());
    pipe.non_blocking(true);
    for (boost::system::error_code failure; !failure || failure == asio::error::would_block;) {
        const auto [unheard] = co_await pipe.async_wait(asio::posix::stream_descriptor::wait_read, tuple_awaitable);
        if (unheard) co_return;
        const auto chunk = read_now(pipe, failure);
        if (!chunk.empty()) sink(chunk);
    }
}

/// Keeps the beginning of a stream.
chunk_sink keep_head(std::string& kept, std::size_t most, bool& truncated) {
    return [&kept, most, &truncated](std::string_view chunk) {
        const std::size_t taken = std::min(chunk.size(), most - kept.size());
        kept.append(chunk.substr(0, taken));
        truncated = truncated || taken < chunk.size();
    };
}

/// Starts a child and sees it to its end. Runs as a coroutine thread of its own, whose cancellation is a request that
/// it reads: nothing in here is interrupted by it. `on_out` is empty for capturing.
asio::awaitable<core::result<output>> supervise(command what, limits within, chunk_sink on_out) {
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer wake(executor, asio::steady_timer::time_point::max());
    bool cancelled = false;
    co_await heed_cancellation(cancelled, wake);

    auto started = launch(what);
    if (!started) co_return started.error();

    output collected;
    bool ended = false;
    std::exception_ptr thrown;
    const auto on_failure = [&](std::exception_ptr failure) {
        thrown = std::move(failure);
        wake.cancel();
    };
    if (!on_out) on_out = keep_head(collected.out, within.max_output, collected.truncated);
    async::task_group end(executor, on_failure);
    async::task_group streams(executor, on_failure);
    end.spawn(await_end(std::move(started->ended), ended, wake));
    if (started->in) streams.spawn(write_input(std::move(started->in), std::move(what.input)));
    streams.spawn(read_output(std::move(started->out), std::move(on_out)));
    if (started->err) {
        auto keep = keep_head(collected.err, within.max_output, collected.truncated);
        streams.spawn(read_output(std::move(started->err), std::move(keep)));
    }

    if (within.deadline.count() > 0) wake.expires_after(within.deadline);
    bool late = false;
    while (!ended && !cancelled && !thrown && !late) {
        const auto [woken] = co_await wake.async_wait(tuple_awaitable);
        late = !woken && !ended;
    }
    if (!ended) co_await end_group(*started, ended, wake, within.grace);
    co_await end.join();

    // The child is a zombie until it is reaped, which keeps its number from becoming another group's.
    co_await streams.join_for(drain_time);
    signal_group(*started, SIGKILL);
    streams.cancel();
    co_await streams.join();
    const auto status = reap(*started);

    if (thrown) std::rethrow_exception(thrown);
    if (cancelled) throw boost::system::system_error(asio::error::operation_aborted);
    if (late)
        co_return core::fail(core::errc::timed_out, what.argv.front() + " took longer than " +
                                                        core::to_text(within.deadline) + " and was ended");
    if (!status) co_return status.error();
    collected.status = *status;
    co_return collected;
}

}  // namespace

asio::awaitable<core::result<output>> run(command what, limits within) {
    const auto executor = co_await asio::this_coro::executor;
    co_return co_await asio::co_spawn(executor, supervise(std::move(what), within, {}), asio::use_awaitable);
}

asio::awaitable<core::result<output>> stream_chunks(command what, limits within, chunk_sink on_chunk) {
    const auto executor = co_await asio::this_coro::executor;
    co_return co_await asio::co_spawn(executor, supervise(std::move(what), within, std::move(on_chunk)),
                                      asio::use_awaitable);
}

asio::awaitable<core::result<output>> stream(command what, limits within, line_sink on_line) {
    line_splitter lines(std::move(on_line), max_line);
    auto ended = co_await stream_chunks(std::move(what), within, [&](std::string_view chunk) { lines.feed(chunk); });
    lines.finish();
    co_return ended;
}

}  // namespace familiar::process
