#include "async/race.hpp"
#include "async/sleep.hpp"
#include "async/timeout.hpp"
#include "async/until.hpp"
#include "support/run_coroutine.hpp"

#include <boost/asio/post.hpp>

#include <benchmark/benchmark.h>

using namespace familiar;
namespace asio = boost::asio;

/// What a deadline, or another end, costs whoever keeps it, next to the same operation without one.
namespace {

constexpr std::chrono::minutes far_away{1};

asio::awaitable<int> at_once() {
    co_return 1;
}

asio::awaitable<int> after_a_turn() {
    co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    co_return 1;
}

using operation = asio::awaitable<int> (*)();

asio::awaitable<void> plainly(benchmark::State& state, operation what) {
    for (auto _ : state) {
        auto value = co_await what();
        benchmark::DoNotOptimize(value);
    }
}

asio::awaitable<void> with_deadline(benchmark::State& state, operation what) {
    for (auto _ : state) {
        auto value = co_await async::with_timeout(what(), far_away);
        benchmark::DoNotOptimize(value);
    }
}

/// The deadline comes first, and the operation is cancelled.
asio::awaitable<void> past_deadline(benchmark::State& state) {
    for (auto _ : state) {
        const auto late = co_await async::with_timeout(async::sleep_for(far_away), std::chrono::seconds(0));
        if (late) state.SkipWithError("it should be late");
    }
}

/// The loser of a race, or what is not waited for any more, is cancelled: by an exception or without one.
asio::awaitable<void> against_a_signal(benchmark::State& state) {
    async::signal never(co_await asio::this_coro::executor);
    for (auto _ : state) co_await async::race(async::sleep_for(std::chrono::seconds(0)), never.wait());
}

asio::awaitable<void> until_a_signal(benchmark::State& state) {
    async::signal never(co_await asio::this_coro::executor);
    for (auto _ : state) co_await async::until(never, async::sleep_for(std::chrono::seconds(0)));
}

void await_at_once(benchmark::State& state) {
    test::run_coroutine(plainly(state, &at_once));
}

void await_a_turn(benchmark::State& state) {
    test::run_coroutine(plainly(state, &after_a_turn));
}

void with_timeout_at_once(benchmark::State& state) {
    test::run_coroutine(with_deadline(state, &at_once));
}

void with_timeout_a_turn(benchmark::State& state) {
    test::run_coroutine(with_deadline(state, &after_a_turn));
}

void with_timeout_that_passes(benchmark::State& state) {
    test::run_coroutine(past_deadline(state));
}

void race_with_signal(benchmark::State& state) {
    test::run_coroutine(against_a_signal(state));
}

void until_signal(benchmark::State& state) {
    test::run_coroutine(until_a_signal(state));
}

BENCHMARK(await_at_once);
BENCHMARK(await_a_turn);
BENCHMARK(with_timeout_at_once);
BENCHMARK(with_timeout_a_turn);
BENCHMARK(with_timeout_that_passes);
BENCHMARK(race_with_signal);
BENCHMARK(until_signal);

}  // namespace
