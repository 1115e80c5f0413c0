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
    if (!begun_) {
        const auto rest = skip_beginning(piece);
        seen_ += piece.size() - rest.size();
        piece = rest;
        if (begun_) write("[the first " + std::to_string(seen_) + " bytes of this log were cut]\n");
    }
    seen_ += piece.size();
    const auto room = most_ - std::min(written_, most_);
    piece = piece.substr(0, std::min<std::uint64_t>(piece.size(), room));
    written_ += piece.size();
    if (!piece.empty()) ends_line_ = piece.back() == '\n';
    write(piece);
}

void log_file::remark(const std::string& what) {
    write((ends_line_ ? "[" : "\n[") + what + "]\n");
}

std::string_view log_file::skip_beginning(std::string_view piece) {
    // One byte less: where that is a newline, the line after it is whole.
    if (seen_ + 1 < cut_) piece.remove_prefix(std::min<std::uint64_t>(cut_ - 1 - seen_, piece.size()));
    if (piece.empty()) return piece;
    const auto newline = piece.find('\n');
    begun_ = newline != std::string_view::npos || seen_ >= cut_ + std::min(longest_rest, most_ / 2);
    if (newline != std::string_view::npos)
        piece.remove_prefix(newline + 1);
    else if (!begun_)
        piece = {};
    return piece;
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
    if (::rename(part_.c_str(), file_.c_str()) != 0) fail("cannot rename to ", file_);
    ::close(descriptor_);
    descriptor_ = -1;
}

}  // namespace familiar::docker
