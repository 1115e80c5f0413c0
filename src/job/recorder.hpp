#pragma once

#include "agent/stages.hpp"
#include "journal/journal.hpp"
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
    /// `may_launch` is asked right before the container is made: a server that drains says no.
    recorder(journal::journal& journal, observe::metrics& metrics, const journal::job_record& job,
             std::function<bool()> may_launch);
    ~recorder() override;

    boost::asio::awaitable<core::result<void>> preparing() override;
    boost::asio::awaitable<core::result<void>> launching(agent::launch what) override;
    boost::asio::awaitable<void> started(core::wall_time at, std::optional<core::wall_time> deadline) override;
    boost::asio::awaitable<void> finishing(agent::outcome what) override;

    /// The last word: the outcome becomes the job's final state, in the counters at once and in the journal as soon as
    /// that can be written (`write_down`).
    boost::asio::awaitable<core::result<journal::job_record>> ended(agent::outcome what);

    /// True once `launching` is on disk.
    bool launched() const noexcept { return launched_; }

private:
    void enter(std::string_view stage);
    void leave();
    void count_end(agent::ending how);

    journal::journal& journal_;
    observe::metrics& metrics_;
    const std::string job_;
    const int attempt_;
    const core::wall_time arrived_;
    const std::function<bool()> may_launch_;
    bool launched_ = false;
    bool active_ = false;  ///< counted in agents_spawned_total, and not yet among those that ended
    std::string_view stage_;
    std::chrono::steady_clock::time_point since_;
};

/// The final state of a job whose agent ended so.
journal::job_state final_state(agent::ending how) noexcept;

}  // namespace familiar::job
