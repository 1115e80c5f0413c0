#include "journal/write_back.hpp"

#include <chrono>
#include <exception>

namespace familiar::journal {

namespace {

/// Pages in the log from which on it is written back, and again after as many more: SQLite's own default
/// (https://www.sqlite.org/c3ref/wal_autocheckpoint.html).
constexpr int long_log = 1000;

/// 16 MiB. With 64 MiB the writer would have to wait more seldom, but a webhook cost a twentieth more CPU time.
constexpr int longest_log = 4 * 1024;

void write_back_alone(const std::filesystem::path& file) {
    database(file, database::mode::read_write, std::chrono::milliseconds(0)).write_log_back();
}

}  // namespace

void write_back::look_after(database& writer) noexcept {
    const int pages = writer.pages_in_log();
    if (pages < begun_at_) begun_at_ = 0;
    if (pages - begun_at_ < long_log) return;
    if (pages >= longest_log) {
        finish();
        writer.write_log_back();
    } else {
        if (under_way_.valid() && under_way_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return;
        try {
            under_way_ = std::async(std::launch::async, write_back_alone, writer.path());
        } catch (const std::exception&) {
            return;  // no thread or no memory for it: the next commit tries again
        }
    }
    begun_at_ = pages;
}

void write_back::finish() noexcept {
    if (under_way_.valid()) under_way_.wait();
}

}  // namespace familiar::journal
