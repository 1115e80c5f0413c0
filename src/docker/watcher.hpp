#pragma once

#include "async/retry.hpp"
#include "docker/engine.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace familiar::docker {

/// How a container ended.
struct container_end {
    std::string name;
    bool vanished = false;    ///< it is not there any more; nobody knows its exit code
    bool by_event = false;    ///< the event stream told of its end; else a listing or a question did
    int exit_code = 0;        ///< unless it vanished
    container_state state{};  ///< the engine's last word, unless it vanished
};

struct watch_policy {
    /// Between a break of the stream and its next opening, and between questions that the engine did not answer.
    async::retry_policy backoff{.initial_backoff = std::chrono::milliseconds(250),
                                .max_backoff = std::chrono::milliseconds(5000)};
    /// A stream is reopened after this time even if it seems well: a connection can die without a word, and the listing
    /// that goes with each opening finds what it kept to itself.
    std::chrono::milliseconds reopen_every{120000};
};

/// Knows when containers end, by one `docker events` stream for all of them, however many wait.
///
/// An event is a hint and an inspect is the truth: a waiter is woken by the stream, or by the listing that goes with
/// each opening of the stream, and asks the engine itself. So nothing is lost between a listing and a stream, replayed
/// events do no harm, and a broken stream costs time only.
class container_watch {
public:
    using clock = std::chrono::steady_clock;

    /// Told of each break of the stream and each failed listing, not of the reopening that is due.
    using break_observer = std::function<void(const core::error&)>;

    /// Watches the containers of `source` that have all of `labels`. `source` outlives this.
    container_watch(engine& source, label_map labels, watch_policy policy = {}, break_observer on_break = {});
    container_watch(const container_watch&) = delete;
    container_watch& operator=(const container_watch&) = delete;

    /// Keeps the stream open until it is cancelled; for a task group.
    boost::asio::awaitable<void> run();

    /// Suspends until that container, which has been created, has ended; at once if it has already. One that was
    /// created and never started has not ended. Without an engine it goes on waiting. Null: it has not ended by
    /// `until`. Throws operation_aborted when cancelled. This object outlives the call.
    boost::asio::awaitable<std::unique_ptr<const container_end>> wait(
        std::string name, clock::time_point until = clock::time_point::max());

    /// Whether the stream has broken or could not be opened since then: the engine was away, or is. What containers
    /// printed meanwhile may be lost, since nobody took it from them.
    bool broke_since(std::chrono::steady_clock::time_point when) const noexcept { return last_break_ >= when; }

private:
    struct waiter {
        void wake();

        boost::asio::steady_timer timer;
        bool woken = false;                          ///< since it asked the engine last
        bool by_event = false;                       ///< that it has ended or gone
        std::unique_ptr<const container_end> end{};  ///< once the engine has said so
    };
    using waiter_map = std::multimap<std::string, waiter*, std::less<>>;

    /// Takes a waiter off the list with the call that waits, however that ends.
    class registration {
    public:
        registration(waiter_map& among, const std::string& name, waiter& which);
        ~registration();
        registration(const registration&) = delete;
        registration& operator=(const registration&) = delete;

    private:
        waiter_map& among_;
        waiter_map::iterator place_;
    };

    void wake(std::string_view name);
    boost::asio::awaitable<core::result<void>> reconcile();
    boost::asio::awaitable<bool> ask(const std::string& name, waiter& me, clock::time_point until);

    engine& engine_;
    label_map labels_;
    watch_policy policy_;
    break_observer on_break_;
    waiter_map waiters_;
    std::chrono::steady_clock::time_point last_break_ = std::chrono::steady_clock::time_point::min();
};

}  // namespace familiar::docker
