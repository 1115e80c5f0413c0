#include "async/sleep.hpp"
#include "async/task_group.hpp"
#include "support/run_coroutine.hpp"

#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

#include <benchmark/benchmark.h>

using namespace familiar;
namespace asio = boost::asio;

/// A thousand tasks that begin and end together, owned by a group and, next to it, by nobody.
namespace {

constexpr std::int64_t tasks = 1'000;

asio::awaitable<void> end_at_once() {
    co_return;
}

asio::awaitable<void> sleep_long() {
    return async::sleep_for(std::chrono::minutes(10));
}

void ignore(std::exception_ptr) {}

asio::awaitable<void> spawn_and_join(benchmark::State& state) {
    while (state.KeepRunningBatch(tasks)) {
        async::task_group group(co_await asio::this_coro::executor, &ignore);
        for (std::int64_t i = 0; i < tasks; ++i) group.spawn(end_at_once());
        co_await group.join();
    }
}

/// They wait for something when their group is cancelled, as agents do at the end of a drain.
asio::awaitable<void> cancel_and_join(benchmark::State& state) {
    while (state.KeepRunningBatch(tasks)) {
        async::task_group group(co_await asio::this_coro::executor, &ignore);
        state.PauseTiming();
        for (std::int64_t i = 0; i < tasks; ++i) group.spawn(sleep_long());
        co_await async::sleep_for(std::chrono::milliseconds(1));
        state.ResumeTiming();
        group.cancel();
        co_await group.join();
    }
}

void task_group_spawn_and_join(benchmark::State& state) {
    test::run_coroutine(spawn_and_join(state));
}

void task_group_cancel_and_join(benchmark::State& state) {
    test::run_coroutine(cancel_and_join(state));
}

void bare_co_spawn(benchmark::State& state) {
    asio::io_context context(1);
    while (state.KeepRunningBatch(tasks)) {
        for (std::int64_t i = 0; i < tasks; ++i) asio::co_spawn(context, end_at_once(), asio::detached);
        context.run();
        context.restart();
    }
}

BENCHMARK(bare_co_spawn);
BENCHMARK(task_group_spawn_and_join);
BENCHMARK(task_group_cancel_and_join);

}  // namespace
