#include "observe/metrics.hpp"

#include "observe/process_stats.hpp"
#include "observe/series.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace familiar::observe {

namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;
using prometheus::Registry;
using buckets = Histogram::BucketBoundaries;

constexpr std::array<const char*, 2> providers{"github", "gitlab"};
constexpr std::array<const char*, 7> webhook_results{"queued",       "ignored",   "duplicate", "pong",
                                                     "unauthorized", "malformed", "refused"};
constexpr std::array<const char*, 4> event_kinds{"mr_opened", "mr_updated", "mr_comment", "mention"};
constexpr std::array<const char*, 8> outcomes{"succeeded",  "failed",      "timed_out", "cancelled",
                                              "superseded", "interrupted", "expired",   "refused"};
constexpr std::array<const char*, 3> results{"ok", "failed", "timed_out"};
constexpr std::array<const char*, 4> retry_operations{"git", "launch", "docker_events", "forge_api"};
constexpr std::array<const char*, 10> docker_commands{"create", "start", "stop", "rm",      "inspect",
                                                      "ps",     "logs",  "pull", "version", "events"};
constexpr std::array<const char*, 5> git_operations{"clone", "fetch", "workspace", "remove", "hand_over"};
/// What the forges' APIs usually answer; other codes get their series when they come.
constexpr std::array<const char*, 11> api_codes{"200", "201", "204", "401",       "403",        "404",
                                                "429", "500", "502", "timed_out", "unreachable"};
constexpr std::array<const char*, 16> failure_causes{"exit_code", "killed",         "out_of_memory", "not_runnable",
                                                     "removed",   "authentication", "rate_limit",    "overloaded",
                                                     "api_error", "api_timeout",    "max_turns",     "max_cost",
                                                     "denied",    "crashed",        "reported",      "other"};
constexpr std::array<const char*, 3> stages{"preparing", "running", "finishing"};

/// Answers take fractions of a millisecond; GitHub gives up after ten seconds.
const buckets request_buckets{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
/// From a debounce's seconds to concurrency.max_wait's hours.
const buckets wait_buckets{1, 5, 10, 30, 60, 300, 900, 1800, 3600, 14400, 43200, 86400};
/// Agents run for minutes; agents.timeout is 30 minutes unless configured.
const buckets job_buckets{1, 5, 15, 30, 60, 120, 300, 600, 900, 1200, 1800, 2700, 3600, 7200};
const buckets stage_buckets{0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 1800, 3600};

double seconds(std::chrono::duration<double> duration) {
    return duration.count();
}

Family<Counter>& counters(Registry& registry, const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}

Family<Gauge>& gauges(Registry& registry, const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
}

Family<Histogram>& histograms(Registry& registry, const char* name, const char* help) {
    return prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
}

Counter& counter(Registry& registry, const char* name, const char* help) {
    return counters(registry, name, help).Add({});
}

Gauge& gauge(Registry& registry, const char* name, const char* help) {
    return gauges(registry, name, help).Add({});
}

/// Both labels of a counter in every combination that is known beforehand.
void prepare(series<Counter, 2>& of, const auto& firsts, const auto& seconds) {
    for (const auto* one : firsts)
        for (const auto* other : seconds) of(one, other);
}

}  // namespace

struct metrics::families {
    Registry registry;

    Counter& spawned = counter(registry, "familiar_agents_spawned_total", "Agents whose container was started.");
    Counter& completed = counter(registry, "familiar_agents_completed_total", "Agents that succeeded.");
    Counter& failed = counter(registry, "familiar_agents_failed_total", "Agents that failed.");
    Counter& timed_out =
        counter(registry, "familiar_agents_timed_out_total", "Agents that were stopped at their deadline.");
    Counter& cancelled = counter(registry, "familiar_agents_cancelled_total", "Agents that were stopped on request.");
    Counter& interrupted =
        counter(registry, "familiar_agents_interrupted_total", "Agents that ended because the server did.");
    series<Counter, 1> failures{
        counters(registry, "familiar_agent_failures_total", "Agents that failed, by the cause."), {"cause"}};
    Counter& cost = counter(registry, "familiar_agents_cost_usd_total", "US dollars that agents say they have cost.");
    series<Counter, 1> tokens{counters(registry, "familiar_agents_tokens_total",
                                       "Tokens of language models that agents say they have used, caches included."),
                              {"direction"}};
    Gauge& active = gauge(registry, "familiar_active_agents", "Agents that run now.");

    series<Counter, 1> webhooks_received{
        counters(registry, "familiar_webhooks_received_total", "Requests to a webhook route."), {"provider"}};
    series<Counter, 2> webhooks_processed{
        counters(registry, "familiar_webhooks_processed_total", "Webhooks by what was answered."),
        {"provider", "result"}};
    series<Counter, 2> jobs{counters(registry, "familiar_jobs_total", "Jobs that reached their final state."),
                            {"event", "outcome"}};
    series<Counter, 1> retries{counters(registry, "familiar_retries_total", "Failures after which it was tried again."),
                               {"operation"}};
    series<Counter, 2> docker{counters(registry, "familiar_docker_commands_total", "Calls of the docker program."),
                              {"command", "result"}};
    series<Counter, 2> git{counters(registry, "familiar_git_operations_total", "Operations on repositories."),
                           {"operation", "result"}};
    series<Counter, 2> api{
        counters(registry, "familiar_api_requests_total", "Requests to the forges' APIs by what was answered."),
        {"provider", "code"}};
    series<Gauge, 1> api_remaining{gauges(registry, "familiar_api_rate_limit_remaining",
                                          "Requests left of a forge's limit, as its last answer said."),
                                   {"provider"}};
    series<Counter, 1> recovered{counters(registry, "familiar_deliveries_recovered_total",
                                          "Webhooks that were missed while the server was away and taken up later."),
                                 {"provider"}};
    Counter& adopted = counter(registry, "familiar_jobs_adopted_total",
                               "Running agents that were taken over from an earlier process.");
    Counter& orphans = counter(registry, "familiar_orphans_reaped_total",
                               "Containers and workspaces that were nobody's and were removed.");

    Gauge& queue_length = gauge(registry, "familiar_queue_length", "Jobs that wait to run.");
    Gauge& queue_oldest =
        gauge(registry, "familiar_queue_oldest_seconds", "For how long the oldest waiting job has waited.");
    Gauge& agent_slots = gauge(registry, "familiar_agent_slots", "How many agents may run at a time.");
    Gauge& docker_up = gauge(registry, "familiar_docker_up", "1 while a Docker engine answers.");
    series<Gauge, 1> gates{
        gauges(registry, "familiar_gate_open", "1 while nothing holds the jobs that need this; 0 while they wait."),
        {"gate"}};
    Gauge& draining = gauge(registry, "familiar_draining", "1 once the server is ending.");

    series<Histogram, 1> http{histograms(registry, "familiar_http_request_duration_seconds",
                                         "From a request's first byte to its answer, by route."),
                              {"route"},
                              request_buckets};
    Histogram& queue_wait =
        histograms(registry, "familiar_queue_wait_seconds", "From a job's arrival to its start.").Add({}, wait_buckets);
    Histogram& job_duration =
        histograms(registry, "familiar_job_duration_seconds", "From a job's start to its final state.")
            .Add({}, job_buckets);
    series<Histogram, 1> stage{
        histograms(registry, "familiar_job_stage_duration_seconds", "Time that jobs spent in a stage."),
        {"stage"},
        stage_buckets};

    explicit families(std::string_view version) {
        gauges(registry, "familiar_build_info", "Always 1; the label is the program's version.")
            .Add({{"version", std::string(version)}})
            .Set(1);
        for (const auto* cause : failure_causes) failures(cause);
        for (const auto* direction : {"input", "output"}) tokens(direction);
        for (const auto* provider : providers) webhooks_received(provider);
        prepare(webhooks_processed, providers, webhook_results);
        prepare(jobs, event_kinds, outcomes);
        for (const auto* operation : retry_operations) retries(operation);
        prepare(docker, docker_commands, results);
        prepare(git, git_operations, results);
        prepare(api, providers, api_codes);
        for (const auto* provider : providers) recovered(provider);
        for (const auto* one : stages) stage(one);
    }
};

metrics::metrics(std::string_view version) : families_(std::make_unique<families>(version)) {}
metrics::~metrics() = default;

void metrics::agent_started() {
    families_->spawned.Increment();
    families_->active.Increment();
}

void metrics::agent_ended(agent_end how, std::string_view cause) {
    families_->active.Decrement();
    switch (how) {
        case agent_end::completed:
            return families_->completed.Increment();
        case agent_end::failed: {
            const bool known = std::ranges::find(failure_causes, cause) != failure_causes.end();
            families_->failures(known ? cause : "other").Increment();
            return families_->failed.Increment();
        }
        case agent_end::timed_out:
            return families_->timed_out.Increment();
        case agent_end::cancelled:
            return families_->cancelled.Increment();
        case agent_end::interrupted:
            return families_->interrupted.Increment();
    }
}

void metrics::agent_spent(double cost_usd, std::int64_t input_tokens, std::int64_t output_tokens) {
    const auto add = [](Counter& to, double amount) {
        if (std::isfinite(amount) && amount > 0) to.Increment(amount);
    };
    add(families_->cost, cost_usd);
    add(families_->tokens("input"), static_cast<double>(input_tokens));
    add(families_->tokens("output"), static_cast<double>(output_tokens));
}

void metrics::webhook_received(std::string_view provider) {
    families_->webhooks_received(provider).Increment();
}

void metrics::webhook_processed(std::string_view provider, std::string_view result) {
    families_->webhooks_processed(provider, result).Increment();
}

void metrics::job_ended(std::string_view event, std::string_view outcome) {
    families_->jobs(event, outcome).Increment();
}

void metrics::retried(std::string_view operation) {
    families_->retries(operation).Increment();
}

void metrics::docker_command(std::string_view command, std::string_view result) {
    families_->docker(command, result).Increment();
}

void metrics::git_operation(std::string_view operation, std::string_view result) {
    families_->git(operation, result).Increment();
}

void metrics::api_request(std::string_view provider, std::string_view code) {
    families_->api(provider, code).Increment();
}

void metrics::set_api_rate_limit_remaining(std::string_view provider, double requests) {
    families_->api_remaining(provider).Set(requests);
}

void metrics::delivery_recovered(std::string_view provider) {
    families_->recovered(provider).Increment();
}

void metrics::job_adopted() {
    families_->adopted.Increment();
}

void metrics::orphan_reaped() {
    families_->orphans.Increment();
}

void metrics::set_queue_length(std::size_t jobs) {
    families_->queue_length.Set(static_cast<double>(jobs));
}

void metrics::set_queue_oldest(std::chrono::milliseconds age) {
    families_->queue_oldest.Set(seconds(age));
}

void metrics::set_agent_slots(std::size_t slots) {
    families_->agent_slots.Set(static_cast<double>(slots));
}

void metrics::set_docker_up(bool up) {
    families_->docker_up.Set(up ? 1 : 0);
}

void metrics::set_gate_open(std::string_view gate, bool open) {
    families_->gates(gate).Set(open ? 1 : 0);
}

void metrics::set_draining(bool draining) {
    families_->draining.Set(draining ? 1 : 0);
}

void metrics::add_route(std::string_view route) {
    families_->http(route);
}

void metrics::http_request(std::string_view route, std::chrono::nanoseconds took) {
    families_->http(route).Observe(seconds(took));
}

void metrics::queue_wait(std::chrono::milliseconds waited) {
    families_->queue_wait.Observe(seconds(waited));
}

void metrics::job_duration(std::chrono::milliseconds took) {
    families_->job_duration.Observe(seconds(took));
}

void metrics::job_stage(std::string_view stage, std::chrono::milliseconds took) {
    families_->stage(stage).Observe(seconds(took));
}

void metrics::before_render(std::function<void()> refresh) {
    refresh_ = std::move(refresh);
}

std::string metrics::render() const {
    if (refresh_) refresh_();
    return prometheus::TextSerializer().Serialize(families_->registry.Collect()) + render_process_stats();
}

}  // namespace familiar::observe
