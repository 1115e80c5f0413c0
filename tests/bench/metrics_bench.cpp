#include "observe/metrics.hpp"

#include <benchmark/benchmark.h>

using namespace familiar;

namespace {

void add_routes(observe::metrics& to) {
    for (const auto* route : {"/webhook/github", "/webhook/gitlab", "/health", "/readyz", "/livez", "/metrics",
                              "/api/jobs", "/api/jobs/{id}", "/api/jobs/{id}/log", "none"})
        to.add_route(route);
}

/// What Prometheus asks for every few seconds.
void metrics_render(benchmark::State& state) {
    observe::metrics all("0.1.0");
    add_routes(all);
    std::size_t size = 0;
    for (auto _ : state) size = all.render().size();
    state.counters["bytes"] = static_cast<double>(size);
}

/// All that one webhook counts.
void metrics_of_a_webhook(benchmark::State& state) {
    observe::metrics all("0.1.0");
    add_routes(all);
    for (auto _ : state) {
        all.webhook_received("github");
        all.webhook_processed("github", "queued");
        all.http_request("/webhook/github", std::chrono::microseconds(900));
    }
}

BENCHMARK(metrics_render)->Unit(benchmark::kMicrosecond);
BENCHMARK(metrics_of_a_webhook);

}  // namespace
