#include "git/mirror.hpp"

#include "async/blocking.hpp"
#include "async/retry.hpp"
#include "async/timeout.hpp"
#include "core/ulid.hpp"
#include "git/files.hpp"
#include "git/tree.hpp"
#include "process/descriptor.hpp"

#include <boost/asio/post.hpp>

#include <cerrno>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

namespace familiar::git {

namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using process::descriptor;

/// A folder that is deleted on the pool when its coroutine ends, however it ends.
class temporary_folder {
public:
    temporary_folder(asio::thread_pool& pool, fs::path path) : pool_(pool), path_(std::move(path)) {}
    temporary_folder(const temporary_folder&) = delete;
    temporary_folder& operator=(const temporary_folder&) = delete;
    ~temporary_folder() {  // NOLINT(bugprone-exception-escape): without memory for this the process ends
        asio::post(pool_, [path = std::move(path_)] { (void)remove_tree(path); });
    }

    const fs::path& path() const noexcept { return path_; }

private:
    asio::thread_pool& pool_;
    fs::path path_;
};

/// Puts a complete clone where the mirror belongs; the entry is on disk when this returns. The first folders are made
/// before git reads core.sharedRepository.
core::result<void> move_into_place(const fs::path& clone, const fs::path& mirror) {
    std::error_code error;
    for (const auto* folder : {"objects", "objects/pack", "objects/info"})
        if (!error) fs::permissions(clone / folder, fs::perms(0755), error);
    if (!error) fs::create_directories(mirror.parent_path(), error);
    if (!error) fs::rename(clone, mirror, error);
    if (error) return storage_error("cannot make the mirror", mirror, error.value());
    const descriptor folder(::open(mirror.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder || ::fsync(folder.get()) != 0) return storage_error("cannot sync", mirror.parent_path(), errno);
    return {};
}

/// The objects are readable for every user, whatever the umask, since an agent that runs as another user borrows them;
/// the cache's folder itself is closed to others.
asio::awaitable<core::result<void>> clone(client& git, asio::thread_pool& pool, fs::path mirror) {
    const temporary_folder fresh(pool, git.chosen().cache_dir / "tmp" / core::make_ulid());
    client::call call{.operation = "clone"};
    call.arguments = {"clone",
                      "--quiet",
                      "--bare",
                      "--template=",
                      "--config",
                      "core.sharedRepository=0644",
                      "--end-of-options",
                      git.from().url,
                      fresh.path().string()};
    auto cloned = co_await git.network(std::move(call));
    if (!cloned) co_return std::move(cloned).error();
    co_return move_into_place(fresh.path(), mirror);
}

bool is_leftover(const fs::path& path) {
    const auto name = path.filename().string();
    return name.ends_with(".lock") || name.starts_with("tmp_") || name.starts_with(".tmp-");
}

/// One attempt. What an attempt before it left when it was killed is in the way of this one.
asio::awaitable<core::result<void>> fetch(client& git, asio::thread_pool& pool, fs::path mirror, std::string head_ref) {
    auto cleared = co_await async::run_blocking(pool, [&] { return remove_leftovers(mirror); });
    if (!cleared) co_return std::move(cleared).error();

    client::call call{.operation = "fetch", .repository = mirror};
    call.arguments = {"fetch",
                      "--quiet",
                      "--prune",
                      "--no-tags",  // no tags but those of the refspec
                      "--update-shallow",
                      "--no-write-fetch-head",
                      "--no-auto-maintenance",
                      "--no-recurse-submodules",
                      "--end-of-options",
                      git.from().url,
                      "+refs/heads/*:refs/heads/*",
                      "+refs/tags/*:refs/tags/*",
                      "+" + head_ref + ":" + head_ref};
    co_return co_await git.network(std::move(call));
}

/// All attempts of one operation, within the timeout.
template <class MakeAttempt>
asio::awaitable<core::result<void>> persistently(client& git, std::string operation, const operation_observer& observer,
                                                 MakeAttempt make_attempt) {
    const auto observe = [&](std::string_view result) {
        if (observer) observer(operation, result);
    };
    auto attempts =
        async::retry(git.chosen().retry, make_attempt,
                     [&](const core::error&, std::size_t, std::chrono::milliseconds) { observe("retried"); });
    auto done = co_await async::with_timeout(std::move(attempts), git.chosen().timeout);
    observe(done ? "ok" : "failed");
    if (!done && done.error().code == core::errc::timed_out)
        co_return core::fail(core::errc::timed_out, "git " + operation + " of " + git.from().key +
                                                        " took longer than " + core::to_text(git.chosen().timeout) +
                                                        " (git.timeout)");
    co_return std::move(done);
}

}  // namespace

asio::awaitable<core::result<void>> update_mirror(client& git, asio::thread_pool& pool, fs::path mirror,
                                                  std::string head_ref, const operation_observer& observer) {
    std::error_code error;
    if (!fs::exists(mirror, error)) {
        auto cloned = co_await persistently(git, "clone", observer, [&] { return clone(git, pool, mirror); });
        if (!cloned) co_return std::move(cloned).error();
    }
    co_return co_await persistently(git, "fetch", observer, [&] { return fetch(git, pool, mirror, head_ref); });
}

core::result<void> remove_leftovers(const fs::path& mirror) {
    std::vector<fs::path> found;
    std::error_code error;
    for (const auto& folder : {mirror, mirror / "objects", mirror / "objects/pack", mirror / "objects/info"})
        for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
            if (is_leftover(entry->path())) found.push_back(entry->path());
    for (fs::recursive_directory_iterator entry(mirror / "refs", error), end; !error && entry != end;
         entry.increment(error))
        if (entry->path().extension() == ".lock") found.push_back(entry->path());
    for (const auto& path : found)
        if (auto removed = remove_tree(path); !removed) return removed;
    return {};
}

}  // namespace familiar::git
