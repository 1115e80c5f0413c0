#include <algorithm>
#include <benchmark/benchmark.h>
#include <cmath>
#include <iterator>
#include <string_view>
#include <vector>

namespace {

/// One line for each benchmark: of several repetitions the median, and in percent how far they lie apart.
class median_reporter final : public benchmark::ConsoleReporter {
public:
    median_reporter() : ConsoleReporter(OO_Tabular) {}

    void ReportRuns(const std::vector<Run>& runs) override {
        const auto* median = find(runs, "median");
        const auto* variation = find(runs, "cv");
        if (median != nullptr && variation != nullptr) return report(*median, variation->real_accumulated_time);
        std::vector<Run> shown;
        std::copy_if(runs.begin(), runs.end(), std::back_inserter(shown),
                     [](const Run& run) { return run.repetitions <= 1 || run.error_occurred; });
        if (!shown.empty()) ConsoleReporter::ReportRuns(shown);
    }

private:
    static const Run* find(const std::vector<Run>& runs, std::string_view aggregate) {
        const auto found =
            std::find_if(runs.begin(), runs.end(), [&](const Run& run) { return run.aggregate_name == aggregate; });
        return found == runs.end() ? nullptr : &*found;
    }

    void report(Run median, double variation) {
        median.run_type = Run::RT_Iteration;
        median.run_name.iterations.clear();
        median.run_name.repetitions.clear();
        median.counters["+- %"] = benchmark::Counter(std::round(variation * 100));
        ConsoleReporter::ReportRuns({median});
    }
};

}  // namespace

int main(int count, char** arguments) {
    benchmark::Initialize(&count, arguments);
    if (benchmark::ReportUnrecognizedArguments(count, arguments)) return 2;
    median_reporter reporter;
    benchmark::RunSpecifiedBenchmarks(&reporter);
    return 0;
}
