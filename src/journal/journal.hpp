#pragma once

#include "core/error.hpp"
#include "journal/job.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace familiar::journal {

struct options {
    std::filesystem::path path;  ///< the database file; made (mode 0600) if missing, its directory is not
    std::chrono::milliseconds busy_timeout{5000};  ///< for another program that locks the file for a moment
};

/// What became of a delivery.
struct recorded {
    bool duplicate = false;  ///< it was known: nothing was written
    std::string job;         ///< the new job, or the one the known delivery stands for; empty if there is none
    job_state state = job_state::received;  ///< of that job
    std::string retry_of;  ///< the ended job which the new one repeats, as this delivery had been seen before
};

/// Deliveries and jobs in SQLite, durable (fsynced) before an awaited write returns.
///
/// All calls come from one event-loop thread; SQLite runs on a thread of its own. Writes that wait while it is busy are
/// committed together, and each of their callers resumes, with its own result, after the commit that holds its write. A
/// write that fails takes nothing of its neighbours with it.
///
/// A caller that is cancelled after the call has begun still gets its write; it sees the cancellation at its next
/// await.
///
/// Errors of every call: errc::storage_full, errc::busy, errc::storage_failed, and errc::shutting_down after close().
/// None of them is for ever: the next call tries anew, with a fresh connection where the old one may be broken.
///
/// The execution context of the callers must outlive the journal.
class journal {
public:
    /// Opens the database, makes it if there is none, and brings an older one up to date after copying it to
    /// `<path>.v<old>.bak`. Blocks: this is for the start.
    ///
    /// errc::not_found: no such directory; errc::busy: another server has it (`<path>.lock`); errc::newer_schema: a
    /// newer version wrote it; errc::invalid: a directory, or another program's database; errc::storage_failed: corrupt
    /// or not permitted. Each says what to do, and the file is left as it was.
    static core::result<std::unique_ptr<journal>> open(options settings);

    journal(const journal&) = delete;
    journal& operator=(const journal&) = delete;
    ~journal();

    /// Writes a delivery and, if it led to one, its job, in one transaction.
    ///
    /// A known (forge, id) is a duplicate, and nothing is written, unless `job` is given and the delivery has no job so
    /// far or one that `restarts_on_redelivery`: then `job` is inserted with retry_of naming the old one, and the
    /// delivery stands for the new job from now on. errc::conflict if the job's id is taken.
    boost::asio::awaitable<core::result<recorded>> record(delivery what, std::optional<job_record> job);

    /// Applies a change and returns the job as it stands then. errc::not_found; errc::conflict if the job has ended in
    /// another state (the same final state again may still add details).
    boost::asio::awaitable<core::result<job_record>> update(std::string job, job_change change);

    /// By its id or a prefix that fits no other; empty if there is none. errc::conflict if several fit.
    boost::asio::awaitable<core::result<std::optional<job_record>>> find(std::string job);

    /// All jobs that have not ended, the oldest first.
    boost::asio::awaitable<core::result<std::vector<job_record>>> unfinished();

    /// A kept delivery; without a forge, of whichever forge has that id. errc::conflict if both have it.
    boost::asio::awaitable<core::result<std::optional<delivery>>> find_delivery(std::optional<event::provider> forge,
                                                                                std::string id);

    /// What the newest job of that merge request knows of it, among those that know both origin and source branch.
    boost::asio::awaitable<core::result<std::optional<event::merge_request>>> last_known(event::provider forge,
                                                                                         std::string path,
                                                                                         std::int64_t number);

    /// The random id of this database: the default of `instance`.
    std::string instance() const;

    /// Commits a small write: an error says why nothing can be written now.
    boost::asio::awaitable<core::result<void>> check();

    /// Commits what waits, then ends the thread and lets go of the file. Blocks for that long; callers of before resume
    /// as usual, later calls get errc::shutting_down. Also done by the destructor.
    void close();

private:
    class parts;
    explicit journal(std::unique_ptr<parts> inside);
    std::unique_ptr<parts> parts_;
};

}  // namespace familiar::journal
