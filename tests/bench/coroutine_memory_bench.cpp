#include "allocated.hpp"
#include "async/sleep.hpp"
#include "async/task_group.hpp"
#include "async/timeout.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <benchmark/benchmark.h>

using namespace familiar;
namespace asio = boost::asio;

/// What a hundred thousand coroutines hold while they wait, each.
namespace {

constexpr std::int64_t waiting = 100'000;
constexpr std::chrono::hours long_time{1};

asio::awaitable<void> asleep() {
    return async::sleep_for(long_time);
}

asio::awaitable<void> asleep_within_a_limit() {
    co_await async::with_timeout(async::sleep_for(long_time), 2 * long_time);
}

void ignore(std::exception_ptr) {}

/// `spawn` starts one on a context. None of them ever wakes: they go with the context.
void memory(benchmark::State& state, const std::function<void(asio::io_context&)>& spawn) {
    std::size_t taken = 0;
    for (auto _ : state) {
        asio::io_context context(1);
        const auto before = bench::allocated();
        for (std::int64_t i = 0; i < waiting; ++i) spawn(context);
        context.poll();
        taken = bench::allocated() - before;
    }
    state.counters["bytes each"] = static_cast<double>(taken) / static_cast<double>(waiting);
}

void memory_of_sleeping(benchmark::State& state) {
    memory(state, [](asio::io_context& context) { asio::co_spawn(context, asleep(), asio::detached); });
}

void memory_of_with_timeout(benchmark::State& state) {
    memory(state, [](asio::io_context& context) { asio::co_spawn(context, asleep_within_a_limit(), asio::detached); });
}

/// As everything that is spawned in the server.
void memory_of_tasks(benchmark::State& state) {
    std::size_t taken = 0;
    for (auto _ : state) {
        asio::io_context context(1);
        async::task_group group(context.get_executor(), &ignore);
        const auto before = bench::allocated();
        for (std::int64_t i = 0; i < waiting; ++i) group.spawn(asleep());
        context.poll();
        taken = bench::allocated() - before;
        group.cancel();
        context.run();
    }
    state.counters["bytes each"] = static_cast<double>(taken) / static_cast<double>(waiting);
}

BENCHMARK(memory_of_sleeping)->Iterations(1)->Repetitions(1)->Unit(benchmark::kMillisecond);
BENCHMARK(memory_of_with_timeout)->Iterations(1)->Repetitions(1)->Unit(benchmark::kMillisecond);
BENCHMARK(memory_of_tasks)->Iterations(1)->Repetitions(1)->Unit(benchmark::kMillisecond);

}  // namespace
