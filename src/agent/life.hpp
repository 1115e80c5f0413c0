#pragma once

#include "agent/agent.hpp"
#include "agent/container.hpp"
#include "agent/silence.hpp"
#include "async/retry.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace familiar::agent {

/// One agent from its workspace to its clean-up, a function per stage. Owned by agents::run or agents::adopt. How it
/// begins is in life.cpp, how one is taken over in adoption.cpp, what it gets to send to its forge in
/// life_credentials.cpp, how it is watched in life_watch.cpp, and how it ends in life_end.cpp.
class life {
public:
    /// One that is still to be started.
    life(const agents::tools& with, std::unique_ptr<const assignment> what, stages& recorder);

    /// One that an earlier process has started.
    life(const agents::tools& with, const assignment& what, adoption of, stages& recorder);

    /// Starts it and watches it to its end or its deadline: what there is to say then is said().
    boost::asio::awaitable<void> live();

    /// The same for one that an earlier process has started.
    boost::asio::awaitable<void> live_on();

    /// How it ended; an error: it was not started. None so far, or its life was cut short: then somebody else says it.
    const std::optional<core::result<outcome>>& said() const noexcept { return said_; }
    void say(core::result<outcome> what) { said_ = std::move(what); }

    /// True once the container may have been started, and until it is known that it was not.
    bool launched() const noexcept { return launched_; }
    const particulars& what() const noexcept { return what_; }

    /// After a start that was cut off, only the engine knows: it is asked until it answers. If the container has not
    /// started, it is removed, so that it never will.
    boost::asio::awaitable<bool> has_started();

    /// Ends an agent that has started before its time, with `wanted` as its outcome, unless that was decided before or
    /// it has ended by itself. Waits for an engine that does not answer.
    boost::asio::awaitable<outcome> end_early(outcome wanted);

    /// Once there is an outcome: keeps the log, adds its last lines to an outcome that is no success, and removes
    /// container and workspace. What cannot be done is logged and left to reconciling.
    boost::asio::awaitable<void> finish();

    /// Removes what a start that failed has left.
    boost::asio::awaitable<void> discard();

private:
    /// What only its start needs. It runs without: there may be a thousand that wait for their ends.
    struct setup {
        std::unique_ptr<const assignment> what;
        std::shared_ptr<const config::settings> server;  ///< as they were when it began
        std::vector<std::string> clipped{};              ///< what the repository wanted and the server does not allow
        git::workspace where{};
    };

    boost::asio::awaitable<core::result<void>> begin();
    boost::asio::awaitable<core::result<void>> prepare();
    boost::asio::awaitable<core::result<void>> make_workspace(core::result<void>& image_usable);
    core::result<void> heed(const std::string& text, const std::string& branch, git::workspace_request& request);
    std::string image_key() const;
    boost::asio::awaitable<core::result<void>> check_image();
    boost::asio::awaitable<core::result<void>> check_image_into(core::result<void>& usable);
    boost::asio::awaitable<core::result<void>> brief();
    provider::forge* issuer() const;
    boost::asio::awaitable<core::result<provider::credential>> issue(provider::access wanted);
    boost::asio::awaitable<core::result<provider::credential>> try_to_issue(provider::access wanted);
    boost::asio::awaitable<core::result<void>> let_in(git::remote& origin);
    boost::asio::awaitable<core::result<void>> give_credentials();
    boost::asio::awaitable<core::result<void>> put(const provider::credential& what);
    boost::asio::awaitable<void> recall_credentials();
    boost::asio::awaitable<void> accompany();
    boost::asio::awaitable<void> renew_credentials();
    boost::asio::awaitable<core::result<void>> renew_once();
    boost::asio::awaitable<core::result<void>> launch_container();
    boost::asio::awaitable<core::result<void>> create_container();
    boost::asio::awaitable<core::result<void>> confirm_start();
    boost::asio::awaitable<core::result<void>> try_to_confirm_start();
    boost::asio::awaitable<void> note_start(core::wall_time at, std::optional<core::wall_time> deadline);
    boost::asio::awaitable<core::result<docker::container_state>> look();
    boost::asio::awaitable<void> watch();
    boost::asio::awaitable<void> settle();
    boost::asio::awaitable<void> ask_for_output(vigil& known, std::chrono::milliseconds bound);
    boost::asio::awaitable<outcome> conclude(const docker::container_end& end);
    boost::asio::awaitable<std::optional<report>> heard();
    boost::asio::awaitable<std::optional<int>> stop();
    boost::asio::awaitable<bool> keep_log();
    boost::asio::awaitable<std::string> last_words();
    boost::asio::awaitable<void> remove_container();
    boost::asio::awaitable<core::result<void>> try_to_remove_container();
    boost::asio::awaitable<void> remove_workspace();
    async::retry_policy patience() const;
    async::retry_policy endless_patience() const;
    std::filesystem::path folder() const { return job_folder(settings_->repo_cache, what_.job); }

    const agents::tools& with_;
    std::shared_ptr<const config::settings> settings_;  ///< as they were at first, and as the repository narrows them
    const particulars what_;
    stages& recorder_;
    const std::string container_;
    const std::string log_;                   ///< the file; a std::filesystem::path takes several times its text
    std::unique_ptr<setup> setup_;            ///< until it has been started by this process
    bool has_credentials_ = false;            ///< the forge's files are among its secrets; of such a one, too
    std::optional<provider::access> access_;  ///< how far credentials go that are renewed; none: none are
    std::chrono::milliseconds renew_after_{0};
    bool created_ = false;  ///< a container of this name may be there
    bool launched_ = false;
    bool seen_ = false;  ///< this process has seen the started container
    std::chrono::steady_clock::time_point seen_since_ = std::chrono::steady_clock::time_point::max();
    bool saw_start_ = false;  ///< it was started by this process, at about that time
    bool asked_ = false;      ///< when it printed last, and an answer came
    std::optional<core::wall_time> started_;
    std::optional<core::wall_time> deadline_;
    std::unique_ptr<const docker::container_end> end_;  ///< once it is seen to have ended by itself
    std::string overdue_;                               ///< why it is to be ended, if it is
    std::optional<outcome> decided_;  ///< it is stopped, or about to be, and this is its outcome whatever it exits with
    bool announced_ = false;          ///< that was told
    std::optional<core::result<outcome>> said_;
};

}  // namespace familiar::agent
