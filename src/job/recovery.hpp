#pragma once

#include "agent/agent.hpp"
#include "journal/journal.hpp"
#include "observe/metrics.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace familiar::job {

/// Brings together what the journal says of jobs, the engine of containers and the disk of workspaces, wherever nobody
/// looks after them: after a start, and from time to time for whatever slipped away since. What is to be done is
/// decided in reconcile.hpp.
class recovery {
public:
    /// Those who look after jobs: run them, or will.
    struct house {
        std::function<bool(const std::string& job)> looks_after;
        std::function<void(journal::job_record, agent::adoption)> adopt;
        std::function<void(journal::job_record)> put_back;  ///< it is `queued` on disk
        std::function<bool()> closes;                       ///< nothing is taken up any more: the next start goes on
    };

    recovery(journal::journal& journal, agent::agents& agents, observe::metrics& metrics, house with)
        : journal_(journal), agents_(agents), metrics_(metrics), with_(std::move(with)) {}

    /// One round. An error says what could not be found out or may still run: an agent that was started now could meet
    /// another one on its merge request. What merely stays behind is logged, and met again in the next round. A house
    /// that closes is left as it is from then on: errc::shutting_down.
    boost::asio::awaitable<core::result<void>> reconcile();

private:
    using containers = std::vector<agent::found_container>;

    boost::asio::awaitable<core::result<void>> keep_strays(containers& found);
    boost::asio::awaitable<core::result<void>> settle_job(journal::job_record job, containers& found);
    boost::asio::awaitable<core::result<void>> remove_unstarted(std::optional<journal::job_record> job,
                                                                agent::found_container container);
    boost::asio::awaitable<core::result<void>> put_back(journal::job_record job);
    boost::asio::awaitable<core::result<void>> end(journal::job_record job, journal::job_state how, std::string reason);
    boost::asio::awaitable<core::result<void>> settle_container(agent::found_container container);
    boost::asio::awaitable<core::result<void>> remove_stray(agent::found_container container,
                                                            std::optional<journal::job_record> job);
    boost::asio::awaitable<void> remove_workspaces(std::set<std::string> in_use);
    void adopt(journal::job_record job, agent::found_container container);

    journal::journal& journal_;
    agent::agents& agents_;
    observe::metrics& metrics_;
    house with_;
};

}  // namespace familiar::job
