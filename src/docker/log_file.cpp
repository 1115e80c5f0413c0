#include "docker/log_file.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

namespace familiar::docker {

namespace {

/// A longer rest of a line is not worth losing for a clean beginning; nor is half of all that is kept.
constexpr std::uint64_t longest_rest = std::uint64_t{1} << 16;

[[noreturn]] void fail(const char* what, const std::filesystem::path& file) {
    throw std::system_error(errno, std::generic_category(), what + file.string());
}

}  // namespace

log_file::log_file(std::filesystem::path file, std::uint64_t cut, std::uint64_t most)
    : file_(std::move(file)), part_(file_.string() + ".part"), cut_(cut), most_(most), begun_(cut == 0) {
    descriptor_ = ::open(part_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (descriptor_ < 0) fail("cannot create ", part_);
}

log_file::~log_file() {
    if (descriptor_ < 0) return;
    ::close(descriptor_);
    ::unlink(part_.c_str());
}

void log_file::append(std::string_view piece) {
    keep(redaction_.feed(piece));
}

void log_file::finish() {
    keep(redaction_.finish());
    if (!begun_) look_for_beginning(true);
}

void log_file::keep(std::string_view piece) {
    seen_ += piece.size();
    if (begun_) {
        write_bounded(piece);
        return;
    }
    // One byte less than the cut: where that is a newline, the line after it is whole.
    const auto skipped = std::min<std::uint64_t>(cut_ - 1 - skipped_, piece.size());
    skipped_ += skipped;
    rest_ += piece.substr(skipped);
    look_for_beginning(false);
}

void log_file::look_for_beginning(bool ended) {
    const auto longest = std::min(longest_rest, most_ / 2);
    const auto newline = rest_.find('\n');
    if (newline <= longest)
        begin(newline + 1);
    else if (rest_.size() > longest || (ended && !rest_.empty()))
        begin(1);
}

void log_file::begin(std::size_t at) {
    begun_ = true;
    write("[the first " + std::to_string(skipped_ + at) + " bytes of this log were cut]\n");
    write_bounded(std::string_view(rest_).substr(at));
    rest_.clear();
}

void log_file::remark(const std::string& what) {
    finish();
    write((ends_line_ ? "[" : "\n[") + what + "]\n");
}

void log_file::write_bounded(std::string_view text) {
    text = text.substr(0, most_ - written_);
    written_ += text.size();
    if (!text.empty()) ends_line_ = text.back() == '\n';
    write(text);
}

void log_file::write(std::string_view text) {
    while (!text.empty()) {
        const auto size = ::write(descriptor_, text.data(), text.size());
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) fail("cannot write ", part_);
        text.remove_prefix(static_cast<std::size_t>(size));
    }
}

void log_file::publish() {
    finish();
    if (::rename(part_.c_str(), file_.c_str()) != 0) fail("cannot rename to ", file_);
    ::close(descriptor_);
    descriptor_ = -1;
}

}  // namespace familiar::docker
