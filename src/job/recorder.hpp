#pragma once

#include "agent/stages.hpp"
#include "journal/journal.hpp"
#include "observe/log.hpp"
#include "observe/metrics.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace familiar::job {

/// Writes the stages of one attempt down, in the journal and in the metrics. An agent that was counted as started is
/// counted as ended too, at the latest when this is destroyed.
class recorder final : public agent::stages {
public:
    struct questions {
        std::function<bool()> may_launch;  ///< right before the container starts: a server that drains says no
        std::function<agent::stop_order()> why_stopped;
        std::function<void(const journal::job_record&)> on_start{};  ///< told of the job once its agent runs
    };

    recorder(journal::journal& journal, observe::metrics& metrics, std::string job, questions ask);
    ~recorder() override;

    /// The first word of an attempt: the job is `preparing`, with one attempt more. The whole job as it stands on disk,
    /// with whatever joined it until now. errc::conflict: it has ended, and nothing is to be done.
    boost::asio::awaitable<core::result<journal::job_record>> begin();

    /// The first word about an agent that an earlier process has started.
    void adopt(const journal::job_record& job);

    boost::asio::awaitable<core::result<void>> launching(agent::launch what) override;
    boost::asio::awaitable<void> started(core::wall_time at, std::optional<core::wall_time> deadline) override;
    boost::asio::awaitable<void> stopping(agent::outcome what) override;
    boost::asio::awaitable<void> finishing(agent::outcome what) override;
    agent::stop_order why_stopped() const override { return ask_.why_stopped(); }

    /// The last word: the outcome becomes the job's final state, in the counters at once and in the journal as soon as
    /// that can be written (`write_down`).
    boost::asio::awaitable<core::result<journal::job_record>> ended(agent::outcome what);

    /// The agent goes on without this process: it is not counted as ended.
    void left_running();

    /// True once `launching` is on disk.
    bool launched() const noexcept { return launched_; }

    const std::string& job() const noexcept { return job_; }

    /// What is known from its first word on.
    event::provider forge() const noexcept { return forge_; }
    int attempt() const noexcept { return attempt_; }
    const observe::fields& about() const noexcept { return about_; }

private:
    void learn(const journal::job_record& job);
    void enter(std::string_view stage);
    void leave();
    void count_end(const agent::outcome& what);
    boost::asio::awaitable<core::result<journal::job_record>> keep(journal::job_change change);

    journal::journal& journal_;
    observe::metrics& metrics_;
    const std::string job_;
    const questions ask_;
    observe::fields about_{};  ///< what log lines begin with
    core::wall_time arrived_{};
    int attempt_ = 0;
    bool launched_ = false;
    bool adopted_ = false;
    event::provider forge_ = event::provider::github;
    bool active_ = false;  ///< counted in agents_spawned_total, and not yet among those that ended
    std::string_view stage_;
    std::chrono::steady_clock::time_point since_;
};

/// The final state of a job whose agent ended so, and back: none for states that are not the end of an agent.
journal::job_state final_state(agent::ending how) noexcept;
std::optional<agent::ending> ending_of(journal::job_state state) noexcept;

observe::agent_end counted_as(agent::ending how) noexcept;

}  // namespace familiar::job
