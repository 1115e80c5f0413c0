#include "agent/agent.hpp"

#include "agent/container.hpp"
#include "agent/files.hpp"
#include "agent/life.hpp"
#include "async/shield.hpp"
#include "observe/bug.hpp"
#include "observe/log.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <exception>

namespace asio = boost::asio;

namespace familiar::agent {

namespace {

/// What clean-up may take: log, container and workspace. At a shutdown it is what the contract gives beyond the grace
/// of the container; else there is time for an engine that is away for a while.
constexpr std::chrono::milliseconds shutdown_bound = std::chrono::seconds(15);
constexpr std::chrono::milliseconds clean_up_bound = std::chrono::minutes(10);

/// How the part of a life that can be cancelled came to its end.
struct course {
    std::optional<core::result<outcome>> result;  ///< none: it was cut short
    bool cancelled = false;
    std::exception_ptr bug;
};

asio::awaitable<course> live(life& one) {
    course taken;
    try {
        const auto started = co_await one.start();
        if (started)
            taken.result = co_await one.watch();
        else
            taken.result = started.error();
    } catch (const boost::system::system_error& failure) {
        taken.cancelled = failure.code() == asio::error::operation_aborted;
        if (!taken.cancelled) taken.bug = std::current_exception();
    } catch (...) {
        taken.bug = std::current_exception();
    }
    co_return taken;
}

/// What is to be said of a life that was cut short. Whoever was started has an outcome: an error would have it started
/// again.
core::result<outcome> end_of(const life& one, const course& cut_short) {
    const std::string why = cut_short.bug ? "internal error; the server's log says more" : "the server was shut down";
    if (one.launched()) return outcome{cut_short.bug ? ending::failed : ending::interrupted, why};
    if (cut_short.bug) return core::fail(core::errc::child_failed, why);
    return core::fail(core::errc::shutting_down, why + " before the agent started");
}

asio::awaitable<void> clean_up(life& one, core::result<outcome>& said, bool still_runs) {
    if (!said) {
        co_await one.discard();
        co_return;
    }
    if (still_runs) said->exit_code = co_await one.stop();
    co_await one.finish(*said);
}

}  // namespace

asio::awaitable<core::result<outcome>> agents::run(assignment what, stages& recorder) {
    const bool throws = co_await asio::this_coro::throw_if_cancelled();
    life one(with_, std::move(what), recorder);
    const auto taken = co_await live(one);
    if (taken.bug) observe::log_bug("in the life of an agent", taken.bug);
    auto said = taken.result ? *taken.result : end_of(one, taken);

    // Clean-up happens to its end also when it was a cancellation that led here, or one comes meanwhile.
    co_await asio::this_coro::throw_if_cancelled(false);
    const auto bound = taken.cancelled ? with_.settings.shutdown.stop_grace + shutdown_bound : clean_up_bound;
    const auto ended = co_await async::shielded(clean_up(one, said, !taken.result), bound);
    co_await asio::this_coro::throw_if_cancelled(throws);

    if (!ended)
        observe::error("clean-up took too long; the next start goes on with it", {{"bound", core::to_text(bound)}});
    co_return said;
}

asio::awaitable<core::result<reaped>> agents::reap(log_finder log_of) {
    auto left = co_await with_.engine.list(instance_labels(with_.instance));
    if (!left) co_return left.error();
    reaped done;
    for (const auto& container : *left) {
        co_await collect_log(container, log_of);
        if (const auto removed = co_await with_.engine.remove(container.name); removed) {
            ++done.containers;
            observe::info("removed a container from before", {{"container", container.name}});
        } else {
            observe::error(
                "a container from before could not be removed",
                {{"container", container.name}, {"status", container.status}, {"reason", describe(removed.error())}});
            if (container.running) done.left_running = removed.error();
        }
    }

    if (!done.left_running) co_await reap_workspaces();
    co_return done;
}

asio::awaitable<void> agents::reap_workspaces() {
    const auto jobs = co_await with_.repositories.jobs_on_disk();
    if (!jobs) {
        observe::error("the workspaces from before could not be listed", {{"reason", describe(jobs.error())}});
        co_return;
    }
    for (const auto& job : *jobs)
        if (const auto removed = co_await with_.repositories.remove(job); !removed)
            observe::error("a workspace from before could not be removed",
                           {{"job", job}, {"reason", describe(removed.error())}});
}

asio::awaitable<void> agents::collect_log(const docker::container_state& from, const log_finder& log_of) {
    const auto job = from.labels.find("familiar.job");
    if (job == from.labels.end() || !from.started_at) co_return;
    const auto log = co_await log_of(job->second);
    if (!log) co_return;
    auto kept = make_folders(log->parent_path());
    if (kept) kept = co_await with_.engine.save_logs(from.name, *log, with_.settings.logging.max_log);
    if (!kept)
        observe::warning("the log of a container from before could not be kept",
                         {{"container", from.name}, {"reason", describe(kept.error())}});
}

}  // namespace familiar::agent
