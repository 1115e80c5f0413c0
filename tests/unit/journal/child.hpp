#pragma once

#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <spawn.h>
#include <stdexcept>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

extern char** environ;

namespace familiar::test {

/// This test program again, running one of its test cases in a process of its own, with a path as its argument. What
/// that writes to descriptor 3 can be read here. Killed and reaped by its owner.
class child {
public:
    child(std::string test_case, const std::filesystem::path& argument) {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
        output_ = ends[0];
        std::vector<std::string> words{"child", "--run_test=" + test_case, "--log_level=nothing", "--report_level=no",
                                       "--",    argument.string()};
        std::vector<char*> arguments;
        for (auto& word : words) arguments.push_back(word.data());
        arguments.push_back(nullptr);

        posix_spawn_file_actions_t actions;
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawn_file_actions_adddup2(&actions, ends[1], 3);
        const int failed = ::posix_spawn(&pid_, "/proc/self/exe", &actions, nullptr, arguments.data(), environ);
        ::posix_spawn_file_actions_destroy(&actions);
        ::close(ends[1]);
        if (failed != 0) throw std::runtime_error("no child");
    }
    ~child() {
        ::close(output_);
        kill();
    }
    child(const child&) = delete;
    child& operator=(const child&) = delete;

    /// What there is to read; empty at the end.
    std::string read() const {
        char block[4096];
        const auto size = ::read(output_, block, sizeof block);
        return {block, size > 0 ? std::size_t(size) : 0};
    }

    /// SIGKILL, and waits for its end.
    void kill() {
        if (pid_ <= 0) return;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        pid_ = -1;
    }

private:
    pid_t pid_ = -1;
    int output_ = -1;
};

}  // namespace familiar::test
