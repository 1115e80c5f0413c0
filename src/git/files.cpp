#include "git/files.hpp"

#include "core/os_error.hpp"

#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <sys/stat.h>
#include <unistd.h>

namespace familiar::git {

namespace fs = std::filesystem;
using process::descriptor;

core::error storage_error(std::string_view what, const fs::path& path, int number) {
    return core::fail(core::storage_errc(number),
                      std::string(what) + " " + path.string() + ": " + core::os_text(number));
}

core::result<void> make_private_folder(const fs::path& folder) {
    if (::mkdir(folder.c_str(), S_IRWXU) != 0 && errno != EEXIST)
        return storage_error("cannot make the folder", folder, errno);
    if (::chmod(folder.c_str(), S_IRWXU) != 0) return storage_error("cannot set the mode of", folder, errno);
    return {};
}

core::result<void> write_file(const fs::path& file, std::string_view text, mode_t mode) {
    ::unlink(file.c_str());
    const descriptor open(
        ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (!open || ::fchmod(open.get(), mode) != 0) return storage_error("cannot make the file", file, errno);
    return write_all(open, file, text);
}

core::result<void> write_all(const descriptor& open, const fs::path& file, std::string_view text) {
    while (!text.empty()) {
        const auto written = ::write(open.get(), text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return storage_error("cannot write", file, errno);
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

core::result<void> append_file(const fs::path& file, std::string_view text) {
    const descriptor open(::open(file.c_str(), O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC));
    if (!open) return storage_error("cannot open", file, errno);
    return write_all(open, file, text);
}

std::string read_file(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace familiar::git
