#include "job/recorder.hpp"

#include "job/write_down.hpp"
#include "journal/about.hpp"
#include "observe/log.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace asio = boost::asio;

namespace familiar::job {

namespace {

struct row {
    agent::ending how;
    journal::job_state state;
    observe::agent_end counted;
};

constexpr std::array<row, 5> table{{
    {agent::ending::succeeded, journal::job_state::succeeded, observe::agent_end::completed},
    {agent::ending::failed, journal::job_state::failed, observe::agent_end::failed},
    {agent::ending::timed_out, journal::job_state::timed_out, observe::agent_end::timed_out},
    {agent::ending::cancelled, journal::job_state::cancelled, observe::agent_end::cancelled},
    {agent::ending::interrupted, journal::job_state::interrupted, observe::agent_end::interrupted},
}};

const row& row_of(agent::ending how) noexcept {
    return *std::ranges::find(table, how, &row::how);
}

journal::job_change outcome_change(journal::job_state state, const agent::outcome& what) {
    journal::job_change change;
    change.state = state;
    change.outcome = std::string(to_text(what.how));
    change.reason = what.reason;
    change.exit_code = what.exit_code;
    change.summary = what.summary;
    change.cost_usd = what.spent.cost_usd;
    change.turns = what.spent.turns;
    return change;
}

}  // namespace

journal::job_state final_state(agent::ending how) noexcept {
    return row_of(how).state;
}

std::optional<agent::ending> ending_of(journal::job_state state) noexcept {
    const auto* const found = std::ranges::find(table, state, &row::state);
    if (found == table.end()) return std::nullopt;
    return found->how;
}

observe::agent_end counted_as(agent::ending how) noexcept {
    return row_of(how).counted;
}

recorder::recorder(journal::journal& journal, observe::metrics& metrics, std::string job, questions ask)
    : journal_(journal), metrics_(metrics), job_(std::move(job)), ask_(std::move(ask)) {}

recorder::~recorder() {
    leave();
    count_end({.how = agent::ending::failed});
}

asio::awaitable<core::result<journal::job_record>> recorder::begin() {
    const auto known = co_await journal_.find(job_);
    if (!known) co_return known.error();
    if (!*known) co_return core::fail(core::errc::conflict, "job " + job_ + " is not in the journal any more");
    learn(**known);
    ++attempt_;
    enter("preparing");
    journal::job_change change;
    change.state = journal::job_state::preparing;
    change.attempt = attempt_;
    co_return co_await journal_.update(job_, std::move(change));
}

void recorder::adopt(const journal::job_record& job) {
    learn(job);
    adopted_ = true;
    launched_ = true;
}

void recorder::learn(const journal::job_record& job) {
    about_ = journal::about(job);
    arrived_ = job.created_at;
    attempt_ = job.attempt;
    forge_ = job.subject.repo.forge;
}

asio::awaitable<core::result<void>> recorder::launching(agent::launch what) {
    if (!ask_.may_launch())
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
    if (!adopted_) metrics_.queue_wait(std::max(at - arrived_, std::chrono::milliseconds(0)));
    active_ = true;
    journal::job_change change;
    change.state = journal::job_state::running;
    change.started_at = at;
    change.deadline = deadline;
    const auto kept = co_await keep(std::move(change));
    if (kept && ask_.on_start) ask_.on_start(*kept);
    observe::info(adopted_ ? "agent adopted" : "agent started", about_, {{"attempt", attempt_}});
}

asio::awaitable<void> recorder::stopping(agent::outcome what) {
    (void)co_await keep(outcome_change(journal::job_state::running, what));
}

asio::awaitable<void> recorder::finishing(agent::outcome what) {
    enter("finishing");
    (void)co_await keep(outcome_change(journal::job_state::finishing, what));
}

asio::awaitable<core::result<journal::job_record>> recorder::keep(journal::job_change change) {
    auto written = co_await journal_.update(job_, std::move(change));
    if (!written)
        observe::error("the job's state could not be written down", about_, {{"reason", describe(written.error())}});
    co_return written;
}

void recorder::left_running() {
    leave();
    active_ = false;
}

asio::awaitable<core::result<journal::job_record>> recorder::ended(agent::outcome what) {
    leave();
    count_end(what);
    auto change = outcome_change(final_state(what.how), what);
    change.last_lines = what.last_lines;
    change.finished_at = core::now();
    co_return co_await write_down(journal_, job_, std::move(change));
}

void recorder::count_end(const agent::outcome& what) {
    if (!std::exchange(active_, false)) return;
    metrics_.agent_ended(counted_as(what.how), what.cause);
    metrics_.agent_spent(what.spent.cost_usd.value_or(0), what.spent.input_tokens.value_or(0),
                         what.spent.output_tokens.value_or(0));
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
