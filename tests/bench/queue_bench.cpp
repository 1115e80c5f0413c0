#include "allocated.hpp"
#include "waiting_jobs.hpp"

#include <benchmark/benchmark.h>
#include <optional>
#include <vector>

using namespace familiar;

namespace {

constexpr std::size_t batch = 100;  ///< operations between two readings of the clock

void fill(job::queue& queue, std::size_t waiting) {
    for (std::size_t i = 0; i < waiting; ++i) queue.add(bench::waiting_job(i));
}

/// A job comes in while so many wait.
void queue_add(benchmark::State& state) {
    const auto waiting = static_cast<std::size_t>(state.range(0));
    job::queue queue;
    fill(queue, waiting);
    std::vector<job::waiting_job> coming;
    for (std::size_t i = 0; i < batch; ++i) coming.push_back(bench::waiting_job(waiting + i));
    while (state.KeepRunningBatch(batch)) {
        for (const auto& job : coming) queue.add(job);
        state.PauseTiming();
        for (const auto& job : coming) queue.remove(job.id);
        state.ResumeTiming();
    }
}

/// A job is taken, its agent ends.
void queue_take_and_release(benchmark::State& state) {
    job::queue queue;
    fill(queue, static_cast<std::size_t>(state.range(0)));
    const auto now = core::now();
    std::vector<job::waiting_job> taken;
    taken.reserve(batch);
    while (state.KeepRunningBatch(batch)) {
        for (std::size_t i = 0; i < batch; ++i) {
            taken.push_back(queue.take(now).value());
            queue.release(taken.back().repository, taken.back().merge_request);
        }
        state.PauseTiming();
        for (auto& job : taken) queue.add(std::move(job));
        taken.clear();
        state.ResumeTiming();
    }
}

/// What a waiting job takes of memory, its share of the allocator included.
void queue_memory(benchmark::State& state) {
    const auto waiting = static_cast<std::size_t>(state.range(0));
    std::size_t taken = 0;
    while (state.KeepRunningBatch(state.range(0))) {
        std::optional<job::queue> queue;
        const auto before = bench::allocated();
        fill(queue.emplace(), waiting);
        taken = bench::allocated() - before;
        state.PauseTiming();
        queue.reset();
        state.ResumeTiming();
    }
    state.counters["bytes/job"] = static_cast<double>(taken) / static_cast<double>(waiting);
}

void sizes(benchmark::internal::Benchmark* of) {
    of->ArgName("waiting")->Arg(1'000)->Arg(10'000)->Arg(100'000);
}

BENCHMARK(queue_add)->Apply(sizes);
BENCHMARK(queue_take_and_release)->Apply(sizes);
BENCHMARK(queue_memory)->Apply(sizes);

}  // namespace
