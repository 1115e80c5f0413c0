#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace familiar::test {

using variables = std::vector<std::pair<std::string, std::string>>;

/// How a child is started: what it inherits of the test's environment can be added to, never taken away from.
struct child_options {
    variables environment{};
    std::filesystem::path directory = ".";
    int in = -1;  ///< -1: nothing to read
    int out = 1;
    int error = 2;
};

/// Starts a program in a process group of its own, with nothing open but its three standard streams. Throws if it
/// cannot.
pid_t start_program(const std::vector<std::string>& argv, const child_options& options);

/// Waits for a child; its exit code, 128 + N after signal N. Throws after `bound`.
int wait_for_exit(pid_t child, std::chrono::seconds bound);

struct program_end {
    int code = 0;
    std::string out{};
    std::string error{};
};

/// Runs a program to its end and keeps what it printed. One that has not ended after a minute is killed, and that
/// throws.
program_end run_program(const std::vector<std::string>& argv, child_options options = {});

/// Children of a process, zombies not counted.
std::vector<pid_t> children_of(pid_t parent);

/// The name of a process's program as the kernel knows it; empty if there is no such process.
std::string name_of_process(pid_t which);

}  // namespace familiar::test
