#pragma once

#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <sys/types.h>
#include <vector>

/// What /proc tells of processes that may end at any moment.
namespace familiar::test {

/// A file of a process's folder in /proc; empty once the process has ended, also in the middle of the reading: that is
/// an error to read(2), which an iterator over the stream would throw.
inline std::string read_of_process(pid_t process, const std::string& file) {
    std::ostringstream text;
    text << std::ifstream("/proc/" + std::to_string(process) + "/" + file, std::ios::binary).rdbuf();
    return text.str();
}

/// 0 once it has ended.
inline pid_t parent_of(pid_t process) {
    constexpr std::string_view field = "\nPPid:\t";
    const auto status = read_of_process(process, "status");
    const auto at = status.find(field);
    return at == status.npos ? 0 : static_cast<pid_t>(std::stol(status.substr(at + field.size())));
}

struct running_process {
    pid_t id = 0;
    std::string argv{};  ///< each argument with a NUL behind it; empty for a kernel's thread or a zombie
};

/// All of this machine's.
inline std::vector<running_process> running_processes() {
    std::vector<running_process> found;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        const auto name = entry.path().filename().string();
        pid_t id = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), id);
        if (error == std::errc() && end == name.data() + name.size())
            found.push_back({id, read_of_process(id, "cmdline")});
    }
    return found;
}

}  // namespace familiar::test
