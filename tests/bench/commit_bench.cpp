#include "latency.hpp"
#include "support/temporary_directory.hpp"
#include "waiting_jobs.hpp"

#include <benchmark/benchmark.h>
#include <cerrno>
#include <fcntl.h>
#include <string>
#include <system_error>
#include <unistd.h>

using namespace familiar;

/// What a webhook's answer waits for, next to what the disk itself takes to make 8 KB durable, in the same folder and
/// run.
namespace {

void append_8_KB(benchmark::State& state, int (*make_durable)(int)) {
    const test::temporary_directory folder;
    const int file = ::open((folder / "file").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const std::string row(8192, 'x');
    bench::latencies all;
    for (auto _ : state) {
        const bench::latencies::one each(all);
        if (::write(file, row.data(), row.size()) != static_cast<ssize_t>(row.size()) || make_durable(file) != 0) {
            state.SkipWithError(std::generic_category().message(errno).c_str());
            break;
        }
    }
    ::close(file);
    all.report(state);
}

boost::asio::awaitable<void> record(journal::journal& into, std::size_t index, bench::latencies& all) {
    const bench::latencies::one each(all);
    co_await bench::insert(into, index);
}

/// So many deliveries at a time are written down; the next one of each caller follows its answer. What a group commit
/// gives is the time of each, 1 against many.
void record_8_KB(benchmark::State& state) {
    const test::temporary_directory folder;
    boost::asio::io_context context(1);
    const auto journal = journal::journal::open({.path = folder / "database"}).value();
    const auto callers = static_cast<std::size_t>(state.range(0));
    const auto count = state.max_iterations;
    bench::latencies all;
    while (state.KeepRunningBatch(count))
        bench::together(context, 0, static_cast<std::size_t>(count), callers,
                        [&](std::size_t index) { return record(*journal, index, all); });
    all.report(state);
    state.SetItemsProcessed(state.iterations());
}

void few(benchmark::internal::Benchmark* of) {
    of->UseRealTime()->Unit(benchmark::kMicrosecond)->Iterations(1'000)->Repetitions(3);
}

void many(benchmark::internal::Benchmark* of) {
    of->UseRealTime()->Unit(benchmark::kMicrosecond)->Iterations(5'000)->Repetitions(3);
}

BENCHMARK_CAPTURE(append_8_KB, fdatasync, &::fdatasync)->Apply(few);
BENCHMARK_CAPTURE(append_8_KB, fsync, &::fsync)->Apply(few);
BENCHMARK(record_8_KB)->ArgName("callers")->Arg(1)->Apply(few);
BENCHMARK(record_8_KB)->ArgName("callers")->Arg(8)->Arg(32)->Arg(50)->Arg(128)->Apply(many);

}  // namespace
