#include "e2e/support/program.hpp"

#include "e2e/support/wait_for.hpp"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <optional>
#include <spawn.h>
#include <sstream>
#include <stdexcept>
#include <sys/mman.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace familiar::test {

namespace {

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (auto& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

std::vector<std::string> environment_with(const variables& additions) {
    std::vector<std::string> lines;
    for (char** entry = environ; *entry != nullptr; ++entry) lines.emplace_back(*entry);
    for (const auto& [name, value] : additions) lines.push_back(name + "=" + value);
    return lines;
}

/// A nameless file that a child prints into.
class output_file {
public:
    output_file() : descriptor_(::memfd_create("output", MFD_CLOEXEC)) {
        if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "memfd_create");
    }
    ~output_file() { ::close(descriptor_); }
    output_file(const output_file&) = delete;
    output_file& operator=(const output_file&) = delete;

    int number() const { return descriptor_; }
    std::string text() const {
        std::ifstream in("/proc/self/fd/" + std::to_string(descriptor_), std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }

private:
    int descriptor_;
};

std::optional<int> exit_code_of(pid_t child) {
    int status = 0;
    const auto ended = ::waitpid(child, &status, WNOHANG);
    if (ended < 0) throw std::system_error(errno, std::generic_category(), "waitpid");
    if (ended == 0) return std::nullopt;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

pid_t start_program(const std::vector<std::string>& argv, const child_options& options) {
    auto arguments = argv;
    auto environment = environment_with(options.environment);
    posix_spawnattr_t attributes;
    ::posix_spawnattr_init(&attributes);
    sigset_t reset;
    ::sigemptyset(&reset);
    ::sigaddset(&reset, SIGPIPE);
    ::posix_spawnattr_setsigdefault(&attributes, &reset);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    if (options.in < 0)
        ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    else
        ::posix_spawn_file_actions_adddup2(&actions, options.in, 0);
    ::posix_spawn_file_actions_adddup2(&actions, options.out, 1);
    ::posix_spawn_file_actions_adddup2(&actions, options.error, 2);
    ::posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    ::posix_spawn_file_actions_addchdir_np(&actions, options.directory.c_str());
    pid_t child = 0;
    const int failed = ::posix_spawnp(&child, arguments.front().c_str(), &actions, &attributes,
                                      pointers_to(arguments).data(), pointers_to(environment).data());
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
    if (failed != 0) throw std::system_error(failed, std::generic_category(), "cannot run " + argv.front());
    return child;
}

int wait_for_exit(pid_t child, std::chrono::seconds bound) {
    std::optional<int> code;
    wait_for(
        "process " + std::to_string(child) + " ends", [&] { return (code = exit_code_of(child)).has_value(); }, bound,
        std::chrono::milliseconds(1));
    return *code;
}

program_end run_program(const std::vector<std::string>& argv, child_options options) {
    const output_file out;
    const output_file error;
    options.out = out.number();
    options.error = error.number();
    const auto child = start_program(argv, options);
    try {
        const int code = wait_for_exit(child, std::chrono::seconds(60));
        return {code, out.text(), error.text()};
    } catch (...) {
        ::kill(-child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        throw;
    }
}

std::vector<pid_t> children_of(pid_t parent) {
    const auto pid = std::to_string(parent);
    std::ifstream in("/proc/" + pid + "/task/" + pid + "/children");
    std::vector<pid_t> children;
    for (pid_t child = 0; in >> child;) children.push_back(child);
    return children;
}

std::string name_of_process(pid_t which) {
    std::ifstream in("/proc/" + std::to_string(which) + "/comm");
    std::string name;
    std::getline(in, name);
    return name;
}

}  // namespace familiar::test
