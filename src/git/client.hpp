#pragma once

#include "core/error.hpp"
#include "git/types.hpp"
#include "process/command.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace familiar::git {

/// The one way to run git on the host, always with the environment of environment.hpp. One per job that
/// is prepared; it also remembers whether git found the repositories of this machine damaged.
class client {
public:
    client(const settings& chosen, const remote& from) : settings_(chosen), remote_(from) {}

    /// What to run. A repository is always named, so that git never looks for one in the folders above.
    struct call {
        std::string operation;                 ///< for people: "fetch"
        std::vector<std::string> arguments{};  ///< what follows "git"
        std::filesystem::path repository{};    ///< --git-dir
        std::filesystem::path work_tree{};     ///< --work-tree, and where it runs
        std::string input{};
        std::vector<process::environment_variable> environment{};  ///< besides that of environment.hpp
        std::optional<std::chrono::milliseconds> deadline{};  ///< none: the settings' for local(), for network() none
        std::size_t max_output = std::size_t{1} << 20;
    };

    /// Runs git without access to the forge. A failure is classified; errc::too_large if there was more output than
    /// `max_output`.
    boost::asio::awaitable<core::result<std::string>> local(call what);

    /// The same for what may end with another status than 0 or have its output cut.
    boost::asio::awaitable<core::result<process::output>> local_any(call what);

    /// One attempt with the remote's token and certificates at hand. Where the call has no deadline, the caller bounds
    /// all attempts together. A failure has retry_after if the forge said when to come back.
    boost::asio::awaitable<core::result<void>> network(call what);

    /// True once a call failed because a repository on this machine is damaged.
    bool saw_damage() const noexcept { return saw_damage_; }

    const remote& from() const noexcept { return remote_; }
    const settings& chosen() const noexcept { return settings_; }

private:
    boost::asio::awaitable<core::result<process::output>> run(call what, const remote* access);

    const settings& settings_;
    const remote& remote_;
    bool saw_damage_ = false;
};

}  // namespace familiar::git
