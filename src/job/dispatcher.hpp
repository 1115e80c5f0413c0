#pragma once

#include "agent/agent.hpp"
#include "async/signal.hpp"
#include "async/task_group.hpp"
#include "config/settings.hpp"
#include "job/engine_gate.hpp"
#include "job/recorder.hpp"
#include "job/schedule.hpp"
#include "journal/journal.hpp"
#include "observe/metrics.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <deque>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace familiar::job {

/// Runs the jobs of the journal: authorises what came in, keeps the queue in order, starts at most `max_agents` agents
/// and one per merge request, and writes down how each ended. What it refers to outlives it; join everything (drain,
/// stop, settle) before it is destroyed.
class dispatcher {
public:
    struct tools {
        const config::settings& settings;
        journal::journal& journal;
        agent::agents& agents;
        engine_gate& gate;
        observe::metrics& metrics;
    };

    dispatcher(boost::asio::any_io_executor executor, tools with);

    /// Takes up what the process before left unfinished. Awaited once, before the first admit(). An error is the
    /// journal's.
    boost::asio::awaitable<core::result<void>> recover();

    /// Removes the containers and folders of the process before as soon as the engine answers, then starts jobs as they
    /// become due, until drain() or a cancellation.
    boost::asio::awaitable<void> run();

    /// A job that is durable as `received`: it is authorised next, beside the caller.
    void admit(journal::job_record job);

    /// From now on no agent starts. Jobs in preparation go back to the queue on disk.
    void drain();

    /// Suspends until no job is being run, for at most `limit`; false if there are some then.
    boost::asio::awaitable<bool> join_for(std::chrono::milliseconds limit);

    /// Stops the agents that run, after drain(): each is cleaned up after and its job is `interrupted`.
    void stop();

    /// Suspends until every job that was admitted has been authorised and written down, for at most `limit`; false if
    /// the journal has not answered by then. After drain() jobs that cannot be written down are left to the next start.
    boost::asio::awaitable<bool> settle_for(std::chrono::milliseconds limit);

    std::size_t active() const noexcept { return running_.size(); }
    std::size_t queued() const noexcept { return waiting_.size() + authorising_.size(); }
    /// How long the oldest waiting job has waited.
    std::chrono::milliseconds oldest_wait() const;

private:
    struct running {
        async::task_group::task_id task = 0;
        std::string merge_request;
        recorder* stages = nullptr;  ///< owned by the task
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

    boost::asio::awaitable<void> reap();
    boost::asio::awaitable<std::optional<std::filesystem::path>> log_from_before(std::string job);
    boost::asio::awaitable<void> authorise(journal::job_record job);
    boost::asio::awaitable<core::result<void>> try_to_authorise(journal::job_record& job);
    boost::asio::awaitable<core::result<void>> complete_from_journal(journal::job_record& job);
    void enqueue(journal::job_record job);
    choice choose_next() const;
    void launch(std::size_t index);
    boost::asio::awaitable<void> execute(seat place, journal::job_record job);
    boost::asio::awaitable<core::result<agent::outcome>> run_agent(const journal::job_record& job, recorder& stages);
    void leave(const std::string& job);
    boost::asio::awaitable<void> conclude(journal::job_record job, recorder& stages,
                                          core::result<agent::outcome> ended);
    boost::asio::awaitable<void> after_failed_start(journal::job_record job, core::error failure);
    void count_end(const core::result<journal::job_record>& ended);

    tools with_;
    async::task_group authorising_;
    async::task_group agents_;
    std::deque<journal::job_record> waiting_;
    std::map<std::string, running> running_;  ///< by job
    async::signal changed_;
    bool draining_ = false;
};

}  // namespace familiar::job
