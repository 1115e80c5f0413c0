#include "agent/files.hpp"
#include "agent/trial_folder.hpp"
#include "app/doctor_checks.hpp"
#include "journal/examine.hpp"

#include <array>
#include <cstdio>
#include <sys/vfs.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace familiar::app::checkup {

namespace {

/// As statfs(2) lists them.
constexpr std::array<std::pair<std::uint64_t, std::string_view>, 8> network_file_systems{{
    {0x6969, "NFS"},
    {0x517b, "SMB"},
    {0xff534d42, "CIFS"},
    {0xfe534d42, "SMB"},
    {0x01021997, "9p"},
    {0x5346414f, "AFS"},
    {0x73757245, "Coda"},
    {0x00c36400, "Ceph"},
}};

std::string how_to_make(const fs::path& folder) {
    const auto self = std::to_string(::geteuid());
    return "create it for uid " + self + ", as which this runs: install -d -m 750 -o " + self + " " + folder.string();
}

std::string in_gib(std::uintmax_t bytes) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f GiB", double(bytes) / double(std::uint64_t{1} << 30));
    return text.data();
}

/// The folder, or the one above it that is there.
fs::path existing(fs::path folder) {
    std::error_code unknown;
    while (folder.has_relative_path() && !fs::exists(folder, unknown)) folder = folder.parent_path();
    return folder;
}

std::string_view network_file_system_of(const fs::path& folder) {
    struct statfs found{};
    if (::statfs(folder.c_str(), &found) != 0) return {};
    return network_file_system(static_cast<std::uint64_t>(found.f_type) & 0xffffffff);
}

/// Makes a folder there, and a file in it.
core::result<void> try_to_write(const fs::path& folder) {
    const auto trial = agent::trial_folder::make(folder);
    if (!trial) return trial.error();
    return agent::write_new_file(trial->path() / "file", "a trial of familiar doctor\n", 0600);
}

/// What all three folders have to be. `on_network` says what is wrong with a file system of another machine.
findings judge_folder(const fs::path& folder, std::uint64_t least_free, const std::string& on_network) {
    const auto there = existing(folder);
    if (const auto written = try_to_write(folder); !written)
        return fail(describe(written.error()), how_to_make(folder));
    std::error_code unknown;
    const auto free = fs::space(there, unknown).available;
    if (!unknown && free < least_free)
        return fail(folder.string() + " has " + in_gib(free) + " free, less than storage.min_free_disk (" +
                        in_gib(least_free) + ")",
                    "make room: until then no agent is started");
    if (const auto remote = network_file_system_of(there); !remote.empty() && !on_network.empty())
        return warn(folder.string() + " is on " + std::string(remote), on_network);
    return ok(folder.string() + (unknown ? "" : ", " + in_gib(free) + " free") +
              (there == folder ? "" : ", will be made"));
}

}  // namespace

std::string_view network_file_system(std::uint64_t type) noexcept {
    for (const auto& [magic, name] : network_file_systems)
        if (magic == type) return name;
    return {};
}

/// The server makes the database and not its folder.
asio::awaitable<findings> storage_folder(const patient& who) {
    const auto& storage = who.settings().storage;
    const auto folder = storage.path.parent_path();
    std::error_code unknown;
    if (!fs::is_directory(folder, unknown))
        co_return fail("there is no folder " + folder.string(), how_to_make(folder));
    co_return judge_folder(folder, storage.min_free_disk,
                           "the database needs locks and shared memory that work: give it a local disk");
}

asio::awaitable<findings> database(const patient& who) {
    const auto& path = who.settings().storage.path;
    const auto seen = journal::look_at(path);
    if (!seen) co_return fail(describe(seen.error()), "");
    if (!seen->exists) co_return ok(path.string() + " will be made by the first start");
    const auto schema = path.string() + ", schema " + std::to_string(seen->version);
    if (seen->in_use) co_return ok(schema + ", in use by a running server");
    if (seen->version < seen->newest)
        co_return ok(schema + ": the next start copies it and brings it to " + std::to_string(seen->newest));
    co_return ok(schema);
}

asio::awaitable<findings> cache_folder(const patient& who) {
    const auto& settings = who.settings();
    auto all = judge_folder(settings.repo_cache.dir, settings.storage.min_free_disk,
                            "git and agents are slow there: a local disk is better");
    if (journal::is_locked(settings.repo_cache.dir / "lock")) all.front().detail += ", in use by a running server";
    co_return all;
}

asio::awaitable<findings> log_folder(const patient& who) {
    co_return judge_folder(who.settings().logging.dir, who.settings().storage.min_free_disk, "");
}

}  // namespace familiar::app::checkup
