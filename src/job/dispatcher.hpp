#pragma once

#include "agent/agent.hpp"
#include "async/signal.hpp"
#include "async/task_group.hpp"
#include "config/current.hpp"
#include "job/admission.hpp"
#include "job/feedback.hpp"
#include "job/forge_probe.hpp"
#include "job/gates.hpp"
#include "job/inquiry.hpp"
#include "job/queue.hpp"
#include "job/recorder.hpp"
#include "job/recovery.hpp"
#include "job/schedule.hpp"
#include "journal/journal.hpp"
#include "observe/metrics.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace familiar::job {

/// Runs the jobs of the journal: keeps the queue, starts at most `max_agents` agents and one per merge request, and
/// writes down how each ended. Which job is when is in dispatcher.cpp, what happens to one that runs in
/// dispatcher_run.cpp, and what ends one from outside in dispatcher_stop.cpp. What it refers to outlives it; join
/// everything (drain, stop or detach, settle) before it is destroyed.
class dispatcher {
public:
    struct tools {
        const config::current& settings;
        journal::journal& journal;
        agent::agents& agents;
        gates& needs;
        forge_probe& forges;
        inquiry& ask;
        feedback& tell;
        observe::metrics& metrics;
    };

    dispatcher(boost::asio::any_io_executor executor, tools with);

    /// Takes up what the process before left in the journal: the queue, and what is still to be authorised. Awaited
    /// once, before the first record(). An error is the journal's.
    boost::asio::awaitable<core::result<void>> recover();

    /// Takes over the agents that the process before left, as soon as the engine answers. Then, when it is known of
    /// each of them whether it runs, starts jobs as they become due, until drain() or a cancellation.
    boost::asio::awaitable<void> run();

    /// Suspends until it is known of every agent from before whether it runs, and what was nobody's is gone.
    boost::asio::awaitable<void> recovered();

    /// Looks for what slipped away (recovery.hpp), from time to time and whenever the engine has come back, until it is
    /// cancelled.
    boost::asio::awaitable<void> keep_reconciling();

    /// Ends jobs that have waited longer than concurrency.max_wait, until it is cancelled.
    boost::asio::awaitable<void> keep_expiring();

    /// A webhook's delivery and its job: written down, and authorised and placed with that or next, beside the caller
    /// (admission::record).
    boost::asio::awaitable<core::result<journal::recorded>> record(journal::delivery origin, journal::job_record job) {
        return admission_.record(std::move(origin), std::move(job));
    }

    /// What closing a merge request has done on disk is done here too: jobs that wait are forgotten, agents stopped.
    void closed(const journal::closed& what);

    /// Ends a job on a person's word (journal::cancel); a running agent is stopped after that, beside the caller. The
    /// job as it stands on disk; errc::not_found, errc::conflict.
    boost::asio::awaitable<core::result<journal::job_record>> cancel(std::string job, std::string reason);

    /// Starts an ended job anew (journal::retry); the new job. errc::not_found, errc::conflict.
    boost::asio::awaitable<core::result<journal::job_record>> retry(std::string job);

    /// What a job that has not started waits for, in the words of the API: "authorisation", "approval", "debounce",
    /// "backoff", "merge_request", "engine", "disk", "forge", "slot"; empty if it does not wait.
    std::string_view waiting_for(const journal::job_record& job) const;

    /// The configuration in force is another: what waits is looked at anew.
    void settings_changed();

    /// From now on no agent starts. Jobs in preparation go back to the queue on disk.
    void drain();

    /// Suspends until no job is being run, for at most `limit`; false if there are some then.
    boost::asio::awaitable<bool> join_for(std::chrono::milliseconds limit);

    /// Stops the agents that run, after drain(): each is cleaned up after and its job is `interrupted`.
    void stop();

    /// Leaves the agents that run as they are, after drain(), for the next start to adopt.
    void detach();

    /// Suspends until every job that was admitted has been authorised and written down, for at most `limit`; false if
    /// the journal has not answered by then. After drain() jobs that cannot be written down are left to the next start.
    boost::asio::awaitable<bool> settle_for(std::chrono::milliseconds limit);

    std::size_t active() const noexcept { return running_.size(); }
    std::size_t queued() const noexcept { return queue_.size() + admission_.size(); }
    /// How long the oldest waiting job has waited.
    std::chrono::milliseconds oldest_wait() const;

private:
    /// One job that is being run, prepared or adopted.
    struct running {
        async::task_group::task_id task = 0;
        std::string repository;
        std::string merge_request;
        recorder* stages = nullptr;  ///< owned by the task
        agent::stop_order order{};   ///< for when the task is cancelled
        bool ended = false;          ///< on disk: the job was cancelled while it was being prepared
    };

    /// A job's place among the running ones. Its task owns it, and gives it back however it ends, be it that it was
    /// cancelled before it could begin.
    class seat {
    public:
        seat(dispatcher& owner, std::string job) : owner_(&owner), job_(std::move(job)) {}
        seat(seat&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)), job_(std::move(other.job_)) {}
        seat& operator=(seat&&) = delete;
        ~seat() {
            if (owner_ != nullptr) owner_->leave(job_);
        }

    private:
        dispatcher* owner_;
        std::string job_;
    };

    using agent_life = boost::asio::awaitable<core::result<agent::outcome>>;

    bool may_start() const;
    void placed(const journal::placed& what);
    void enqueue(const journal::queue_entry& entry);
    void enqueue(const journal::job_record& job);
    void launch(waiting_job next);
    void adopt(journal::job_record job, agent::adoption what);
    void stop_running(const std::string& job, std::string reason, bool ended);
    void leave(const std::string& job);
    boost::asio::awaitable<void> expire(waiting_job job);
    boost::asio::awaitable<void> change_or(std::optional<core::wall_time> when);
    boost::asio::awaitable<void> reconcile_until_clear();

    boost::asio::awaitable<void> execute(seat place, waiting_job next);
    boost::asio::awaitable<void> execute_adopted(seat place, std::unique_ptr<recorder> stages, agent_life life);
    boost::asio::awaitable<std::unique_ptr<agent::assignment>> begin(waiting_job& next, recorder& stages);
    agent_life run_agent(std::unique_ptr<agent::assignment> what, recorder& stages);
    boost::asio::awaitable<void> see_through(recorder& stages, agent_life life);
    boost::asio::awaitable<void> conclude(recorder& stages, core::result<agent::outcome> ended);
    boost::asio::awaitable<void> after_failed_start(const recorder& stages, core::error failure);
    journal::job_change back_to_the_queue(const recorder& stages, next_step step, const core::error& failure);
    boost::asio::awaitable<void> end_unstarted(const recorder& stages, journal::job_state how, std::string reason);
    recorder::questions questions_of(const std::string& job);
    void count_end(const journal::job_record& ended);

    tools with_;
    async::signal changed_;
    admission admission_;
    recovery recovery_;
    async::task_group agents_;
    async::task_group notes_;  ///< jobs that end without having run
    queue queue_;
    std::map<std::string, running> running_;  ///< by job
    bool recovered_ = false;                  ///< it is known of every agent from before whether it runs
    bool draining_ = false;
};

}  // namespace familiar::job
