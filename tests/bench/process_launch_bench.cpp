#include "core/descriptor_limit.hpp"
#include "process/launch.hpp"
#include "process/run.hpp"
#include "support/run_coroutine.hpp"

#include <benchmark/benchmark.h>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <stdexcept>
#include <sys/mman.h>
#include <vector>

using namespace familiar;

/// The start of a child, which is what blocks the event loop, from a server that is small or large and has few or many
/// connections; and the whole of a child that does nothing.
namespace {

const process::command do_nothing{.argv = {"/bin/true"}};

/// Memory that is really there, as that of a server which holds much.
class resident {
public:
    explicit resident(std::int64_t mebibytes) : size_(static_cast<std::size_t>(mebibytes) << 20) {
        if (size_ == 0) return;
        memory_ = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        // Small pages: there are more of them to copy.
        ::madvise(memory_, size_, MADV_NOHUGEPAGE);
        std::memset(memory_, 1, size_);
    }
    ~resident() {
        if (size_ != 0) ::munmap(memory_, size_);
    }
    resident(const resident&) = delete;
    resident& operator=(const resident&) = delete;

private:
    std::size_t size_;
    void* memory_ = nullptr;
};

class open_descriptors {
public:
    explicit open_descriptors(std::int64_t count) {
        while (std::ssize(all_) < count) {
            all_.emplace_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
            if (!all_.back()) throw std::runtime_error("too few descriptors are allowed here");
        }
    }

private:
    core::raised_descriptor_limit raised_;
    std::vector<process::descriptor> all_;
};

void launch(benchmark::State& state) {
    const resident memory(state.range(0));
    const open_descriptors open(state.range(1));
    for (auto _ : state) {
        auto child = process::launch(do_nothing);
        state.PauseTiming();
        if (!child || !reap(*child)) state.SkipWithError("it could not be started");
        state.ResumeTiming();
    }
}

void run_to_its_end(benchmark::State& state) {
    ::signal(SIGPIPE, SIG_IGN);
    const resident memory(state.range(0));
    const open_descriptors open(state.range(1));
    boost::asio::io_context context(1);
    for (auto _ : state) {
        const auto ended = test::run_coroutine(context, process::run(do_nothing));
        if (!ended || !ended->status.success()) state.SkipWithError("it should end well");
    }
}

void servers(benchmark::internal::Benchmark* of) {
    of->ArgNames({"MiB", "descriptors"})->Args({0, 0})->Args({200, 0})->Args({0, 2'000})->Args({200, 2'000});
    of->UseRealTime()->Unit(benchmark::kMicrosecond)->Iterations(100);
}

BENCHMARK(launch)->Apply(servers);
BENCHMARK(run_to_its_end)->Apply(servers);

}  // namespace
