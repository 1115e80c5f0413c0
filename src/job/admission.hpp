#pragma once

#include "async/signal.hpp"
#include "async/task_group.hpp"
#include "config/current.hpp"
#include "job/inquiry.hpp"
#include "journal/journal.hpp"
#include "triage/authorise.hpp"
#include "triage/intent.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <string>

namespace familiar::job {

/// From a webhook to a place in the queue, or to the end of what may not run: writes the job down, completes what the
/// event does not say from what the forge or the journal knows, authorises it, and places it among the jobs of its
/// merge request, or holds it until somebody approves. Where nobody has to be asked, all of that is the one transaction
/// that the webhook's answer waits for; otherwise that keeps the job as `received`, and the rest follows beside. Those
/// of one merge request are taken in the order in which they came, each when the one before is on disk. The line is in
/// admission.cpp, what becomes of a job in admission_verdict.cpp. Join it (settle_for) before it is destroyed; what it
/// refers to outlives it.
class admission {
public:
    struct tools {
        const config::current& settings;
        journal::journal& journal;
        inquiry& ask;
    };

    /// Told of every job that was placed, joined, held or ended, once that is on disk.
    using observer = std::function<void(const journal::placed&)>;

    admission(boost::asio::any_io_executor executor, tools with, observer on_placed);

    /// A webhook's delivery and its job, a new one: durable when this returns, and dealt with or in its line by then.
    /// What is a duplicate is not placed. An error is the journal's: nothing was kept.
    boost::asio::awaitable<core::result<journal::recorded>> record(journal::delivery origin, journal::job_record job);

    /// A job that is durable as `received`, or as `held` when something has changed since. Returns at once.
    void admit(journal::job_record job);

    /// From now on no forge is asked, and a job that the journal does not take is left to the next start instead of
    /// being tried again.
    void drain();

    /// Suspends until every job that came has been dealt with, for at most `limit`; false if the journal has not
    /// answered by then.
    boost::asio::awaitable<bool> settle_for(std::chrono::milliseconds limit);

    std::size_t size() const noexcept { return waiting_; }

private:
    /// A job on its way.
    struct candidate {
        journal::job_record job;
        bool asked = false;  ///< somebody was, about its merge request: more may be known of that than is on disk
    };

    /// Those of one merge request.
    struct line {
        std::deque<candidate> jobs{};  ///< on disk; the first is being taken in
        std::size_t coming = 0;        ///< to follow, and being written down
    };

    /// Keeps the place in its line of a job that is being written down, so that none which comes later goes before it.
    class place_in_line;

    boost::asio::awaitable<void> work_off(std::string merge_request);
    boost::asio::awaitable<void> take_in(candidate& one);
    bool has_expired(const journal::job_record& job) const;

    journal::placement_rule rule_at_once(journal::job_record& job) const;
    journal::placement_rule rule_of_now() const;
    boost::asio::awaitable<core::result<void>> try_to_take_in(candidate& one);
    boost::asio::awaitable<core::result<void>> learn(candidate& one);
    boost::asio::awaitable<core::result<void>> complete_from_journal(journal::job_record& job);
    boost::asio::awaitable<core::result<triage::standing>> standing_of(const event::event& subject);
    boost::asio::awaitable<core::result<void>> queue_up(const candidate& one, bool approved);
    boost::asio::awaitable<core::result<void>> hold(const journal::job_record& job, std::string reason);
    boost::asio::awaitable<core::result<void>> end(const journal::job_record& job, journal::job_state how,
                                                   std::string reason, std::string said = {});
    boost::asio::awaitable<core::result<void>> take_approval(journal::job_record& job, triage::approval approval);
    void report(const journal::placed& done);
    /// What the forge is asked; cut off with errc::shutting_down as soon as the server drains.
    template <class T>
    boost::asio::awaitable<core::result<T>> until_drain(event::provider forge,
                                                        boost::asio::awaitable<core::result<T>> question);

    tools with_;
    observer on_placed_;
    std::map<std::string, line> lines_;  ///< by merge request; none is empty
    std::size_t waiting_ = 0;
    bool draining_ = false;
    async::signal drained_;
    async::task_group tasks_;
};

}  // namespace familiar::job
