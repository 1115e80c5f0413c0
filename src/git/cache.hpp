#pragma once

#include "core/error.hpp"
#include "git/client.hpp"
#include "git/turnstile.hpp"
#include "git/types.hpp"
#include "process/descriptor.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace familiar::git {

/// The repositories of the forges as this machine keeps them, and the folders of the jobs:
///
///     <cache_dir>/mirrors/<provider>/<path>.git   one bare mirror per repository, which workspaces borrow objects from
///     <cache_dir>/jobs/<job>/                     one folder per job, 0700
///     <cache_dir>/tmp/                            clones that are not complete yet; emptied by open()
///     <cache_dir>/lock                            held while a server uses the cache
///
/// Everything is used from one executor that runs on one thread; what blocks runs on the pool. The cache outlives the
/// calls that were made to it.
class cache {
public:
    cache(boost::asio::any_io_executor executor, boost::asio::thread_pool& pool, settings chosen,
          operation_observer observer = {});
    cache(const cache&) = delete;
    cache& operator=(const cache&) = delete;

    /// Makes the folders, locks them against a second server (errc::busy) and deletes what a killed one left
    /// half-done. Blocks; called once, before anything else. errc::storage_failed if the folder cannot be used.
    core::result<void> open();

    /// Others take the place of the settings, for what begins from now on; the folder stays.
    void change(settings chosen);

    /// Brings the mirror up to date (a clone, or a fetch; one at a time per repository) and makes jobs/<job> from it.
    ///
    /// Errors: authentication_failed, not_found, ref_missing (no such head or target branch), invalid (a name that is
    /// none, or a .familiar/config.yaml that is no regular file), too_large (that file, or more files than anybody
    /// reads), head_moved, and the transient ones: unavailable, timed_out, and busy for a damaged mirror that cannot be
    /// replaced as long as another workspace borrows from it; and whatever `read_configuration` and `beside` say. A
    /// failure leaves no jobs/<job>; a cancellation may, so remove() it. Both are called a second time if the mirror
    /// has to be made anew.
    boost::asio::awaitable<core::result<workspace>> prepare(workspace_request request,
                                                            configuration_reader read_configuration = {},
                                                            companion beside = {});

    /// Whether the forge answers git at all: `git ls-remote` of a repository there that need not exist, without
    /// credentials. Success whatever it says of that repository. `base_url` as in git_url (https, http, git, file),
    /// `ca_file` as in remote. Errors: unavailable and timed_out, with retry_after where the forge told it; and
    /// program_missing without a git.
    boost::asio::awaitable<core::result<void>> reach(std::string base_url, std::chrono::milliseconds limit,
                                                     std::filesystem::path ca_file = {});

    /// Deletes jobs/<job>, whatever its permissions, without following a symlink out of it. Fine if it isn't there.
    boost::asio::awaitable<core::result<void>> remove(std::string job);

    /// The names in jobs/: what a start has to reap or to know.
    boost::asio::awaitable<core::result<std::vector<std::string>>> jobs_on_disk();

    /// Deletes the mirrors that have not been used for so long, and folders that this leaves empty; how many mirrors
    /// that were. One at a time, each in its turn; none that a job borrows from. What fails does not keep the rest: the
    /// error, which then takes the place of the number, is the first.
    boost::asio::awaitable<core::result<std::size_t>> remove_unused_mirrors(std::chrono::milliseconds unused_for);

    /// Packs the mirrors that need it: see pack_mirror(). One at a time, each in its turn. Errors as above.
    boost::asio::awaitable<core::result<void>> pack_mirrors();

    /// Gives the four folders of `what` and all in them to another user, links themselves and not what they point at.
    /// For a server that is root, after its last git command there: git refuses a tree that belongs to somebody else.
    boost::asio::awaitable<core::result<void>> hand_over(workspace what, uid_t user, gid_t group);

private:
    /// `request` is this attempt's own: the reader of the configuration may change it.
    boost::asio::awaitable<core::result<workspace>> prepare_once(workspace_request request,
                                                                 const configuration_reader& read_configuration,
                                                                 const companion& beside, client& git);
    /// The part that takes turns. The job's folder is there before the next one comes, so that a mirror is never thrown
    /// away under it.
    boost::asio::awaitable<core::result<void>> claim(const workspace_request& request, client& git,
                                                     const workspace& of);
    boost::asio::awaitable<core::result<void>> fill(workspace_request& request,
                                                    const configuration_reader& read_configuration,
                                                    const companion& beside, client& git, workspace& into);
    boost::asio::awaitable<core::result<void>> discard_mirror(std::string key);
    boost::asio::awaitable<core::result<bool>> remove_if_unused(const std::string& key,
                                                                std::chrono::milliseconds unused_for);
    /// Moves it to tmp/, from where it is deleted even if the server dies now. In the mirror's turn.
    boost::asio::awaitable<core::result<void>> delete_mirror(const std::string& key);
    std::filesystem::path mirror_folder(const std::string& key) const {
        return settings_.cache_dir / "mirrors" / (key + ".git");
    }
    std::filesystem::path job_folder(const std::string& job) const { return settings_.cache_dir / "jobs" / job; }
    void observe(std::string_view operation, bool succeeded) const;

    boost::asio::thread_pool& pool_;
    settings settings_;
    operation_observer observer_;
    turnstile turns_;           ///< one clone or fetch at a time per repository
    process::descriptor lock_;  ///< holds the flock
};

}  // namespace familiar::git
