#include "async/blocking.hpp"
#include "core/ulid.hpp"
#include "git/cache.hpp"
#include "git/files.hpp"
#include "git/mirror_upkeep.hpp"
#include "git/tree.hpp"

#include <optional>
#include <system_error>
#include <unistd.h>

namespace familiar::git {

namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

/// Deletes what is empty from `folder` upwards, below `top`.
void remove_empty_folders(fs::path folder, const fs::path& top) {
    while (folder != top && ::rmdir(folder.c_str()) == 0) folder = folder.parent_path();
}

}  // namespace

asio::awaitable<core::result<void>> cache::discard_mirror(std::string key) {
    const auto turn = co_await turns_.enter(key);
    auto borrower = find_borrower(settings_.cache_dir / "jobs", key);
    if (!borrower) co_return std::move(borrower).error();
    if (!borrower->empty())
        co_return core::fail(core::errc::busy, "the mirror " + mirror_folder(key).string() + " is damaged, and job " +
                                                   *borrower + " still borrows from it; it is cloned anew after that");
    co_return co_await delete_mirror(key);
}

asio::awaitable<core::result<void>> cache::delete_mirror(const std::string& key) {
    const auto mirror = mirror_folder(key);
    const auto condemned = settings_.cache_dir / "tmp" / core::make_ulid();
    std::error_code error;
    fs::rename(mirror, condemned, error);
    if (error && error != std::errc::no_such_file_or_directory)
        co_return storage_error("cannot move away the mirror", mirror, error.value());
    co_return co_await async::run_blocking(pool_, [&] { return remove_tree(condemned); });
}

asio::awaitable<core::result<std::size_t>> cache::remove_unused_mirrors(std::chrono::milliseconds unused_for) {
    const auto top = settings_.cache_dir / "mirrors";
    auto keys = co_await async::run_blocking(pool_, [&] { return find_mirrors(top); });
    if (!keys) co_return std::move(keys).error();

    std::size_t count = 0;
    std::optional<core::error> first_failure;
    for (const auto& key : *keys) {
        auto removed = co_await remove_if_unused(key, unused_for);
        if (!removed && !first_failure)
            first_failure = std::move(removed).error();
        else if (removed && *removed)
            ++count;
    }
    if (first_failure) co_return std::move(*first_failure);
    co_return count;
}

asio::awaitable<core::result<bool>> cache::remove_if_unused(const std::string& key,
                                                            std::chrono::milliseconds unused_for) {
    // Looked at first without a turn, which a mirror that is being fetched into keeps for long.
    if (time_unused(mirror_folder(key)) < unused_for) co_return false;
    const auto turn = co_await turns_.enter(key);
    if (time_unused(mirror_folder(key)) < unused_for) co_return false;
    auto borrower = find_borrower(settings_.cache_dir / "jobs", key);
    if (!borrower) co_return std::move(borrower).error();
    if (!borrower->empty()) co_return false;

    auto deleted = co_await delete_mirror(key);
    if (!deleted) co_return std::move(deleted).error();
    // Here and not on the pool: a clone makes these folders and moves into them without a suspension in between.
    remove_empty_folders(mirror_folder(key).parent_path(), settings_.cache_dir / "mirrors");
    co_return true;
}

asio::awaitable<core::result<void>> cache::pack_mirrors() {
    const auto top = settings_.cache_dir / "mirrors";
    auto keys = co_await async::run_blocking(pool_, [&] { return find_mirrors(top); });
    if (!keys) co_return std::move(keys).error();

    core::result<void> all;
    for (const auto& key : *keys) {
        const auto turn = co_await turns_.enter(key);
        std::error_code ignored;
        if (!fs::exists(mirror_folder(key), ignored)) continue;
        const remote from{.key = key, .url = {}, .username = {}, .token = {}, .ca_file = {}};
        client git(settings_, from);
        auto packed = co_await pack_mirror(git, pool_, mirror_folder(key));
        if (!packed && all) all = std::move(packed);
    }
    co_return all;
}

}  // namespace familiar::git
