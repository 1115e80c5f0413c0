#include "agent/life.hpp"
#include "agent/silence.hpp"
#include "async/blocking.hpp"
#include "async/timeout.hpp"
#include "observe/log.hpp"

#include <algorithm>

namespace asio = boost::asio;

namespace familiar::agent {

namespace {

using std::chrono::milliseconds;
using clock = std::chrono::steady_clock;

milliseconds since(clock::time_point when) {
    return std::chrono::floor<milliseconds>(clock::now() - when);
}

}  // namespace

/// Until it has ended by itself, or why it is to be ended is known.
asio::awaitable<void> life::watch() {
    // From the container's own start, and yet never longer than it was given, whatever the clocks say.
    constexpr milliseconds none{0};
    const auto timeout = deadline_ ? std::max(*deadline_ - *started_, none) : none;
    const auto left = deadline_ ? std::optional(std::clamp(*deadline_ - core::now(), none, timeout)) : std::nullopt;
    const auto begun = clock::now();

    vigil known{.started = *started_, .idle_timeout = settings_->agents.idle_timeout};
    for (;;) {
        known.now = core::now();
        if (saw_start_) known.watched = since(seen_since_);
        if (left) known.left = *left - since(begun);

        const auto [then, after] = plan(known);
        if (then == step::end_silent) {
            overdue_ = "no output for " + core::to_text(known.idle_timeout);
            co_return;
        }
        end_ =
            co_await with_.watch.wait(container_, then == step::wait ? clock::time_point::max() : clock::now() + after);
        if (end_) co_return;
        if (then == step::enforce) {
            overdue_ = "still running after " + core::to_text(timeout);
            co_return;
        }

        auto bound = settings_->docker.command_timeout;
        if (left) bound = std::min(bound, *left - since(begun));
        co_await ask_for_output(known, bound);
    }
}

/// What the engine does not tell is asked for later, and no agent is ended for it.
asio::awaitable<void> life::ask_for_output(vigil& known, milliseconds bound) {
    const auto found = co_await async::with_timeout(with_.engine.last_output(container_), bound);
    known.just_asked = found.has_value();
    known.news = false;
    known.postponed = milliseconds(0);
    if (!found) {
        const bool passes = core::is_transient(found.error());
        known.postponed = passes ? std::min(settings_->retry.max_backoff, known.idle_timeout) : known.idle_timeout;
        if (!passes && found.error().code != core::errc::no_such_container)
            observe::warning("nobody can tell how long the agent has been silent", about(what_),
                             {{"reason", describe(found.error())}});
        co_return;
    }
    // Of one that was adopted the first answer is as old as it says.
    known.news = *found != known.last_output && (saw_start_ || asked_);
    known.last_output = *found;
    asked_ = true;
}

/// What is to be said once nobody waits for it any more.
asio::awaitable<void> life::settle() {
    if (end_)
        said_ = co_await conclude(*end_);
    else
        said_ = co_await end_early(outcome{ending::timed_out, overdue_});
}

asio::awaitable<outcome> life::conclude(const docker::container_end& end) {
    if (end.vanished && !seen_)
        co_return outcome{ending::interrupted, "its container is gone; nobody saw how it ended"};
    if (end.vanished && !end.by_event && with_.watch.broke_since(seen_since_))
        co_return outcome{ending::interrupted,
                          "the Docker engine does not know its container any more; nobody saw how it ended"};
    const auto said = co_await heard();
    co_return judge(end, said);
}

/// What the agent has said of itself; none, too, if that is of no use.
asio::awaitable<std::optional<report>> life::heard() {
    auto said = co_await async::run_blocking(
        with_.pool, [this] { return read_report(out_folder(settings_->repo_cache, what_.job)); });
    if (said) co_return std::move(*said);
    observe::warning("the agent's report is not used", about(what_), {{"reason", describe(said.error())}});
    co_return std::nullopt;
}

}  // namespace familiar::agent
