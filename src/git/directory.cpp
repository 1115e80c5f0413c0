#include "git/directory.hpp"

#include "process/descriptor.hpp"

#include <algorithm>
#include <fcntl.h>

namespace familiar::git {

namespace {

using process::descriptor;

std::string_view folder_of(std::string_view file) {
    const auto slash = file.rfind('/');
    return slash == file.npos ? std::string_view{} : file.substr(0, slash);
}

/// The common beginning of two folders, in whole segments.
std::string_view common(std::string_view left, std::string_view right) {
    const auto [end, other] = std::ranges::mismatch(left, right);
    const bool whole_left = end == left.end() && (other == right.end() || *other == '/');
    const bool whole_right = other == right.end() && (end == left.end() || *end == '/');
    const auto same = left.substr(0, static_cast<std::size_t>(end - left.begin()));
    return whole_left || whole_right ? same : folder_of(same);
}

}  // namespace

std::string common_directory(const std::vector<std::string>& files) {
    if (files.empty()) return {};
    std::string_view shared = folder_of(files.front());
    for (const auto& file : files) shared = common(shared, folder_of(file));
    return std::string(shared);
}

std::string existing_directory(const std::filesystem::path& top, std::string_view relative) {
    constexpr int flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    descriptor at(::open(top.c_str(), flags));
    std::string found;
    while (at && !relative.empty()) {
        const auto slash = relative.find('/');
        const std::string segment(relative.substr(0, slash));
        relative.remove_prefix(slash == relative.npos ? relative.size() : slash + 1);
        at = descriptor(::openat(at.get(), segment.c_str(), flags));
        if (at) found.append(found.empty() ? "" : "/").append(segment);
    }
    return found;
}

}  // namespace familiar::git
