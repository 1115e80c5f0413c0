#pragma once

#include <algorithm>
#include <benchmark/benchmark.h>
#include <chrono>
#include <vector>

namespace familiar::bench {

/// How long each of many calls took, since the mean of what waits for a disk says little.
class latencies {
public:
    /// Measures from its making to its end.
    class one {
    public:
        explicit one(latencies& into) : into_(into) {}
        one(const one&) = delete;
        one& operator=(const one&) = delete;
        ~one() {
            const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin_;
            into_.milliseconds_.push_back(took.count());
        }

    private:
        latencies& into_;
        std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
    };

    /// Adds the columns p50, p99 and the longest, in milliseconds.
    void report(benchmark::State& state) {
        if (milliseconds_.empty()) return;
        std::ranges::sort(milliseconds_);
        const auto at = [&](std::size_t percent) { return milliseconds_[(milliseconds_.size() - 1) * percent / 100]; };
        state.counters["p50 ms"] = at(50);
        state.counters["p99 ms"] = at(99);
        state.counters["max ms"] = milliseconds_.back();
    }

private:
    std::vector<double> milliseconds_;
};

}  // namespace familiar::bench
