#include "agent/files.hpp"

#include "core/os_error.hpp"

#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace familiar::agent {

namespace {

core::error failed(const std::filesystem::path& path, int number) {
    return core::fail(core::storage_errc(number), path.string() + ": " + core::os_text(number));
}

core::result<void> write_all(int file, const std::filesystem::path& path, std::string_view content) {
    while (!content.empty()) {
        const auto count = ::write(file, content.data(), content.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return failed(path, errno);
        content.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
}

}  // namespace

core::result<void> write_new_file(const std::filesystem::path& path, std::string_view content, mode_t mode) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    if (file < 0) return failed(path, errno);
    auto written = write_all(file, path, content);
    if (written && ::fchmod(file, mode) != 0) written = failed(path, errno);
    if (::close(file) != 0 && written) written = failed(path, errno);
    return written;
}

core::result<void> make_folders(const std::filesystem::path& folder) {
    std::error_code unknown;
    if (std::filesystem::is_directory(folder, unknown)) return {};
    if (folder.has_relative_path())
        if (auto made = make_folders(folder.parent_path()); !made) return made;
    if (::mkdir(folder.c_str(), 0750) != 0 && errno != EEXIST) return failed(folder, errno);
    return {};
}

}  // namespace familiar::agent
