#pragma once

#include "async/signal.hpp"
#include "config/current.hpp"
#include "core/error.hpp"
#include "job/feedback.hpp"
#include "job/feedback_plan.hpp"
#include "job/teller.hpp"
#include "journal/journal.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

namespace familiar::job {

/// Where everything is said that one forge is to hear: one thing after the other, so that what comes later is seen
/// later. Notes go between what is owed. What the forge does not take now is tried again, alone, while the rest goes
/// on; all waits if the forge asks for that.
class forge_desk {
public:
    forge_desk(const boost::asio::any_io_executor& executor, event::provider forge, const feedback::tools& with);

    /// Is said in its turn. Dropped, with a log line, if far too many wait, and without one if the forge has no API.
    void add(progress_note note);

    /// The journal may owe more than before.
    void call();

    /// Says what there is until it is cancelled.
    boost::asio::awaitable<void> attend();

    /// Suspends until what is there now has been tried, if anybody attends to it. Throws operation_aborted when
    /// cancelled.
    boost::asio::awaitable<void> settled();

private:
    using clock = std::chrono::steady_clock;

    /// Another attempt at telling of a job.
    struct postponed {
        std::size_t tries = 0;
        clock::time_point until{};
    };

    boost::asio::awaitable<bool> work_off();
    boost::asio::awaitable<bool> tell_in_order(std::vector<journal::job_record> owed);
    boost::asio::awaitable<void> say_next_note();
    boost::asio::awaitable<bool> say_notes_of(journal::job_record job);
    boost::asio::awaitable<core::result<void>> tell(journal::job_record job);
    bool waits(const journal::job_record& job, clock::time_point& held_up);
    void forget_all_but(const std::vector<journal::job_record>& owed);
    clock::time_point postpone(const journal::job_record& job, const core::error& failure);
    bool is_silent() const { return clock::now() < silent_until_; }
    clock::time_point next_attempt() const;

    event::provider forge_;
    feedback::tools with_;
    teller says_;
    std::deque<progress_note> notes_{};
    std::map<std::string, postponed> later_{};  ///< by job
    clock::time_point silent_until_{};          ///< the forge wants to be left alone until then
    std::size_t looks_at_;                      ///< how many owed jobs
    async::signal called_;
    async::signal changed_;    ///< what settled() asks for
    std::uint64_t calls_ = 0;  ///< how often there was something new
    std::uint64_t done_ = 0;   ///< of those, what has been tried
    bool attended_ = false;
};

}  // namespace familiar::job
