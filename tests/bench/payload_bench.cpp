#include "payloads.hpp"
#include "webhook/webhook.hpp"

#include <benchmark/benchmark.h>

using namespace familiar;

/// From the bytes of a payload to an event, for each forge and each kind that leads to a job.
namespace {

struct sample {
    event::provider forge;
    const char* event_name;  ///< in the forge's header
    const char* file;
};

constexpr sample github_push{event::provider::github, "pull_request", "pull_request.synchronize"};
constexpr sample github_comment{event::provider::github, "issue_comment", "issue_comment.created.mention"};
constexpr sample gitlab_push{event::provider::gitlab, "Merge Request Hook", "merge_request.update.oldrev"};
constexpr sample gitlab_comment{event::provider::gitlab, "Note Hook", "note.create.mention"};

void payload(benchmark::State& state, const sample& of, bench::filled_with what) {
    const auto body = bench::payload(of.forge, of.file, static_cast<std::size_t>(state.range(0)), what);
    const webhook::delivery origin{.id = "72d3162e-cc78-11e3-81ab-4c9367dc0958", .event_name = of.event_name};
    for (auto _ : state) {
        const auto parsed = webhook::parse(of.forge, origin, body);
        if (!std::holds_alternative<event::event>(parsed)) state.SkipWithError("no event came of it");
    }
    state.SetBytesProcessed(state.iterations() * state.range(0));
}

/// Long because of what somebody wrote.
void payload_of_text(benchmark::State& state, const sample& of) {
    payload(state, of, bench::filled_with::text);
}

/// Long because of lists that nobody reads here.
void payload_of_values(benchmark::State& state, const sample& of) {
    payload(state, of, bench::filled_with::values);
}

void sizes(benchmark::internal::Benchmark* of) {
    of->ArgName("bytes")->Arg(bench::usual_size)->Arg(bench::large_size);
}

BENCHMARK_CAPTURE(payload_of_text, github_push, github_push)->Apply(sizes);
BENCHMARK_CAPTURE(payload_of_text, github_comment, github_comment)->Apply(sizes);
BENCHMARK_CAPTURE(payload_of_text, gitlab_push, gitlab_push)->Apply(sizes);
BENCHMARK_CAPTURE(payload_of_text, gitlab_comment, gitlab_comment)->Apply(sizes);
BENCHMARK_CAPTURE(payload_of_values, github_push, github_push)->Apply(sizes);
BENCHMARK_CAPTURE(payload_of_values, gitlab_push, gitlab_push)->Apply(sizes);

}  // namespace
