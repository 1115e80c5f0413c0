#pragma once

#include "agent/agent.hpp"
#include "agent/container.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>

namespace familiar::agent {

/// One agent from its workspace to its clean-up, a function per stage. Owned by agents::run. How it begins is in
/// life.cpp, how it ends in life_end.cpp.
class life {
public:
    life(const agents::tools& with, assignment what, stages& recorder);

    /// Workspace, texts and container. On success the container runs.
    boost::asio::awaitable<core::result<void>> start();

    /// Suspends until the container has ended, or stops it at its deadline.
    boost::asio::awaitable<outcome> watch();

    /// True once the container may have been started.
    bool launched() const noexcept { return launched_; }

    /// Tells an agent to end before its time and waits until it has, or until it is clear that it does not. Returns the
    /// container's exit code if it is known.
    boost::asio::awaitable<std::optional<int>> stop();

    /// Keeps the log and removes container and workspace. What cannot be done is logged and left to the next start.
    boost::asio::awaitable<void> finish(outcome with);

    /// Removes what a start that failed has left.
    boost::asio::awaitable<void> discard();

private:
    boost::asio::awaitable<core::result<void>> check_image();
    boost::asio::awaitable<core::result<void>> brief();
    boost::asio::awaitable<core::result<void>> launch_container();
    boost::asio::awaitable<core::result<void>> create_container();
    boost::asio::awaitable<void> note_start(core::wall_time at);
    boost::asio::awaitable<outcome> conclude(docker::container_end end);
    boost::asio::awaitable<outcome> stop_at_deadline();
    boost::asio::awaitable<void> keep_log();
    boost::asio::awaitable<void> remove_container();
    boost::asio::awaitable<core::result<void>> try_to_remove_container();
    boost::asio::awaitable<void> remove_workspace();
    async::retry_policy patience() const;

    const agents::tools& with_;
    const assignment what_;
    stages& recorder_;
    const std::string container_;
    const std::filesystem::path log_;
    git::workspace where_;
    bool created_ = false;  ///< a container of this name may be there
    bool launched_ = false;
    std::optional<core::wall_time> started_;
    std::optional<core::wall_time> deadline_;
};

}  // namespace familiar::agent
