#include "job/recovery.hpp"

#include "job/assignment.hpp"
#include "job/reconcile.hpp"
#include "job/recorder.hpp"
#include "job/write_down.hpp"
#include "journal/about.hpp"
#include "observe/log.hpp"

#include <algorithm>

namespace asio = boost::asio;

namespace familiar::job {

namespace {

/// The container of the job's current attempt, taken out of the list.
std::optional<agent::found_container> take_own(const journal::job_record& job,
                                               std::vector<agent::found_container>& found) {
    const auto own = std::find_if(found.begin(), found.end(), [&](const auto& container) {
        return container.job == job.id && container.attempt == job.attempt;
    });
    if (own == found.end()) return std::nullopt;
    auto taken = std::move(*own);
    found.erase(own);
    return taken;
}

core::error interrupted() {
    return core::fail(core::errc::shutting_down, "the server ends; the next start goes on");
}

std::optional<agent::outcome> decided_outcome(const journal::job_record& job) {
    const auto state = journal::parse_job_state(job.outcome);
    const auto how = state ? ending_of(*state) : std::nullopt;
    if (!how) return std::nullopt;
    agent::outcome decided;
    decided.how = *how;
    decided.reason = job.reason;
    decided.exit_code = job.exit_code;
    return decided;
}

}  // namespace

asio::awaitable<core::result<void>> recovery::reconcile() {
    // In this order: a job that begins meanwhile is looked after by then.
    auto found = co_await agents_.list();
    if (!found) co_return found.error();
    auto left = co_await journal_.unfinished();
    if (!left) co_return left.error();

    core::result<void> all;
    for (const auto& job : *left) {
        if (job.state == journal::job_state::received || job.state == journal::job_state::held) continue;
        if (with_.looks_after(job.id)) continue;
        // Somebody may have looked after it until a moment ago.
        auto now = co_await journal_.find(job.id);
        if (!now) co_return now.error();
        if (with_.closes()) co_return interrupted();
        if (!*now || is_final((*now)->state) || with_.looks_after(job.id)) continue;
        if (auto settled = co_await settle_job(std::move(**now), *found); !settled) all = settled;
    }
    if (auto stayed = co_await keep_strays(*found); !stayed) co_return stayed;

    std::set<std::string> in_use;
    for (auto& container : *found) {
        if (with_.closes()) co_return interrupted();
        const auto job = container.job;
        if (auto settled = co_await settle_container(std::move(container)); !settled) {
            in_use.insert(job);
            all = settled;
        }
    }
    co_await remove_workspaces(std::move(in_use));
    co_return all;
}

/// Leaves in the list what nobody looks after, and what is still there when that is known: whoever did so until a
/// moment ago has removed his.
asio::awaitable<core::result<void>> recovery::keep_strays(containers& found) {
    std::erase_if(found, [this](const auto& container) { return with_.looks_after(container.job); });
    if (found.empty()) co_return core::result<void>();
    const auto now = co_await agents_.list();
    if (!now) co_return now.error();
    std::erase_if(found, [&now](const auto& container) {
        return std::ranges::find(*now, container.name, &agent::found_container::name) == now->end();
    });
    co_return core::result<void>();
}

asio::awaitable<core::result<void>> recovery::settle_job(journal::job_record job, containers& found) {
    auto container = take_own(job, found);
    switch (decide(job, container)) {
        case measure::none:
            co_return core::result<void>();
        case measure::adopt:
            adopt(std::move(job), std::move(*container));
            co_return core::result<void>();
        case measure::remove_unstarted:
            co_return co_await remove_unstarted(std::move(job), std::move(*container));
        case measure::put_back:
            co_return co_await put_back(std::move(job));
        case measure::interrupt:
            co_return co_await end(std::move(job), journal::job_state::interrupted,
                                   "its container is gone; nobody saw how the agent ended");
        case measure::conclude: {
            const auto decided = journal::parse_job_state(job.outcome);
            const bool stands = decided && is_final(*decided);
            const auto reason = stands ? job.reason : "the server ended while the agent did";
            co_return co_await end(std::move(job), stands ? *decided : journal::job_state::interrupted, reason);
        }
        case measure::remove_stray:
            co_return co_await remove_stray(std::move(*container), std::move(job));
    }
    co_return core::result<void>();
}

void recovery::adopt(journal::job_record job, agent::found_container container) {
    const bool runs = container.is == agent::found_container::state::running;
    observe::info(runs ? "adopting a running agent" : "collecting an agent that ended", journal::about(job),
                  {{"container", container.name}});
    if (runs) metrics_.job_adopted();
    agent::adoption what;
    what.container = std::move(container);
    what.log = job.log.empty() ? agents_.log_of(assignment_of(job)) : std::filesystem::path(job.log);
    what.decided = decided_outcome(job);
    with_.adopt(std::move(job), std::move(what));
}

asio::awaitable<core::result<void>> recovery::remove_unstarted(std::optional<journal::job_record> job,
                                                               agent::found_container container) {
    const auto removed = co_await agents_.remove_unstarted(container.name);
    if (!removed) {
        observe::error("a container that was never started could not be removed",
                       {{"job", container.job}, {"container", container.name}, {"reason", describe(removed.error())}});
        co_return removed.error();
    }
    if (!*removed) co_return core::fail(core::errc::busy, "container " + container.name + " has just been started");
    observe::info("removed a container that was never started",
                  {{"job", container.job}, {"container", container.name}});
    metrics_.orphan_reaped();
    if (!job) co_return core::result<void>();
    if (const auto decided = journal::parse_job_state(job->outcome); decided && is_final(*decided)) {
        const auto reason = job->reason;
        co_return co_await end(std::move(*job), *decided, reason);
    }
    co_return co_await put_back(std::move(*job));
}

asio::awaitable<core::result<void>> recovery::put_back(journal::job_record job) {
    journal::job_change change;
    change.state = journal::job_state::queued;
    change.outcome = std::string();
    change.reason = "the server ended before the agent started";
    auto queued = co_await journal_.update(job.id, std::move(change));
    if (!queued) co_return queued.error();
    with_.put_back(std::move(*queued));
    co_return core::result<void>();
}

/// An agent that ran without anybody watching counts as one that was started and has ended, like any other.
asio::awaitable<core::result<void>> recovery::end(journal::job_record job, journal::job_state how, std::string reason) {
    auto change = end_change(how, std::move(reason));
    if (!job.log.empty()) change.last_lines = co_await agents_.last_lines(job.log);
    const auto ended = co_await journal_.update(job.id, std::move(change));
    if (!ended) co_return ended.error();
    metrics_.agent_started();
    metrics_.agent_ended(counted_as(ending_of(how).value_or(agent::ending::interrupted)));
    metrics_.job_ended(to_text(ended->kind), to_text(ended->state));
    observe::warning("a job ended while nobody watched", journal::about(job),
                     {{"outcome", ended->outcome}, {"reason", ended->reason}});
    co_return core::result<void>();
}

/// A container that is no unfinished job's own.
asio::awaitable<core::result<void>> recovery::settle_container(agent::found_container container) {
    if (container.is == agent::found_container::state::never_started)
        co_return co_await remove_unstarted(std::nullopt, std::move(container));
    std::optional<journal::job_record> job;
    if (!container.job.empty()) {
        auto known = co_await journal_.find(container.job);
        if (!known) co_return known.error();
        job = std::move(*known);
    }
    co_return co_await remove_stray(std::move(container), std::move(job));
}

asio::awaitable<core::result<void>> recovery::remove_stray(agent::found_container container,
                                                           std::optional<journal::job_record> job) {
    const auto log = job ? std::filesystem::path(job->log) : std::filesystem::path();
    const auto removed = co_await agents_.remove_stray(container, log);
    if (!removed) {
        observe::error("a container that is nobody's could not be removed",
                       {{"job", container.job}, {"container", container.name}, {"reason", describe(removed.error())}});
        // One that has ended is in nobody's way.
        if (container.is == agent::found_container::state::ended) co_return core::result<void>();
        co_return removed.error();
    }
    observe::warning("removed a container that was nobody's", {{"job", container.job}, {"container", container.name}});
    metrics_.orphan_reaped();
    co_return core::result<void>();
}

asio::awaitable<void> recovery::remove_workspaces(std::set<std::string> in_use) {
    const auto jobs = co_await agents_.workspaces();
    if (!jobs) {
        observe::error("the workspaces could not be listed", {{"reason", describe(jobs.error())}});
        co_return;
    }
    for (const auto& job : *jobs) {
        if (with_.closes()) co_return;  // what nobody looks after any more may be left running on purpose
        if (in_use.contains(job) || with_.looks_after(job)) continue;
        if (const auto removed = co_await agents_.remove_workspace(job); removed) {
            observe::info("removed a workspace that was nobody's", {{"job", job}});
            metrics_.orphan_reaped();
        } else {
            observe::error("a workspace that is nobody's could not be removed",
                           {{"job", job}, {"reason", describe(removed.error())}});
        }
    }
}

}  // namespace familiar::job
