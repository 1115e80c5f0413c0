#include "job/dispatcher.hpp"

#include "async/retry.hpp"
#include "async/shield.hpp"
#include "job/recovery.hpp"
#include "job/write_down.hpp"
#include "observe/bug.hpp"
#include "observe/log.hpp"
#include "triage/authorise.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <exception>
#include <set>

namespace asio = boost::asio;

namespace familiar::job {

namespace {

/// Writing down how a job ended may wait for a disk that stalls, and not for ever.
constexpr std::chrono::seconds record_bound{10};

async::retry_policy policy_of(const config::retry_settings& retry) {
    return {retry.max_retries, retry.initial_backoff, retry.max_backoff};
}

agent::assignment assignment_of(const journal::job_record& job) {
    return {job.id, job.attempt, job.subject, job.kind, job.created_at};
}

journal::job_change end_change(journal::job_state state, std::string reason) {
    journal::job_change change;
    change.state = state;
    change.outcome = std::string(to_text(state));
    change.reason = std::move(reason);
    change.finished_at = core::now();
    return change;
}

void log_bug(const std::exception_ptr& thrown) {
    observe::log_bug("in the task of a job", thrown);
}

}  // namespace

dispatcher::dispatcher(asio::any_io_executor executor, tools with)
    : with_(with), authorising_(executor, log_bug), agents_(executor, log_bug), changed_(executor) {
    with_.gate.on_change([this](bool) { changed_.notify(); });
    with_.metrics.set_agent_slots(with_.settings.concurrency.max_agents);
}

asio::awaitable<core::result<void>> dispatcher::recover() {
    auto left = co_await with_.journal.unfinished();
    if (!left) co_return left.error();
    if (!left->empty()) observe::info("taking up the jobs from before", {{"jobs", left->size()}});
    for (auto& job : *left) {
        if (const auto what = resume(job); what.end) {
            const auto reason = job.outcome.empty() ? "the server ended while the agent ran" : job.reason;
            count_end(co_await with_.journal.update(job.id, end_change(*what.end, reason)));
        } else if (job.state == journal::job_state::received) {
            admit(std::move(job));
        } else if (job.state != journal::job_state::held) {
            enqueue(std::move(job));
        }
    }
    co_return core::result<void>();
}

asio::awaitable<void> dispatcher::run() {
    co_await reap();
    while (!draining_) {
        const auto next = choose_next();
        if (next.run)
            launch(*next.run);
        else if (next.look_again)
            co_await changed_.wait_until(std::chrono::steady_clock::now() + (*next.look_again - core::now()));
        else
            co_await changed_.wait();
    }
}

asio::awaitable<void> dispatcher::reap() {
    for (std::size_t tries = 0;; ++tries) {
        co_await with_.gate.wait_until_open();
        const auto done =
            co_await with_.agents.reap([this](std::string job) { return log_from_before(std::move(job)); });
        for (std::size_t i = 0; done && i < done->containers; ++i) with_.metrics.orphan_reaped();
        if (done && !done->left_running) co_return;

        const auto& failure = done ? *done->left_running : done.error();
        observe::error("agents of the process before may still run; none is started until they are removed",
                       {{"reason", describe(failure)}});
        if (failure.code == core::errc::engine_unreachable) with_.gate.set(false, describe(failure));
        co_await async::sleep_for(
            async::backoff(policy_of(with_.settings.retry), tries, async::real_environment().random()));
    }
}

asio::awaitable<std::optional<std::filesystem::path>> dispatcher::log_from_before(std::string job) {
    const auto found = co_await with_.journal.find(std::move(job));
    if (!found || !*found || (*found)->log.empty()) co_return std::nullopt;
    co_return (*found)->log;
}

void dispatcher::admit(journal::job_record job) {
    authorising_.spawn(authorise(std::move(job)));
}

asio::awaitable<void> dispatcher::authorise(journal::job_record job) {
    for (std::size_t tries = 0;; ++tries) {
        const auto done = co_await try_to_authorise(job);
        if (done) co_return;
        const bool waits = !draining_ && may_pass(done.error());
        if (tries == 0 || !waits)
            observe::error(
                waits ? "a job waits for the journal" : "a job is left to the next start: the journal does not take it",
                {{"job", job.id}, {"reason", describe(done.error())}});
        if (!waits) co_return;
        const auto wait = async::backoff(policy_of(with_.settings.retry), tries, async::real_environment().random());
        co_await changed_.wait_until(std::chrono::steady_clock::now() + wait);
    }
}

asio::awaitable<core::result<void>> dispatcher::try_to_authorise(journal::job_record& job) {
    if (auto completed = co_await complete_from_journal(job); !completed) co_return completed.error();
    const auto verdict = triage::authorise(job.subject, with_.settings.triggers);
    if (const auto* refused = std::get_if<triage::refused>(&verdict)) {
        const auto ended =
            co_await with_.journal.update(job.id, end_change(journal::job_state::refused, refused->reason));
        if (!ended) co_return ended.error();
        observe::info("job refused",
                      {{"job", job.id}, {"sender", job.subject.sender.login}, {"reason", refused->reason}});
        count_end(ended);
        co_return core::result<void>();
    }

    journal::job_change change;
    change.state = journal::job_state::queued;
    change.source_branch = job.subject.request.source_branch;
    change.source_path = job.subject.request.source_path;
    change.target_branch = job.subject.request.target_branch;
    change.head_origin = job.subject.request.head_origin;
    auto queued = co_await with_.journal.update(job.id, std::move(change));
    if (!queued) co_return queued.error();
    enqueue(std::move(*queued));
    co_return core::result<void>();
}

/// A comment carries neither origin nor branch at GitHub: an earlier event of the same merge request did.
asio::awaitable<core::result<void>> dispatcher::complete_from_journal(journal::job_record& job) {
    auto& request = job.subject.request;
    if (request.head_origin != event::origin::unknown && !request.source_branch.empty() &&
        !request.target_branch.empty())
        co_return core::result<void>();
    const auto known = co_await with_.journal.last_known(job.subject.repo.forge, job.subject.repo.path, request.number);
    if (!known) co_return known.error();
    if (*known) {
        if (request.head_origin == event::origin::unknown) request.head_origin = (*known)->head_origin;
        if (request.source_branch.empty()) request.source_branch = (*known)->source_branch;
        if (request.source_path.empty()) request.source_path = (*known)->source_path;
        if (request.target_branch.empty()) request.target_branch = (*known)->target_branch;
    }
    co_return core::result<void>();
}

void dispatcher::enqueue(journal::job_record job) {
    // Ids sort by the time they were made: a job that comes back takes its old place.
    const auto place = std::upper_bound(waiting_.begin(), waiting_.end(), job,
                                        [](const auto& one, const auto& other) { return one.id < other.id; });
    waiting_.insert(place, std::move(job));
    changed_.notify();
}

choice dispatcher::choose_next() const {
    const std::size_t slots = with_.settings.concurrency.max_agents;
    if (!with_.gate.open() || running_.size() >= slots) return {};
    std::vector<candidate> candidates;
    candidates.reserve(waiting_.size());
    for (const auto& job : waiting_) candidates.push_back({merge_request_key(job.subject), job.not_before});
    std::set<std::string> busy;
    for (const auto& [id, job] : running_) busy.insert(job.merge_request);
    return choose(candidates, busy, slots - running_.size(), core::now());
}

void dispatcher::launch(std::size_t index) {
    auto job = std::move(waiting_[index]);
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(index));
    ++job.attempt;
    auto& entry = running_[job.id];
    entry.merge_request = merge_request_key(job.subject);
    seat place(*this, job.id);
    entry.task = agents_.spawn(execute(std::move(place), std::move(job)));
}

asio::awaitable<void> dispatcher::execute([[maybe_unused]] seat place, journal::job_record job) {
    recorder stages(with_.journal, with_.metrics, job, [this] { return !draining_; });
    running_.at(job.id).stages = &stages;
    auto ended = co_await run_agent(job, stages);

    // How it ended is written down also if this task was told to end.
    co_await asio::this_coro::throw_if_cancelled(false);
    const auto id = job.id;
    const auto written = co_await async::shielded(conclude(std::move(job), stages, std::move(ended)), record_bound);
    if (!written) observe::error("how the job ended could not be written down in time", {{"job", id}});
}

/// What the agents room says, and never an exception.
asio::awaitable<core::result<agent::outcome>> dispatcher::run_agent(const journal::job_record& job, recorder& stages) {
    core::result<agent::outcome> ended =
        core::fail(core::errc::child_failed, "internal error; the server's log says more");
    try {
        ended = co_await with_.agents.run(assignment_of(job), stages);
    } catch (const boost::system::system_error& failure) {
        if (failure.code() == asio::error::operation_aborted)
            ended = core::fail(core::errc::shutting_down, "the server was shut down before the agent started");
        else
            log_bug(std::current_exception());
    } catch (...) {
        log_bug(std::current_exception());
    }
    co_return ended;
}

void dispatcher::leave(const std::string& job) {
    running_.erase(job);
    changed_.notify();
}

asio::awaitable<void> dispatcher::conclude(journal::job_record job, recorder& stages,
                                           core::result<agent::outcome> ended) {
    if (!ended) {
        co_await after_failed_start(std::move(job), ended.error());
        co_return;
    }
    observe::info("agent ended", {{"job", job.id}, {"outcome", to_text(ended->how)}, {"reason", ended->reason}});
    const auto written = co_await stages.ended(*ended);
    count_end(written);
    if (written && written->started_at) with_.metrics.job_duration(core::now() - *written->started_at);
}

asio::awaitable<void> dispatcher::after_failed_start(journal::job_record job, core::error failure) {
    const auto policy = policy_of(with_.settings.retry);
    const auto step = job::after_failed_start(failure, job.attempt, policy);
    if (step == next_step::give_up) {
        observe::error("the agent could not be started",
                       {{"job", job.id}, {"attempt", job.attempt}, {"reason", describe(failure)}});
        count_end(
            co_await write_down(with_.journal, job.id, end_change(journal::job_state::failed, describe(failure))));
        co_return;
    }

    journal::job_change change;
    change.state = journal::job_state::queued;
    change.reason = describe(failure);
    if (step == next_step::retry) {
        const auto wait = async::backoff(policy, static_cast<std::size_t>(job.attempt - 1),
                                         async::real_environment().random(), failure.retry_after);
        job.not_before = core::now() + wait;
        change.not_before = job.not_before;
        with_.metrics.retried("launch");
        observe::warning("the agent could not be started; another attempt follows",
                         {{"job", job.id}, {"attempt", job.attempt}, {"wait", wait}, {"reason", describe(failure)}});
    } else {
        --job.attempt;
        change.attempt = job.attempt;
        if (step == next_step::wait_for_engine) with_.gate.set(false, describe(failure));
    }
    job.state = journal::job_state::queued;
    const auto written = co_await with_.journal.update(job.id, std::move(change));
    if (!written)
        observe::error("the job's state could not be written down",
                       {{"job", job.id}, {"reason", describe(written.error())}});
    // Without a drain it is the journal that is closed, and nothing would come of another attempt.
    if (step != next_step::put_back || draining_) enqueue(std::move(job));
}

void dispatcher::count_end(const core::result<journal::job_record>& ended) {
    if (ended)
        with_.metrics.job_ended(to_text(ended->kind), to_text(ended->state));
    else
        observe::error("how a job ended could not be written down", {{"reason", describe(ended.error())}});
}

std::chrono::milliseconds dispatcher::oldest_wait() const {
    if (waiting_.empty()) return std::chrono::milliseconds(0);
    return std::max(core::now() - waiting_.front().created_at, std::chrono::milliseconds(0));
}

void dispatcher::drain() {
    draining_ = true;
    changed_.notify();
    std::vector<async::task_group::task_id> in_preparation;
    for (const auto& [id, job] : running_)
        if (job.stages == nullptr || !job.stages->launched()) in_preparation.push_back(job.task);
    for (const auto task : in_preparation) agents_.cancel(task);
}

asio::awaitable<bool> dispatcher::join_for(std::chrono::milliseconds limit) {
    co_return co_await agents_.join_for(limit);
}

void dispatcher::stop() {
    agents_.cancel();
}

asio::awaitable<bool> dispatcher::settle_for(std::chrono::milliseconds limit) {
    co_return co_await authorising_.join_for(limit);
}

}  // namespace familiar::job
