#pragma once

#include "core/error.hpp"
#include "git/client.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

/// What is written down about mirrors (who borrows from one, when it was last used), and how they are kept small. All
/// but pack_mirror() blocks, though not for long.
namespace familiar::git {

/// Notes in a job's folder, out of the container's sight, that the job borrows from the mirror of this key.
core::result<void> note_loan(const std::filesystem::path& job_folder, const std::string& key);

/// The name of a job below `jobs` that borrows from the mirror of this key; empty if none does.
core::result<std::string> find_borrower(const std::filesystem::path& jobs, const std::string& key);

/// Notes that the mirror is used now, in a way that outlives the server.
core::result<void> note_use(const std::filesystem::path& mirror);

/// How long ago that was. Of a mirror without the note, which older versions made: when its folder last changed. Zero
/// for one that isn't there, and where the clock was set back.
std::chrono::milliseconds time_unused(const std::filesystem::path& mirror);

/// The keys of all mirrors below `mirrors`. No symbolic link is followed.
core::result<std::vector<std::string>> find_mirrors(const std::filesystem::path& mirrors);

/// Packs a mirror where git finds that it has too many loose objects or packs (git-gc(1), "--auto"); most of the time
/// it does nothing. No object is ever deleted: a workspace may borrow one that no ref of the mirror leads to any more.
/// The caller sees to it that nothing is fetched into the mirror meanwhile; readers do not mind. Bounded by
/// `settings::timeout`.
boost::asio::awaitable<core::result<void>> pack_mirror(client& git, boost::asio::thread_pool& pool,
                                                       std::filesystem::path mirror);

}  // namespace familiar::git
