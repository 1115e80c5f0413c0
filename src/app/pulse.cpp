#include "app/pulse.hpp"

#include "async/sleep.hpp"
#include "observe/log.hpp"

#include <filesystem>

namespace asio = boost::asio;

namespace familiar::app {

namespace {

constexpr std::chrono::seconds storage_interval{5};

asio::awaitable<void> check_storage(const config::settings& settings, journal::journal& journal, status& known) {
    const bool low = is_disk_low(settings.storage);
    if (low != known.low_disk) {
        if (low)
            observe::error(
                "the disk is nearly full: webhooks are answered 503 until there is room",
                {{"file", settings.storage.path.string()}, {"min_free_disk", settings.storage.min_free_disk}});
        else
            observe::info("there is room on the disk again");
    }
    known.low_disk = low;

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

bool is_disk_low(const config::storage_settings& storage) {
    if (storage.min_free_disk == 0) return false;
    std::error_code failed;
    const auto space = std::filesystem::space(storage.path.parent_path(), failed);
    return !failed && space.available < storage.min_free_disk;
}

asio::awaitable<void> ping_engine(docker::engine& engine, job::engine_gate& gate, observe::metrics& metrics,
                                  status& known) {
    const auto version = co_await engine.version();
    known.docker_up = version.has_value();
    metrics.set_docker_up(known.docker_up);
    gate.set(known.docker_up, version ? std::string() : describe(version.error()));
}

asio::awaitable<void> keep_pinging_engine(const config::settings& settings, docker::engine& engine,
                                          job::engine_gate& gate, observe::metrics& metrics, status& known) {
    for (;;) {
        co_await async::sleep_for(settings.docker.ping_interval);
        co_await ping_engine(engine, gate, metrics, known);
    }
}

asio::awaitable<void> keep_checking_storage(const config::settings& settings, journal::journal& journal,
                                            status& known) {
    for (;;) {
        co_await check_storage(settings, journal, known);
        co_await async::sleep_for(storage_interval);
    }
}

}  // namespace familiar::app
