#include "app/pulse.hpp"

#include "async/sleep.hpp"
#include "observe/log.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

namespace asio = boost::asio;

namespace familiar::app {

namespace {

constexpr std::chrono::seconds storage_interval{5};

/// A folder that cannot be asked about is somebody else's trouble, which will be named when it is used.
bool is_low(const std::filesystem::path& folder, std::uint64_t least) {
    std::error_code failed;
    const auto space = std::filesystem::space(folder, failed);
    return !failed && space.available < least;
}

void note_low_disk(bool low, const config::storage_settings& storage, status& known) {
    if (low == known.low_disk) return;
    known.low_disk = low;
    if (low)
        observe::error("the disk is nearly full: webhooks are answered 503 until there is room",
                       {{"file", storage.path.string()}, {"min_free_disk", storage.min_free_disk}});
    else
        observe::info("there is room for webhooks on the disk again");
}

asio::awaitable<void> check_journal(journal::journal& journal, status& known) {
    if (!known.storage_failure) co_return;
    const auto written = co_await journal.check();
    if (written) {
        observe::info("the database can be written again");
        known.storage_failure.reset();
    } else {
        known.storage_failure = describe(written.error());
    }
}

}  // namespace

asio::awaitable<void> ping_engine(docker::engine& engine, job::gate& gate) {
    const auto version = co_await engine.version();
    gate.set(version.has_value(), version ? std::string() : describe(version.error()));
}

asio::awaitable<void> keep_pinging_engine(const config::current& settings, docker::engine& engine, job::gate& gate) {
    for (;;) {
        co_await async::sleep_for(settings->docker.ping_interval);
        co_await ping_engine(engine, gate);
    }
}

void check_room(const config::settings& settings, job::gate& disk, status& known) {
    const auto least = settings.storage.min_free_disk;
    const std::array folders{settings.storage.path.parent_path(), settings.repo_cache.dir, settings.logging.dir};
    const auto full = std::ranges::find_if(folders, [&](const auto& folder) { return is_low(folder, least); });
    note_low_disk(full == folders.begin(), settings.storage, known);
    disk.set(full == folders.end(),
             full == folders.end() ? "" : "less than storage.min_free_disk is free in " + full->string());
}

asio::awaitable<void> keep_checking_storage(const config::current& settings, journal::journal& journal, job::gate& disk,
                                            status& known) {
    for (;;) {
        check_room(*settings, disk, known);
        co_await check_journal(journal, known);
        co_await async::sleep_for(storage_interval);
    }
}

}  // namespace familiar::app
