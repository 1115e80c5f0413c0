#pragma once

#include "core/error.hpp"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

/// Child programs as awaitable functions. A child gets an argv (never a shell), a process group of its own, standard
/// input, output and error and no other descriptor of the server, the default signal mask and default handlers. It is
/// always reaped, and nothing of its process group outlives the call that started it.
///
/// The server's SIGPIPE has to be ignored: a child may end without reading its input.
namespace familiar::process {

struct environment_variable {
    std::string name;
    std::string value;
};

/// What is run.
///
/// The server's environment holds secrets that are nobody's business, so a child gets only what programs need to find
/// their way (see `passed_on`), the variables named in `environment_keep` where the server has them, and those of
/// `environment`; the last one of a name wins.
struct command {
    std::vector<std::string> argv;  ///< argv[0] without a slash is looked up in the child's PATH; else a path, relative
                                    ///< to the server's directory and not to `directory`
    std::vector<std::string> environment_keep{};
    std::vector<environment_variable> environment{};
    std::filesystem::path directory{};  ///< where it runs; empty: where the server does
    std::string input{};                ///< written to its standard input, which is then closed; empty: /dev/null
    bool error_to_out = false;          ///< 2>&1: standard error goes where standard output goes, in order
};

/// How long and how much.
struct limits {
    std::chrono::milliseconds deadline{60000};      ///< for the whole run; zero for none
    std::chrono::milliseconds grace{2000};          ///< between TERM and KILL, both to the process group
    std::size_t max_output = std::size_t{1} << 20;  ///< bytes kept of each captured stream
};

/// How a child ended: by exit(code), or by a signal and then `code` means nothing.
struct exit_status {
    int code = 0;
    int signal = 0;

    bool success() const noexcept { return code == 0 && signal == 0; }
};

/// A child that ended by itself, successfully or not. Of a captured stream the beginning is kept; what goes beyond
/// `max_output` is read and dropped, so that the child never blocks.
struct output {
    exit_status status{};
    std::string out{};
    std::string err{};
    bool truncated = false;  ///< something was dropped
};

/// "exit code 5" or "signal 15 (Terminated)".
std::string describe(const exit_status& status);

/// Names of the server's variables that every child gets: PATH, HOME, the locale, time zone, temporary directory, proxy
/// and certificate settings.
const std::vector<std::string>& passed_on();

}  // namespace familiar::process
