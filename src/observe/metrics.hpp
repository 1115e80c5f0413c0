#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace familiar::observe {

/// How an agent's life ended, as the agents_*_total counters tell it apart.
enum class agent_end { completed, failed, timed_out, cancelled, interrupted };

/// The server's metrics, one object for the process's life. Names and meaning are those of the contract; every series
/// whose labels can be listed exists from the start with the value 0. No repository, user or job is ever a label.
/// Thread-safe.
class metrics {
public:
    explicit metrics(std::string_view version);
    ~metrics();
    metrics(const metrics&) = delete;
    metrics& operator=(const metrics&) = delete;

    /// An agent's container started: agents_spawned_total and active_agents.
    void agent_started();
    /// It ended: active_agents and the counter of its end, so that spawned = active + the five. `cause` says in one
    /// word why it failed, for agent_failures_total, which adds up to agents_failed_total: what the container's end
    /// shows
    /// ("exit_code", "killed", "out_of_memory", "not_runnable", "removed"), or what the agent reports
    /// ("authentication", "rate_limit", "overloaded", "api_error", "api_timeout", "max_turns", "max_cost", "denied",
    /// "crashed", or "reported" without a word); any other is "other".
    void agent_ended(agent_end how, std::string_view cause = {});
    /// What an agent that ended says it used. What is no amount (negative, not finite) is not counted.
    void agent_spent(double cost_usd, std::int64_t input_tokens, std::int64_t output_tokens);

    /// A request that came as far as a webhook's route, whatever becomes of it. What is refused before that (405, 411,
    /// 413, 415 and the like) is in http_request_duration_seconds alone. `provider`: "github", "gitlab".
    void webhook_received(std::string_view provider);
    /// What became of it. `result`: the status of the answer ("queued", "ignored", "duplicate", "pong"), or
    /// "unauthorized" (401), "malformed" (400), "refused" (503).
    void webhook_processed(std::string_view provider, std::string_view result);

    /// A job reached its final state. `event`: "mr_opened", "mr_updated", "mr_comment", "mention"; `outcome`: the
    /// state's name.
    void job_ended(std::string_view event, std::string_view outcome);

    /// Something failed and is tried again: "git", "launch", "docker_events", ...
    void retried(std::string_view operation);
    /// `command`: "create", "start", "stop", ...; `result`: "ok", "failed", "timed_out".
    void docker_command(std::string_view command, std::string_view result);
    /// `operation`: "clone", "fetch", "workspace", "remove", "hand_over"; `result` as above.
    void git_operation(std::string_view operation, std::string_view result);
    /// A request to a forge's API. `code`: the status of its answer, or "timed_out", "unreachable".
    void api_request(std::string_view provider, std::string_view code);
    /// familiar_api_rate_limit_remaining: requests left, as the forge's last answer said.
    void set_api_rate_limit_remaining(std::string_view provider, double requests);
    /// A webhook that had not been delivered, or what it would have said, was taken up after all.
    void delivery_recovered(std::string_view provider);
    /// A running agent that an earlier process had started was taken over.
    void job_adopted();
    /// A container or a workspace that was nobody's was removed.
    void orphan_reaped();

    void set_queue_length(std::size_t jobs);
    void set_queue_oldest(std::chrono::milliseconds age);  ///< 0 for an empty queue
    void set_agent_slots(std::size_t slots);               ///< concurrency.max_agents
    void set_docker_up(bool up);
    /// familiar_gate_open: whether jobs are held for want of something. `gate`: "docker", "disk", "github", "gitlab".
    void set_gate_open(std::string_view gate, bool open);
    void set_draining(bool draining);

    /// Makes the series of a route exist before its first request. `route` is the label, a pattern and never a path.
    void add_route(std::string_view route);
    void http_request(std::string_view route, std::chrono::nanoseconds took);
    void queue_wait(std::chrono::milliseconds waited);
    void job_duration(std::chrono::milliseconds took);
    /// `stage`: "preparing", "running", "finishing".
    void job_stage(std::string_view stage, std::chrono::milliseconds took);

    /// Called at the start of each render(), for gauges that are only known when asked, such as the age of a queue.
    void before_render(std::function<void()> refresh);

    /// Everything as Prometheus text 0.0.4, the process's own figures included.
    std::string render() const;

private:
    struct families;
    std::unique_ptr<families> families_;
    std::function<void()> refresh_;
};

/// The media type of render().
inline constexpr std::string_view metrics_content_type = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace familiar::observe
