#include "app/upkeep.hpp"

#include "agent/log_retention.hpp"
#include "async/blocking.hpp"
#include "async/sleep.hpp"
#include "core/time.hpp"
#include "observe/log.hpp"

#include <string_view>

namespace asio = boost::asio;

namespace familiar::app {

namespace {

constexpr std::chrono::hours interval{24};

/// Rows that are deleted in one transaction: a webhook that waits for it waits for milliseconds.
constexpr std::size_t rows_at_a_time = 500;

/// How much was removed; 0 with a line in the log for what failed.
std::size_t counted(const core::result<std::size_t>& removed, std::string_view what) {
    if (removed) return *removed;
    observe::warning("not all that is old could be removed; it is tried again in a day",
                     {{"what", what}, {"reason", describe(removed.error())}});
    return 0;
}

asio::awaitable<std::size_t> prune_journal(journal::journal& journal, std::chrono::milliseconds retention) {
    if (retention == retention.zero()) co_return 0;
    const auto limit = core::now() - retention;
    for (std::size_t all = 0;;) {
        const auto removed = counted(co_await journal.prune(limit, rows_at_a_time), "jobs and deliveries");
        if (removed == 0) co_return all;
        all += removed;
    }
}

asio::awaitable<std::size_t> remove_logs(const config::logging_settings& logging, asio::thread_pool& pool) {
    const auto removed =
        co_await async::run_blocking(pool, [&] { return agent::remove_old_logs(logging, core::now()); });
    co_return counted(removed, "agent logs");
}

asio::awaitable<std::size_t> tend_mirrors(git::cache& repositories, std::chrono::milliseconds unused_for) {
    std::size_t removed = 0;
    if (unused_for != unused_for.zero())
        removed = counted(co_await repositories.remove_unused_mirrors(unused_for), "mirrors");
    if (const auto packed = co_await repositories.pack_mirrors(); !packed)
        observe::warning("not all mirrors could be packed; it is tried again in a day",
                         {{"reason", describe(packed.error())}});
    co_return removed;
}

}  // namespace

asio::awaitable<void> clean_up(upkeep_parts with) {
    const auto rows = co_await prune_journal(with.journal, with.settings->storage.retention);
    const auto logs = co_await remove_logs(with.settings->logging, with.pool);
    const auto mirrors = co_await tend_mirrors(with.repositories, with.settings->repo_cache.unused_for);
    if (rows + logs + mirrors > 0)
        observe::info("removed what was old", {{"rows", rows}, {"logs", logs}, {"mirrors", mirrors}});
}

asio::awaitable<void> keep_house(upkeep_parts with) {
    for (;;) {
        co_await clean_up(with);
        co_await async::sleep_for(interval);
    }
}

}  // namespace familiar::app
