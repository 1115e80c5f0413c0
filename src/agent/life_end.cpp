#include "agent/files.hpp"
#include "agent/last_lines.hpp"
#include "agent/life.hpp"
#include "async/blocking.hpp"
#include "async/retry.hpp"
#include "async/timeout.hpp"
#include "observe/log.hpp"

namespace asio = boost::asio;

namespace familiar::agent {

namespace {

/// What `docker stop` may take beyond the grace, and an inspect: then the removal, which kills, has its turn.
constexpr std::chrono::milliseconds stop_overhead = std::chrono::seconds(5);

/// What the last lines of a container without a log file may take.
constexpr std::chrono::milliseconds ask_bound = std::chrono::seconds(5);

/// Of a log that may lack lines: while no engine takes what a container prints, there is room for 64 KiB of it (a
/// pipe's), and if the container ends meanwhile not even those are kept.
constexpr auto engine_was_away = "the Docker engine was away while this agent ran: some of its output may be missing";

/// Makes attempts for as long as no engine answers: it comes back, and until then nothing can be said of a container.
/// Its caller bounds it.
template <class MakeAttempt>
auto once_the_engine_answers(async::retry_policy policy, MakeAttempt make_attempt) -> decltype(make_attempt()) {
    for (std::size_t tries = 0;; ++tries) {
        auto done = co_await make_attempt();
        if (done || done.error().code != core::errc::engine_unreachable) co_return std::move(done);
        co_await async::sleep_for(async::backoff(policy, tries, async::real_environment().random()));
    }
}

}  // namespace

/// What the engine says of the container, as soon as it answers: one that is away or hangs comes back, and until then
/// nothing is known.
asio::awaitable<core::result<docker::container_state>> life::look() {
    return async::retry(endless_patience(), [this] { return with_.engine.inspect(container_); });
}

asio::awaitable<outcome> life::end_early(outcome wanted) {
    const auto state = co_await look();
    const bool gone = !state && state.error().code == core::errc::no_such_container;
    const bool over = gone || (state && state->ended());
    if (over && !decided_) {
        // An end by itself is an end by itself, also after a deadline that nobody was there to enforce, or in the
        // moment before it was.
        docker::container_end end{.name = container_, .vanished = gone};
        if (state) end.exit_code = state->exit_code;
        if (state) end.state = *state;
        co_return co_await conclude(end);
    }

    if (!decided_) decided_ = std::move(wanted);
    if (!announced_) co_await recorder_.stopping(*decided_);
    announced_ = true;
    auto said = *decided_;
    if (!over)
        said.exit_code = co_await stop();
    else if (state)
        said.exit_code = state->exit_code;
    // One that was stopped has spent something all the same.
    if (const auto report = co_await heard()) said.spent = report->spent;
    co_return said;
}

/// Returns once it has ended, or once it is clear that it does not; its exit code if that is known.
asio::awaitable<std::optional<int>> life::stop() {
    const auto grace = settings_->shutdown.stop_grace;
    const auto stopped = co_await once_the_engine_answers(patience(), [this, grace] {
        return async::with_timeout(with_.engine.stop(container_, grace), grace + stop_overhead);
    });
    if (!stopped && stopped.error().code != core::errc::no_such_container)
        observe::error("the agent could not be stopped; it is killed", about(what_),
                       {{"container", container_}, {"reason", describe(stopped.error())}});

    const auto state = co_await async::with_timeout(with_.engine.inspect(container_), stop_overhead);
    if (!state || !state->ended()) co_return std::nullopt;
    co_return state->exit_code;
}

asio::awaitable<void> life::finish() {
    auto& with = **said_;
    co_await recorder_.finishing(with);
    const bool log_is_settled = co_await keep_log();
    if (with.how != ending::succeeded) with.last_lines = co_await last_words();
    if (log_is_settled) co_await remove_container();
    co_await remove_workspace();
}

asio::awaitable<void> life::discard() {
    if (created_)
        if (const auto removed = co_await async::retry(patience(), [this] { return with_.engine.remove(container_); });
            !removed)
            observe::warning("a container that was not started is left behind until the next reconciling", about(what_),
                             {{"container", container_}, {"reason", describe(removed.error())}});
    co_await remove_workspace();
}

/// False: it could not be kept and may be later, by whoever finds the container.
asio::awaitable<bool> life::keep_log() {
    auto kept = make_folders(std::filesystem::path(log_).parent_path());
    if (kept)
        kept = co_await once_the_engine_answers(patience(), [this] {
            const auto* const remark = with_.watch.broke_since(seen_since_) ? engine_was_away : "";
            return with_.engine.save_logs(container_, log_, settings_->logging.max_log, remark);
        });
    if (kept || kept.error().code == core::errc::no_such_container) co_return true;
    const bool passes = core::is_transient(kept.error()) || kept.error().code == core::errc::storage_full;
    observe::error(passes ? "the agent's log cannot be kept now; its container is left for the next reconciling"
                          : "the agent's log is lost",
                   about(what_), {{"file", log_}, {"reason", describe(kept.error())}});
    co_return !passes;
}

/// From the log that was kept, else from the container, if one of them is there.
asio::awaitable<std::string> life::last_words() {
    const auto kept = co_await async::run_blocking(with_.pool, [this] { return read_last_lines(log_); });
    if (kept) co_return *kept;
    const auto printed = co_await async::with_timeout(
        with_.engine.last_lines(container_, most_last_lines, last_lines_are_within), ask_bound);
    co_return printed ? last_lines(*printed) : std::string();
}

asio::awaitable<void> life::remove_container() {
    const auto removed = co_await async::retry(patience(), [this] { return try_to_remove_container(); });
    if (!removed)
        observe::error("the agent's container is left behind until the next reconciling", about(what_),
                       {{"container", container_}, {"reason", describe(removed.error())}});
}

/// Whatever an engine has against a removal (a busy mount, most of the time) may have passed a moment later.
asio::awaitable<core::result<void>> life::try_to_remove_container() {
    auto removed = co_await once_the_engine_answers(patience(), [this] { return with_.engine.remove(container_); });
    if (!removed && !core::is_transient(removed.error()))
        co_return core::fail(core::errc::unavailable, describe(removed.error()));
    co_return removed;
}

asio::awaitable<void> life::remove_workspace() {
    const auto removed = co_await with_.repositories.remove(what_.job);
    if (!removed)
        observe::error("the agent's workspace is left behind until the next reconciling", about(what_),
                       {{"reason", describe(removed.error())}});
}

}  // namespace familiar::agent
