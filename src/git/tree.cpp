#include "git/tree.hpp"

#include "git/files.hpp"
#include "process/descriptor.hpp"

#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace familiar::git {

namespace {

namespace fs = std::filesystem;
using process::descriptor;

descriptor open_folder(int parent, const char* name) {
    return descriptor(::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

/// The names in a folder but for "." and ".."; nothing if it cannot be read, with the reason in errno.
std::optional<std::vector<std::string>> names_in(int folder) {
    const int again = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (again < 0) return std::nullopt;
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(again), &::closedir);
    std::vector<std::string> names;
    // glibc: two threads may read as long as each has a stream of its own.
    while (const dirent* entry = ::readdir(stream.get())) {  // NOLINT(concurrency-mt-unsafe)
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") names.emplace_back(name);
    }
    return names;
}

/// Deletes one tree. Each level holds a descriptor, so what lies deeper than `deepest` is first moved up into the
/// tree's top folder and deleted from there.
class remover {
public:
    explicit remover(const fs::path& root) : root_(root) {}

    core::result<void> remove(int folder, const char* name, int depth = 0) {
        if (::unlinkat(folder, name, 0) == 0 || errno == ENOENT) return {};
        if (errno != EISDIR) return storage_error("cannot delete something below", root_, errno);

        descriptor below = open_folder(folder, name);
        if (!below) {
            ::fchmodat(folder, name, S_IRWXU, AT_SYMLINK_NOFOLLOW);
            below = open_folder(folder, name);
        }
        if (!below) return storage_error("cannot open a folder below", root_, errno);
        ::fchmod(below.get(), S_IRWXU);

        if (depth == 0) top_ = below.get();
        if (depth == deepest) return move_up(folder, name);
        if (auto done = empty(below.get(), depth); !done) return done;
        if (::unlinkat(folder, name, AT_REMOVEDIR) == 0) return {};
        return storage_error("cannot delete a folder below", root_, errno);
    }

private:
    static constexpr int deepest = 50;

    core::result<void> empty(int folder, int depth) {
        for (;;) {
            const auto names = names_in(folder);
            if (!names) return storage_error("cannot read a folder below", root_, errno);
            if (names->empty()) return {};
            for (const auto& name : *names)
                if (auto done = remove(folder, name.c_str(), depth + 1); !done) return done;
        }
    }

    core::result<void> move_up(int folder, const char* name) {
        do {
            const auto free_name = ".moved-up-" + std::to_string(++moved_);
            if (::renameat(folder, name, top_, free_name.c_str()) == 0) return {};
        } while (errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR);
        return storage_error("cannot move a folder below", root_, errno);
    }

    const fs::path& root_;
    int top_ = -1;
    std::size_t moved_ = 0;
};

}  // namespace

core::result<void> remove_tree(const fs::path& root) {
    return remover(root).remove(AT_FDCWD, root.c_str());
}

core::result<void> change_owner(const fs::path& root, uid_t user, gid_t group) {
    if (::lchown(root.c_str(), user, group) != 0) return storage_error("cannot change the owner of", root, errno);
    std::vector<fs::path> folders{root};
    while (!folders.empty()) {
        const auto folder = std::move(folders.back());
        folders.pop_back();
        const auto open = open_folder(AT_FDCWD, folder.c_str());
        const auto names = open ? names_in(open.get()) : std::nullopt;
        if (!names) return storage_error("cannot read", folder, errno);
        for (const auto& name : *names) {
            struct stat entry{};
            if (::fchownat(open.get(), name.c_str(), user, group, AT_SYMLINK_NOFOLLOW) != 0 ||
                ::fstatat(open.get(), name.c_str(), &entry, AT_SYMLINK_NOFOLLOW) != 0)
                return storage_error("cannot change the owner of", folder / name, errno);
            if (S_ISDIR(entry.st_mode)) folders.push_back(folder / name);
        }
    }
    return {};
}

}  // namespace familiar::git
