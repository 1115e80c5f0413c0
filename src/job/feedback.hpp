#pragma once

#include "config/current.hpp"
#include "journal/journal.hpp"
#include "observe/metrics.hpp"
#include "provider/forge.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <memory>

namespace familiar::job {

/// What people see of a job on its merge request: eyes on what led to it, a status at its commit while it waits and
/// runs, and at its end one comment with the outcome.
///
/// How a job stands on the way is told as it happens and is never worth a delay: what cannot be said is logged. What a
/// person has to learn, an end or that an approval is needed, is owed by the journal (journal::to_tell) until the forge
/// has it: also after a crash in between, and exactly once, since the bot's own comments are looked through for the
/// job's mark before one is written.
///
/// Nothing is said where a forge has no API. What it refers to outlives it; join it (settle_for) before it is
/// destroyed.
class feedback {
public:
    struct tools {
        const config::current& settings;
        journal::journal& journal;
        provider::forge_lookup forges;
        observe::metrics& metrics;
    };

    feedback(boost::asio::any_io_executor executor, tools with);
    ~feedback();

    /// A job waits for its turn behind so many others, or runs. Returns at once.
    void queued(const journal::job_record& job, std::size_t ahead);
    void running(const journal::job_record& job);

    /// The journal owes somebody something: look. Returns at once.
    void owes();

    /// Tells what is owed, from the start on and whenever that has become more, until it is cancelled.
    boost::asio::awaitable<void> keep_telling();

    /// Suspends until what was begun has been said and what is owed has been tried once, for at most `limit`; the rest
    /// is the next start's.
    boost::asio::awaitable<void> settle_for(std::chrono::milliseconds limit);

private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

}  // namespace familiar::job
