#include "git/work_tree.hpp"

#include "git/files.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace familiar::git {

namespace {

namespace fs = std::filesystem;
using process::descriptor;

constexpr int folder_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

std::string name_of(const std::string& path) {
    return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

/// Something that is not a folder is on the way, or a name is longer than any that can exist.
bool is_no_way(int number) {
    return number == ENOTDIR || number == ELOOP || number == ENAMETOOLONG;
}

}  // namespace

work_tree::work_tree(const fs::path& top) : top_(top), folder_(::open(top.c_str(), folder_flags)) {}

/// The folder that `path` is in; none, with the reason in errno, if there is no such folder.
descriptor work_tree::open_parent(const std::string& path, bool make) const {
    descriptor at(::openat(folder_.get(), ".", folder_flags));
    std::string_view left = path;
    for (auto slash = left.find('/'); at && slash != left.npos; slash = left.find('/')) {
        const std::string name(left.substr(0, slash));
        left.remove_prefix(slash + 1);
        if (make && ::mkdirat(at.get(), name.c_str(), 0755) != 0 && errno != EEXIST) return {};
        at = descriptor(::openat(at.get(), name.c_str(), folder_flags));
    }
    return at;
}

core::result<void> work_tree::remove(const std::string& path) const {
    const auto parent = open_parent(path, false);
    if (!parent && (errno == ENOENT || is_no_way(errno))) return {};
    if (!parent) return storage_error("cannot open the folder of", top_ / path, errno);
    const auto name = name_of(path);
    if (::unlinkat(parent.get(), name.c_str(), 0) != 0 && errno != ENOENT) {
        if (errno != EISDIR || (::unlinkat(parent.get(), name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOTEMPTY))
            return storage_error("cannot delete", top_ / path, errno);
    }
    for (auto above = path; above.find('/') != above.npos;) {
        above.resize(above.rfind('/'));
        const auto folder = open_parent(above, false);
        if (!folder || ::unlinkat(folder.get(), name_of(above).c_str(), AT_REMOVEDIR) != 0) break;
    }
    return {};
}

core::result<bool> work_tree::write(const std::string& path, std::string_view text, bool executable) const {
    const auto parent = open_parent(path, true);
    if (!parent && is_no_way(errno)) return false;
    if (!parent) return storage_error("cannot make the folder of", top_ / path, errno);
    const descriptor open(::openat(parent.get(), name_of(path).c_str(),
                                   O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (!open && (errno == EEXIST || is_no_way(errno))) return false;
    if (!open || ::fchmod(open.get(), executable ? 0755 : 0644) != 0)
        return storage_error("cannot make the file", top_ / path, errno);
    if (auto written = write_all(open, top_ / path, text); !written) return std::move(written).error();
    return true;
}

bool work_tree::exists(const std::string& path) const {
    const auto parent = open_parent(path, false);
    struct stat found{};
    return parent && ::fstatat(parent.get(), name_of(path).c_str(), &found, AT_SYMLINK_NOFOLLOW) == 0;
}

std::string work_tree::read(const std::string& path) const {
    const auto parent = open_parent(path, false);
    if (!parent) return {};
    const descriptor open(
        ::openat(parent.get(), name_of(path).c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat found{};
    if (!open || ::fstat(open.get(), &found) != 0 || !S_ISREG(found.st_mode)) return {};
    std::string text;
    std::array<char, 16384> piece{};
    for (;;) {
        const auto got = ::read(open.get(), piece.data(), piece.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return text;
        text.append(piece.data(), static_cast<std::size_t>(got));
    }
}

}  // namespace familiar::git
