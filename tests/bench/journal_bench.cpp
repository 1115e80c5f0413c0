#include "latency.hpp"
#include "support/run_coroutine.hpp"
#include "waiting_jobs.hpp"

#include <benchmark/benchmark.h>

using namespace familiar;

namespace {

std::size_t waiting_of(const benchmark::State& state) {
    return static_cast<std::size_t>(state.range(0));
}

void fill(boost::asio::io_context& context, journal::journal& from, job::queue& queue) {
    for (const auto& entry : test::run_coroutine(context, from.queue()).value()) queue.add(bench::waiting_job(entry));
}

/// From the database's file to a queue that can give out the first job.
void start_up(benchmark::State& state) {
    const auto path = bench::database_with(waiting_of(state));
    for (auto _ : state) {
        boost::asio::io_context context(1);
        const auto journal = journal::journal::open({.path = path}).value();
        job::queue queue;
        fill(context, *journal, queue);
        if (queue.size() != waiting_of(state)) state.SkipWithError("jobs are missing");
        state.PauseTiming();
        journal->close();
        state.ResumeTiming();
    }
    using benchmark::Counter;
    state.counters["per job"] =
        Counter(static_cast<double>(state.range(0)), Counter::kIsIterationInvariantRate | Counter::kInvert);
}

/// The next job is taken and read whole, as a launch does.
void pick(benchmark::State& state) {
    boost::asio::io_context context(1);
    const auto journal = journal::journal::open({.path = bench::database_with(waiting_of(state))}).value();
    job::queue queue;
    fill(context, *journal, queue);
    const auto now = core::now();
    for (auto _ : state) {
        auto next = queue.take(now).value();
        const auto whole = test::run_coroutine(context, journal->find(next.id)).value();
        if (!whole || whole->id != next.id) state.SkipWithError("the job is not on disk");
        state.PauseTiming();
        queue.release(next.repository, next.merge_request);
        queue.add(std::move(next));
        state.ResumeTiming();
    }
}

/// A webhook comes in, alone: recorded and placed, in a commit of its own.
void insert(benchmark::State& state) {
    const auto waiting = waiting_of(state);
    boost::asio::io_context context(1);
    const auto journal = journal::journal::open({.path = bench::database_with(waiting)}).value();
    static std::size_t next = 1'000'000;
    bench::latencies all;
    for (auto _ : state) {
        const bench::latencies::one each(all);
        test::run_coroutine(context, bench::insert(*journal, next++));
    }
    all.report(state);
}

void sizes(benchmark::internal::Benchmark* of) {
    of->ArgName("waiting")->Arg(1'000)->Arg(10'000)->Arg(100'000);
}

BENCHMARK(start_up)->Apply(sizes)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(pick)->Apply(sizes)->UseRealTime()->Unit(benchmark::kMicrosecond);
// After the others: it adds to the databases.
BENCHMARK(insert)->Apply(sizes)->UseRealTime()->Unit(benchmark::kMicrosecond)->Iterations(500)->Repetitions(3);

}  // namespace
