#include "job/dispatcher.hpp"

#include "async/retry.hpp"
#include "async/sleep.hpp"
#include "core/ulid.hpp"
#include "job/assignment.hpp"
#include "job/keys.hpp"
#include "job/retry_policy.hpp"
#include "job/schedule.hpp"
#include "job/write_down.hpp"
#include "journal/about.hpp"
#include "observe/bug.hpp"
#include "observe/log.hpp"

#include <algorithm>

namespace asio = boost::asio;

namespace familiar::job {

namespace {

/// Between two looks for what slipped away.
constexpr std::chrono::seconds reconcile_interval{60};

void log_bug(const std::exception_ptr& thrown) {
    observe::log_bug("in the task of a job", thrown);
}

}  // namespace

dispatcher::dispatcher(asio::any_io_executor executor, tools with)
    : with_(with),
      changed_(executor),
      admission_(executor, {with.settings, with.journal, with.ask},
                 [this](const journal::placed& what) { placed(what); }),
      recovery_(with.journal, with.agents, with.metrics,
                {[this](const std::string& job) { return running_.contains(job) || queue_.contains(job); },
                 [this](journal::job_record job, agent::adoption what) { adopt(std::move(job), std::move(what)); },
                 [this](const journal::job_record& job) { enqueue(job); }, [this] { return draining_; }}),
      agents_(executor, log_bug),
      notes_(executor, log_bug) {
    for (auto* one : with_.needs.all()) one->on_change([this](bool) { changed_.notify(); });
    for (const auto forge : {event::provider::github, event::provider::gitlab})
        with_.needs.of(forge).on_change([this, forge](bool open) { queue_.set_open(to_text(forge), open); });
    settings_changed();
}

void dispatcher::settings_changed() {
    with_.metrics.set_agent_slots(with_.settings->concurrency.max_agents);
    with_.ask.settings_changed();
    changed_.notify();
}

asio::awaitable<core::result<void>> dispatcher::recover() {
    const auto waiting = co_await with_.journal.queue();
    if (!waiting) co_return waiting.error();
    for (const auto& entry : *waiting) enqueue(entry);
    auto left = co_await with_.journal.unfinished();
    if (!left) co_return left.error();
    if (queue_.size() + left->size() > 0)
        observe::info("taking up the jobs from before", {{"waiting", queue_.size()}, {"others", left->size()}});
    for (auto& job : *left)
        if (job.state == journal::job_state::received) admission_.admit(std::move(job));
    co_return core::result<void>();
}

asio::awaitable<void> dispatcher::run() {
    co_await reconcile_until_clear();
    while (!draining_) {
        auto next = may_start() ? queue_.take(core::now()) : std::nullopt;
        if (next)
            launch(std::move(*next));
        else
            co_await change_or(may_start() ? queue_.next_due() : std::nullopt);
    }
}

bool dispatcher::may_start() const {
    return with_.needs.engine.open() && with_.needs.disk.open() &&
           running_.size() < with_.settings->concurrency.max_agents;
}

asio::awaitable<void> dispatcher::reconcile_until_clear() {
    for (std::size_t tries = 0; !recovered_; ++tries) {
        co_await with_.needs.engine.wait_until_open();
        const auto done = co_await recovery_.reconcile();
        recovered_ = done.has_value();
        with_.tell.owes();
        if (done) break;
        if (draining_) {
            observe::info("what the process before left is left to the next start");
            co_return;
        }
        observe::error("agents of the process before may still run; none is started until that is known",
                       {{"reason", describe(done.error())}});
        if (done.error().code == core::errc::engine_unreachable) with_.needs.engine.set(false, describe(done.error()));
        co_await async::sleep_for(
            async::backoff(policy_of(with_.settings->retry), tries, async::real_environment().random()));
    }
    changed_.notify();
}

asio::awaitable<void> dispatcher::recovered() {
    while (!recovered_) co_await changed_.wait();
}

asio::awaitable<void> dispatcher::keep_reconciling() {
    co_await recovered();
    for (;;) {
        const auto due = std::chrono::steady_clock::now() + reconcile_interval;
        bool stayed_open = with_.needs.engine.open();
        while (std::chrono::steady_clock::now() < due && (stayed_open || !with_.needs.engine.open())) {
            co_await changed_.wait_until(due);
            stayed_open = stayed_open && with_.needs.engine.open();
        }
        co_await with_.needs.engine.wait_until_open();
        if (const auto done = co_await recovery_.reconcile(); !done && !draining_)
            observe::warning("jobs and containers could not be compared", {{"reason", describe(done.error())}});
        with_.tell.owes();
    }
}

void dispatcher::placed(const journal::placed& what) {
    for (const auto& job : what.superseded) {
        queue_.remove(job);
        with_.metrics.job_ended(to_text(what.job.kind), to_text(journal::job_state::superseded));
        const auto& subject = what.job.subject;
        observe::info("job superseded", {{"job", job},
                                         {"repository", repository_key(subject.repo.forge, subject.repo.path)},
                                         {"number", subject.request.number},
                                         {"by", what.job.id}});
    }
    if (is_final(what.job.state)) with_.metrics.job_ended(to_text(what.job.kind), to_text(what.job.state));
    if (what.job.state == journal::job_state::queued) with_.tell.queued(what.job, queue_.size());
    with_.tell.owes();
    // One that has been taken out of the queue since has what joined it: it was on disk before its launch read it.
    if (what.waits && !running_.contains(what.waits->id)) enqueue(*what.waits);
}

void dispatcher::enqueue(const journal::queue_entry& entry) {
    queue_.add({entry.id, repository_key(entry.forge, entry.path),
                merge_request_key(entry.forge, entry.path, entry.number), entry.created_at, entry.waiting_since,
                entry.not_before});
    changed_.notify();
}

void dispatcher::enqueue(const journal::job_record& job) {
    const auto& subject = job.subject;
    queue_.add({job.id, repository_key(subject.repo.forge, subject.repo.path), merge_request_key(subject),
                job.created_at, job.waiting_since, job.not_before});
    changed_.notify();
}

void dispatcher::launch(waiting_job next) {
    auto& entry = running_[next.id];
    entry.repository = next.repository;
    entry.merge_request = next.merge_request;
    seat place(*this, next.id);
    entry.task = agents_.spawn(execute(std::move(place), std::move(next)));
}

void dispatcher::adopt(journal::job_record job, agent::adoption what) {
    auto& entry = running_[job.id];
    entry.repository = repository_key(job.subject.repo.forge, job.subject.repo.path);
    entry.merge_request = merge_request_key(job.subject);
    queue_.occupy(entry.repository, entry.merge_request);
    seat place(*this, job.id);
    auto stages = std::make_unique<recorder>(with_.journal, with_.metrics, job.id, questions_of(job.id));
    stages->adopt(job);
    entry.stages = stages.get();
    auto life = with_.agents.adopt(assignment_of(job), std::move(what), *stages);
    entry.task = agents_.spawn(execute_adopted(std::move(place), std::move(stages), std::move(life)));
}

void dispatcher::leave(const std::string& job) {
    const auto entry = running_.find(job);
    queue_.release(entry->second.repository, entry->second.merge_request);
    running_.erase(entry);
    changed_.notify();
}

/// Suspends until something has changed, or it is that time.
asio::awaitable<void> dispatcher::change_or(std::optional<core::wall_time> when) {
    if (when)
        co_await changed_.wait_until(std::chrono::steady_clock::now() + (*when - core::now()));
    else
        co_await changed_.wait();
}

asio::awaitable<core::result<journal::job_record>> dispatcher::retry(std::string job) {
    auto fresh = co_await with_.journal.retry(std::move(job), core::make_ulid(core::now()), core::now());
    if (!fresh) co_return fresh;
    observe::info("job retried", journal::about(*fresh), {{"retry_of", fresh->retry_of}});
    admission_.admit(*fresh);
    co_return fresh;
}

std::string_view dispatcher::waiting_for(const journal::job_record& job) const {
    if (job.state == journal::job_state::received) return "authorisation";
    if (job.state == journal::job_state::held) return "approval";
    const auto why = queue_.why_waiting(job.id, core::now());
    if (!why) return {};
    if (*why == obstacle::not_due) return job.attempt == 0 ? "debounce" : "backoff";
    if (*why == obstacle::merge_request) return "merge_request";
    if (*why == obstacle::forge) return "forge";
    if (!with_.needs.engine.open()) return "engine";
    return with_.needs.disk.open() ? "slot" : "disk";
}

std::chrono::milliseconds dispatcher::oldest_wait() const {
    const auto oldest = queue_.oldest();
    if (!oldest) return std::chrono::milliseconds(0);
    return std::max(core::now() - *oldest, std::chrono::milliseconds(0));
}

void dispatcher::drain() {
    draining_ = true;
    admission_.drain();
    changed_.notify();
    for (const auto& [id, job] : std::map(running_))
        if (job.stages == nullptr || !job.stages->launched()) agents_.cancel(job.task);
}

asio::awaitable<bool> dispatcher::join_for(std::chrono::milliseconds limit) {
    co_return co_await agents_.join_for(limit);
}

void dispatcher::stop() {
    agents_.cancel();
}

void dispatcher::detach() {
    for (auto& [id, job] : running_) job.order.leave_running = true;
    agents_.cancel();
}

asio::awaitable<bool> dispatcher::settle_for(std::chrono::milliseconds limit) {
    const auto end = std::chrono::steady_clock::now() + limit;
    if (!co_await admission_.settle_for(limit)) co_return false;
    co_return co_await notes_.join_for(end - std::chrono::steady_clock::now());
}

}  // namespace familiar::job
