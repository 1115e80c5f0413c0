#include "agent/log_retention.hpp"

#include "core/ulid.hpp"
#include "event/event.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace familiar::agent {

namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr std::string_view log_ending = ".log";
constexpr std::string_view part_ending = ".part";  ///< of a docker::log_file
constexpr std::size_t stamp_size = std::string_view("20260131T120000Z").size();
constexpr std::size_t ulid_size = 26;

/// No log takes a day to be saved.
constexpr milliseconds unfinished_for = std::chrono::hours(24);

/// Somebody who found a folder there may be about to put a log into it.
constexpr milliseconds quiet_for = std::chrono::hours(1);

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// What core::to_file_stamp writes.
bool is_file_stamp(std::string_view text) {
    constexpr std::size_t t = 8;
    if (text.size() != stamp_size || text[t] != 'T' || !text.ends_with('Z')) return false;
    return std::ranges::all_of(text.substr(0, t), is_digit) &&
           std::ranges::all_of(text.substr(t + 1, stamp_size - t - 2), is_digit);
}

/// Any word that could be a kind of event, so that logs of other versions go too.
bool is_kind(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

milliseconds age(const struct stat& of, core::wall_time now) {
    const auto changed = std::chrono::seconds(of.st_mtim.tv_sec) + std::chrono::nanoseconds(of.st_mtim.tv_nsec);
    return now.time_since_epoch() - std::chrono::duration_cast<milliseconds>(changed);
}

/// Walks through the logs and deletes what has had its time.
class sweep {
public:
    sweep(std::uint32_t retention_days, core::wall_time now) : now_(now) {
        if (retention_days > 0) keep_for_ = std::chrono::hours(24) * retention_days;
    }

    /// The folder goes too if that leaves it empty.
    void clean(const fs::path& folder) {
        struct stat before{};
        if (::lstat(folder.c_str(), &before) != 0) return note(folder, errno);
        if (!S_ISDIR(before.st_mode)) return;

        std::error_code error;
        for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
            struct stat found{};
            if (::lstat(entry->path().c_str(), &found) != 0)
                note(entry->path(), errno);
            else if (S_ISDIR(found.st_mode))
                clean(entry->path());
            else if (S_ISREG(found.st_mode) && is_old(entry->path(), found))
                remove(entry->path());
        }
        if (error) return note(folder, error.value());
        // As it was before this began: what was deleted just now has changed it.
        if (age(before, now_) < quiet_for) return;
        if (::rmdir(folder.c_str()) != 0 && errno != ENOTEMPTY && errno != EEXIST) note(folder, errno);
    }

    core::result<std::size_t> result() && {
        if (first_failure_) return std::move(*first_failure_);
        return removed_;
    }

private:
    bool is_old(const fs::path& file, const struct stat& found) const {
        switch (read_log_name(file.filename().native())) {
            case log_name::foreign:
                return false;
            case log_name::log:
                return keep_for_ && age(found, now_) > *keep_for_;
            case log_name::unfinished:
                return age(found, now_) > unfinished_for;
        }
        return false;
    }

    void remove(const fs::path& file) {
        if (::unlink(file.c_str()) == 0)
            ++removed_;
        else
            note(file, errno);
    }

    /// What has gone meanwhile is nobody's failure.
    void note(const fs::path& what, int number) {
        if (number == ENOENT || first_failure_) return;
        first_failure_ = core::fail(core::errc::storage_failed, "cannot delete what is old in " + what.string() + ": " +
                                                                    std::generic_category().message(number));
    }

    core::wall_time now_;
    std::optional<milliseconds> keep_for_;
    std::size_t removed_ = 0;
    std::optional<core::error> first_failure_;
};

}  // namespace

log_name read_log_name(std::string_view name) {
    const bool unfinished = name.ends_with(part_ending);
    if (unfinished) name.remove_suffix(part_ending.size());
    if (!name.ends_with(log_ending)) return log_name::foreign;
    name.remove_suffix(log_ending.size());

    // <UTC time>-<kind>-<job>
    constexpr std::size_t shortest = stamp_size + 2 + ulid_size;
    if (name.size() <= shortest) return log_name::foreign;
    const auto kind = name.substr(stamp_size + 1, name.size() - shortest);
    const bool ours = is_file_stamp(name.substr(0, stamp_size)) && name[stamp_size] == '-' && is_kind(kind) &&
                      name[stamp_size + 1 + kind.size()] == '-' && core::is_ulid(name.substr(name.size() - ulid_size));
    if (!ours) return log_name::foreign;
    return unfinished ? log_name::unfinished : log_name::log;
}

core::result<std::size_t> remove_old_logs(const config::logging_settings& logging, core::wall_time now) {
    sweep through(logging.retention_days, now);
    // The folders of log_path() and no others: logging.dir may be one that other programs use.
    for (const auto forge : {event::provider::github, event::provider::gitlab})
        through.clean(logging.dir / to_text(forge));
    return std::move(through).result();
}

}  // namespace familiar::agent
