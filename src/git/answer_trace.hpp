#pragma once

#include "core/http_answer.hpp"
#include "process/command.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// The headers of the forge's answers. git's messages have the status alone, so that a forge's Retry-After is heard
/// through its own trace of HTTP (git(1), GIT_TRACE_CURL): headers in both directions without bodies, with
/// Authorization and cookies redacted by git.
namespace familiar::git {

/// A file for one git to write its trace to, so that nothing of it comes between its messages. Only this user may read
/// it, and it goes with its owner; one that a killed server left goes with the rest of the folder. Where it cannot be
/// made, there is no trace and nothing else is different. Blocks, but not for long.
class answer_trace {
public:
    explicit answer_trace(const std::filesystem::path& folder);
    ~answer_trace();
    answer_trace(const answer_trace&) = delete;
    answer_trace& operator=(const answer_trace&) = delete;

    /// What the git needs to know of it.
    std::vector<process::environment_variable> environment() const;

    /// What has been written; the end of it if it is very long.
    std::string text() const;

private:
    std::filesystem::path file_;
};

/// The headers about waiting of the last answer with this status. Pure.
core::wait_headers headers_of_answer(std::string_view trace, unsigned status);

}  // namespace familiar::git
