#include "config/files.hpp"

#include <cerrno>
#include <fstream>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace familiar::config {

core::result<std::string> read_small_file(const std::filesystem::path& path, std::size_t max_bytes) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) return core::fail(core::errc::invalid, "it is a folder");
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        const int number = errno;
        const auto code = number == ENOENT ? core::errc::not_found : core::errc::invalid;
        auto why = std::generic_category().message(number);
        if (number == EACCES)
            why += "; it has to be readable for uid " + std::to_string(::geteuid()) + ", as which this runs";
        return core::fail(code, std::move(why));
    }
    std::string content(max_bytes + 1, '\0');
    file.read(content.data(), static_cast<std::streamsize>(content.size()));
    if (file.bad()) return core::fail(core::errc::invalid, std::generic_category().message(errno));
    content.resize(static_cast<std::size_t>(file.gcount()));
    if (content.size() > max_bytes)
        return core::fail(core::errc::too_large, "it is larger than " + std::to_string(max_bytes / 1024) + " KiB");
    return content;
}

}  // namespace familiar::config
