#pragma once

#include "core/error.hpp"
#include "journal/job.hpp"
#include "journal/placement.hpp"

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
    bool duplicate = false;                 ///< it was known, or what it means was: there is no new job
    std::string job;                        ///< the new job, or the one the delivery stands for; empty if there is none
    job_state state = job_state::received;  ///< of that job
    std::optional<placed> made{};           ///< the new job as it stands, and what its placement did to others
};

/// Which jobs list() tells of.
struct job_filter {
    std::optional<job_state> state{};
    std::string path{};    ///< of the repository; empty: all
    std::string before{};  ///< only jobs whose id is less: where the page before ended
    std::size_t limit = 50;
};

/// What closing a merge request has done on disk.
struct closed {
    bool known = false;                   ///< the delivery was: nothing was written
    std::vector<job_record> cancelled{};  ///< jobs that waited or were being prepared, now `cancelled`
    std::vector<std::string> to_stop{};   ///< running jobs, whose outcome is `cancelled` from now on
};

/// Somebody's word that the agent may run on a head from elsewhere.
struct approval {
    event::provider forge = event::provider::github;
    std::string path;
    std::int64_t number = 0;
    std::string head;  ///< the whole commit id
    std::string by;    ///< login
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
    ///
    /// A new delivery that means the same (`job.meaning`, within one merge request) as a job of the last 24 hours that
    /// waits, runs or has succeeded is kept and stands for that job, and is a duplicate too; unless an event with
    /// another head came in between (a push from A to B and back to A), or close_request() did.
    ///
    /// With a `rule` a job that is no duplicate is placed by it, as by place(), before anybody can see it `received`;
    /// the delivery of one that joins another stands for the other.
    boost::asio::awaitable<core::result<recorded>> record(delivery what, std::optional<job_record> job,
                                                          placement_rule rule = {});

    /// Applies a change and returns the job as it stands then. errc::not_found; errc::conflict if the job has ended in
    /// another state (the same final state again may still add details).
    boost::asio::awaitable<core::result<job_record>> update(std::string job, job_change change);

    /// Authorises a `received` (or `held`) job: applies `authorised`, then what `rule` makes of it, in one transaction.
    /// A job that joins another hands its comments over and ends as `superseded`, and its delivery stands for the other
    /// from then on; jobs that it supersedes end so. The reasons name the other job. errc::not_found; errc::conflict if
    /// the job does not wait to be authorised any more.
    ///
    /// `job` is the whole of it, as its row has it, which is not read again but for the state. What its merge request
    /// is said to be is written only if `authorised` tells of that.
    boost::asio::awaitable<core::result<placed>> place(job_record job, job_change authorised, placement_rule rule);

    /// Keeps the delivery of a close, cancels the jobs of that merge request that wait (received, held, queued,
    /// preparing), decides the outcome of those that run (their reason, too), and forgets what its events meant, so
    /// that a reopened merge request runs. A known delivery does nothing.
    boost::asio::awaitable<core::result<closed>> close_request(delivery what, event::provider forge, std::string path,
                                                               std::int64_t number, std::string reason);

    /// The same for one job on a person's word: `cancelled` if it waited or was being prepared; with the outcome
    /// `cancelled`, state unchanged, if it runs. errc::not_found; errc::conflict if it has ended, is ending, or is
    /// being stopped for another reason.
    boost::asio::awaitable<core::result<job_record>> cancel(std::string job, std::string reason);

    /// Starts an ended job anew on a person's word: a new one, `received`, named `fresh`, with retry_of and all its
    /// comments; the old one's deliveries stand for it from now on. errc::not_found; errc::conflict if the job has not
    /// ended, has succeeded or was superseded, or has been retried by one that has not ended or has succeeded.
    boost::asio::awaitable<core::result<job_record>> retry(std::string job, std::string fresh, core::wall_time now);

    /// A job that waits for an approval: applies `why` (state `held`). Jobs of the same merge request that are held and
    /// about a head as this one is are `superseded` by it; their ids are in the answer. errc::not_found; errc::conflict
    /// if the job has ended.
    boost::asio::awaitable<core::result<placed>> hold(std::string job, job_change why);

    /// Keeps that this head of a merge request was approved. Durable; again is fine.
    boost::asio::awaitable<core::result<void>> approve(approval what);

    /// Whether that head was approved.
    boost::asio::awaitable<core::result<bool>> is_approved(event::provider forge, std::string path, std::int64_t number,
                                                           std::string head);

    /// The jobs of a merge request that are held, the oldest first.
    boost::asio::awaitable<core::result<std::vector<job_record>>> held(event::provider forge, std::string path,
                                                                       std::int64_t number);

    /// Up to `most` jobs of which people on the merge request have to be told and have not been, the oldest first:
    /// those that have ended, and those that are held.
    boost::asio::awaitable<core::result<std::vector<job_record>>> to_tell(std::size_t most);

    /// They have been told of the job as it stood in `state`. Fine if the job is gone.
    boost::asio::awaitable<core::result<void>> told(std::string job, job_state state);

    /// Keeps that the bot itself has brought this head about, which needs no job.
    boost::asio::awaitable<core::result<void>> note_own_head(event::provider forge, std::string path,
                                                             std::int64_t number, std::string head);

    /// Whether this head of the merge request is known: by a job, whatever became of it, or as the bot's own.
    boost::asio::awaitable<core::result<bool>> knows_head(event::provider forge, std::string path, std::int64_t number,
                                                          std::string head);

    /// The repositories of a forge that jobs are about, at most `most`, the most recent first.
    boost::asio::awaitable<core::result<std::vector<std::string>>> repositories(event::provider forge,
                                                                                std::size_t most);

    /// When the newest delivery came that was there at open(); none for a new database. What was missed came after it.
    std::optional<core::wall_time> last_in_use() const;

    /// By its id or a prefix that fits no other; empty if there is none. errc::conflict if several fit.
    boost::asio::awaitable<core::result<std::optional<job_record>>> find(std::string job);

    /// The newest first.
    boost::asio::awaitable<core::result<std::vector<job_record>>> list(job_filter which);

    /// All jobs that are `queued`, in the order of the queue. Quick and small also for very many.
    boost::asio::awaitable<core::result<std::vector<queue_entry>>> queue();

    /// All jobs that have not ended and are not `queued`, the oldest first.
    boost::asio::awaitable<core::result<std::vector<job_record>>> unfinished();

    /// Deletes up to `most` jobs that ended before `limit` and up to `most` deliveries that came before it and stand
    /// for no job; how many rows that were. Called until it is 0, so that no webhook waits for long.
    boost::asio::awaitable<core::result<std::size_t>> prune(core::wall_time limit, std::size_t most);

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
