#include "process/launch.hpp"

#include "core/descriptor_limit.hpp"
#include "core/os_error.hpp"
#include "process/environment.hpp"

#include <cerrno>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <system_error>

extern "C" {  // the header of glibc 2.36 forgets to say so
#include <sys/pidfd.h>
}

namespace familiar::process {

namespace {

using core::errc;
using core::fail;

struct pipe_ends {
    descriptor read;
    descriptor write;
};

core::result<pipe_ends> make_pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return fail(core::os_errc(errno, errc::unavailable), "no pipe for a child: " + core::os_text(errno));
    return pipe_ends{descriptor(ends[0]), descriptor(ends[1])};
}

/// What the child does between its birth and its exec, in this order.
class file_actions {
public:
    file_actions() { ::posix_spawn_file_actions_init(&actions_); }
    ~file_actions() { ::posix_spawn_file_actions_destroy(&actions_); }
    file_actions(const file_actions&) = delete;
    file_actions& operator=(const file_actions&) = delete;

    void open_null(int number) { ::posix_spawn_file_actions_addopen(&actions_, number, "/dev/null", O_RDONLY, 0); }
    void copy(int from, int to) { ::posix_spawn_file_actions_adddup2(&actions_, from, to); }
    void close_from(int first) { ::posix_spawn_file_actions_addclosefrom_np(&actions_, first); }
    void change_directory(const std::filesystem::path& to) {
        ::posix_spawn_file_actions_addchdir_np(&actions_, to.c_str());
    }
    const posix_spawn_file_actions_t* get() const { return &actions_; }

private:
    posix_spawn_file_actions_t actions_;
};

/// A process group of its own, no blocked signals, default handlers: the server ignores SIGPIPE, a child must not.
class attributes {
public:
    attributes() {
        sigset_t none;
        sigset_t all;
        ::sigemptyset(&none);
        ::sigfillset(&all);
        ::posix_spawnattr_init(&attributes_);
        ::posix_spawnattr_setpgroup(&attributes_, 0);
        ::posix_spawnattr_setsigmask(&attributes_, &none);
        ::posix_spawnattr_setsigdefault(&attributes_, &all);
        ::posix_spawnattr_setflags(&attributes_,
                                   POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }
    ~attributes() { ::posix_spawnattr_destroy(&attributes_); }
    attributes(const attributes&) = delete;
    attributes& operator=(const attributes&) = delete;

    const posix_spawnattr_t* get() const { return &attributes_; }

private:
    posix_spawnattr_t attributes_;
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> out;
    out.reserve(texts.size() + 1);
    for (auto& text : texts) out.push_back(text.data());
    out.push_back(nullptr);
    return out;
}

/// posix_spawn has no attribute for it. A child that runs another user's program (set-uid) keeps ours.
void restore_descriptor_limit(pid_t child) {
    if (const auto original = core::original_descriptor_limit()) ::prlimit(child, RLIMIT_NOFILE, &*original, nullptr);
}

core::error spawn_error(int number, const std::string& program) {
    const std::string why = program + " could not be started: " + core::os_text(number);
    switch (number) {
        case ENOENT:  // of a script, also its interpreter
        case EACCES:
        case ENOEXEC:
        case ENOTDIR:
            return fail(errc::program_missing, why);
        default:
            break;
    }
    // A fork that fails for want of processes, memory or descriptors passes; arguments that are too long do not.
    const auto meaning = core::os_errc(number, errc::unavailable);
    return fail(meaning == errc::too_large ? meaning : errc::unavailable, why);
}

core::result<void> check(const command& what) {
    if (what.argv.empty()) return fail(errc::invalid, "a command without a program");
    for (const auto& argument : what.argv)
        if (argument.find('\0') != std::string::npos)
            return fail(errc::invalid, "an argument of " + what.argv.front() + " has a null byte");
    if (what.directory.empty()) return {};
    std::error_code ignored;
    if (!std::filesystem::is_directory(what.directory, ignored))
        return fail(errc::not_found, "there is no directory " + what.directory.string() + " to run in");
    return {};
}

}  // namespace

core::result<child> launch(const command& what) {
    if (const auto fine = check(what); !fine) return fine.error();
    auto environment = compose_environment(what);
    if (!environment) return environment.error();
    const auto program = find_program(what.argv.front(), *environment);
    if (!program) return program.error();

    auto out = make_pipe();
    if (!out) return out.error();
    pipe_ends in;
    pipe_ends err;
    for (auto [wanted, ends] : {std::pair{!what.input.empty(), &in}, std::pair{!what.error_to_out, &err}}) {
        if (!wanted) continue;
        auto made = make_pipe();
        if (!made) return made.error();
        *ends = std::move(*made);
    }

    file_actions actions;
    if (in.read) {
        actions.copy(in.read.get(), STDIN_FILENO);
    } else {
        actions.open_null(STDIN_FILENO);
    }
    actions.copy(out->write.get(), STDOUT_FILENO);
    actions.copy(err.write ? err.write.get() : STDOUT_FILENO, STDERR_FILENO);
    actions.close_from(STDERR_FILENO + 1);
    if (!what.directory.empty()) actions.change_directory(what.directory);

    auto arguments = what.argv;
    const attributes attributes;
    child started;
    const int failure = ::posix_spawn(&started.pid, program->c_str(), actions.get(), attributes.get(),
                                      pointers(arguments).data(), pointers(*environment).data());
    if (failure != 0) return spawn_error(failure, *program);
    restore_descriptor_limit(started.pid);

    started.ended = descriptor(::pidfd_open(started.pid, 0));
    if (!started.ended) {
        const int number = errno;
        signal_group(started, SIGKILL);
        ::waitpid(started.pid, nullptr, 0);
        return spawn_error(number, *program);
    }
    started.in = std::move(in.write);
    started.out = std::move(out->read);
    started.err = std::move(err.read);
    return started;
}

void signal_group(const child& which, int signal) noexcept {
    ::kill(-which.pid, signal);
}

core::result<exit_status> reap(const child& which) {
    siginfo_t info{};
    if (::waitid(P_PID, static_cast<id_t>(which.pid), &info, WEXITED) != 0)
        return fail(errc::child_failed, "the end of a child was lost: " + std::generic_category().message(errno));
    if (info.si_code == CLD_EXITED) return exit_status{.code = info.si_status};
    return exit_status{.signal = info.si_status};
}

}  // namespace familiar::process
