#include "job/recorder.hpp"

#include "job/write_down.hpp"
#include "observe/log.hpp"

#include <algorithm>
#include <utility>

namespace asio = boost::asio;

namespace familiar::job {

namespace {

observe::agent_end counted_as(agent::ending how) {
    switch (how) {
        case agent::ending::succeeded:
            return observe::agent_end::completed;
        case agent::ending::failed:
            return observe::agent_end::failed;
        case agent::ending::timed_out:
            return observe::agent_end::timed_out;
        case agent::ending::interrupted:
            return observe::agent_end::interrupted;
    }
    return observe::agent_end::failed;
}

void complain(const std::string& job, const core::error& failure) {
    observe::error("the job's state could not be written down", {{"job", job}, {"reason", describe(failure)}});
}

journal::job_change outcome_change(journal::job_state state, const agent::outcome& what) {
    journal::job_change change;
    change.state = state;
    change.outcome = std::string(to_text(what.how));
    change.reason = what.reason;
    change.exit_code = what.exit_code;
    return change;
}

}  // namespace

journal::job_state final_state(agent::ending how) noexcept {
    switch (how) {
        case agent::ending::succeeded:
            return journal::job_state::succeeded;
        case agent::ending::failed:
            return journal::job_state::failed;
        case agent::ending::timed_out:
            return journal::job_state::timed_out;
        case agent::ending::interrupted:
            return journal::job_state::interrupted;
    }
    return journal::job_state::failed;
}

recorder::recorder(journal::journal& journal, observe::metrics& metrics, const journal::job_record& job,
                   std::function<bool()> may_launch)
    : journal_(journal),
      metrics_(metrics),
      job_(job.id),
      attempt_(job.attempt),
      arrived_(job.created_at),
      may_launch_(std::move(may_launch)) {}

recorder::~recorder() {
    leave();
    count_end(agent::ending::failed);
}

asio::awaitable<core::result<void>> recorder::preparing() {
    journal::job_change change;
    change.state = journal::job_state::preparing;
    change.attempt = attempt_;
    enter("preparing");
    const auto written = co_await journal_.update(job_, std::move(change));
    if (!written) co_return written.error();
    co_return core::result<void>();
}

asio::awaitable<core::result<void>> recorder::launching(agent::launch what) {
    if (!may_launch_())
        co_return core::fail(core::errc::shutting_down, "the server was shut down before the agent started");
    journal::job_change change;
    change.state = journal::job_state::running;
    change.container = what.container;
    change.log = what.log.string();
    change.head = what.head;
    change.reason = std::string();  // of an earlier attempt that failed
    if (!what.branch.empty()) change.source_branch = what.branch;
    const auto written = co_await journal_.update(job_, std::move(change));
    if (!written) co_return written.error();
    launched_ = true;
    co_return core::result<void>();
}

asio::awaitable<void> recorder::started(core::wall_time at, std::optional<core::wall_time> deadline) {
    enter("running");
    metrics_.agent_started();
    metrics_.queue_wait(std::max(at - arrived_, std::chrono::milliseconds(0)));
    active_ = true;
    journal::job_change change;
    change.state = journal::job_state::running;
    change.started_at = at;
    change.deadline = deadline;
    const auto written = co_await journal_.update(job_, std::move(change));
    if (!written) complain(job_, written.error());
    observe::info("agent started", {{"job", job_}, {"attempt", attempt_}});
}

asio::awaitable<void> recorder::finishing(agent::outcome what) {
    enter("finishing");
    const auto written = co_await journal_.update(job_, outcome_change(journal::job_state::finishing, what));
    if (!written) complain(job_, written.error());
}

asio::awaitable<core::result<journal::job_record>> recorder::ended(agent::outcome what) {
    leave();
    count_end(what.how);
    auto change = outcome_change(final_state(what.how), what);
    change.finished_at = core::now();
    co_return co_await write_down(journal_, job_, std::move(change));
}

void recorder::count_end(agent::ending how) {
    if (std::exchange(active_, false)) metrics_.agent_ended(counted_as(how));
}

void recorder::enter(std::string_view stage) {
    leave();
    stage_ = stage;
    since_ = std::chrono::steady_clock::now();
}

void recorder::leave() {
    if (!stage_.empty())
        metrics_.job_stage(
            stage_, std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - since_));
    stage_ = {};
}

}  // namespace familiar::job
