#include "agent/outcome.hpp"

#include <csignal>
#include <cstring>

namespace familiar::agent {

namespace {

constexpr int killed_by_signal = 128;  // a shell's and docker's way to say which signal it was

/// Why a container ended as it did: in a sentence, and in the word that is counted.
struct verdict {
    std::string reason;
    const char* cause;
};

/// Exit codes of docker, and of shells, for what they could not run; the engine's words go first
/// (https://docs.docker.com/engine/containers/run/#exit-status).
verdict could_not_be_run(const docker::container_end& end, const std::string& usual_cause) {
    return {"the agent's command could not be run (exit code " + std::to_string(end.exit_code) +
                "): " + (end.state.error.empty() ? usual_cause : end.state.error),
            "not_runnable"};
}

/// None if there is no signal of that number, or none with a name.
std::optional<std::string> killed_by(int signal) {
    const char* name = signal > 0 ? ::sigabbrev_np(signal) : nullptr;
    if (name == nullptr) return std::nullopt;
    return "killed by signal " + std::to_string(signal) + " (SIG" + name + ")";
}

verdict name_exit(const docker::container_end& end) {
    const int code = end.exit_code;
    if (end.state.oom_killed && code == killed_by_signal + SIGKILL)
        return {"out of memory (137): it used all of agents.memory", "out_of_memory"};
    switch (code) {
        case 125:
            return could_not_be_run(end, "the container did not start");
        case 126:
            return could_not_be_run(end, "it is not executable");
        case 127:
            return could_not_be_run(end, "there is no such program");
        case killed_by_signal + SIGKILL:
            return {"killed (137)", "killed"};
        case killed_by_signal + SIGSEGV:
            return {"crashed with a segmentation fault (139)", "killed"};
        case killed_by_signal + SIGTERM:
            return {"terminated (143)", "killed"};
        default:
            if (auto signal = killed_by(code - killed_by_signal)) return {std::move(*signal), "killed"};
            return {"exit code " + std::to_string(code), "exit_code"};
    }
}

/// The agent knows best why it gave up, and nothing of its own death.
std::string cause_of(const verdict& container, const report& said) {
    const bool died = std::string_view(container.cause) == "out_of_memory";
    return said.cause.empty() || died ? container.cause : said.cause;
}

}  // namespace

std::string_view to_text(ending how) noexcept {
    switch (how) {
        case ending::succeeded:
            return "succeeded";
        case ending::failed:
            return "failed";
        case ending::timed_out:
            return "timed_out";
        case ending::cancelled:
            return "cancelled";
        case ending::interrupted:
            return "interrupted";
    }
    return "failed";
}

outcome judge(const docker::container_end& end, const std::optional<report>& report) {
    const auto said = report.value_or(agent::report{});
    outcome result{.summary = said.summary, .spent = said.spent};
    if (end.vanished) {
        result.reason = "its container was removed by somebody else";
        result.cause = "removed";
        return result;
    }
    result.exit_code = end.exit_code;
    if (end.exit_code != 0) {
        const auto container = name_exit(end);
        result.reason = container.reason + (said.reason.empty() ? "" : ": " + said.reason);
        result.cause = cause_of(container, said);
        return result;
    }
    result.reason = said.reason;
    result.how = said.success == false ? ending::failed : ending::succeeded;
    if (result.how == ending::succeeded) return result;
    if (result.reason.empty()) result.reason = "the agent reports that it failed";
    result.cause = said.cause.empty() ? "reported" : said.cause;
    return result;
}

}  // namespace familiar::agent
