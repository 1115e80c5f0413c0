#include "agent/agent.hpp"

#include "agent/life.hpp"
#include "async/shield.hpp"
#include "observe/bug.hpp"
#include "observe/log.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <memory>

namespace asio = boost::asio;

namespace familiar::agent {

namespace {

/// What clean-up may take: log, container and workspace. At a shutdown it is what the contract gives beyond the grace
/// of the container; else there is time for an engine that is away for a while.
constexpr std::chrono::milliseconds shutdown_bound = std::chrono::seconds(15);
constexpr std::chrono::milliseconds clean_up_bound = std::chrono::minutes(10);

/// How the part of a life that can be cancelled was cut short, if it was.
struct course {
    bool cancelled = false;
    std::exception_ptr bug;
};

asio::awaitable<course> follow(asio::awaitable<void> living) {
    course taken;
    try {
        co_await std::move(living);
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
asio::awaitable<core::result<outcome>> cut_short(life& one, course taken, stop_order order) {
    outcome wanted{order.how, order.reason};
    if (taken.bug) wanted = {ending::failed, "internal error; the server's log says more"};
    if (one.launched()) {
        const bool started = co_await one.has_started();
        if (started) co_return co_await one.end_early(std::move(wanted));
    }
    co_return core::fail(taken.bug ? core::errc::child_failed : core::errc::shutting_down,
                         wanted.reason + " before the agent started");
}

asio::awaitable<void> clean_up(life& one, course taken, stop_order order) {
    if (!one.said()) one.say(co_await cut_short(one, std::move(taken), std::move(order)));
    if (*one.said())
        co_await one.finish();
    else
        co_await one.discard();
}

/// What follows after a life, within bounds.
asio::awaitable<core::result<outcome>> wind_up(life& one, course taken, const stages& recorder,
                                               std::chrono::milliseconds stop_grace) {
    if (taken.bug) observe::log_bug("in the life of an agent", taken.bug, about(one.what()));
    stop_order order;
    if (taken.cancelled) order = recorder.why_stopped();
    if (taken.cancelled && one.launched() && order.leave_running)
        co_return core::fail(core::errc::left_running, "the agent was left running for the next start");

    const auto bound = taken.cancelled ? stop_grace + shutdown_bound : clean_up_bound;
    const auto ended = co_await async::shielded(clean_up(one, std::move(taken), std::move(order)), bound);
    if (!ended)
        observe::error("clean-up took too long; reconciling goes on with it", about(one.what()), {{"bound", bound}});
    if (one.said()) co_return *one.said();
    // No engine has told whether it runs, or it could not be stopped: to say how it ended would be a guess.
    co_return core::fail(core::errc::left_running, "the engine has not told whether the agent has ended");
}

asio::awaitable<core::result<outcome>> see_through(std::unique_ptr<life> one, asio::awaitable<void> living,
                                                   const stages& recorder, std::chrono::milliseconds stop_grace) {
    const bool throws = co_await asio::this_coro::throw_if_cancelled();
    auto taken = co_await follow(std::move(living));

    // Clean-up happens to its end also when it was a cancellation that led here, or one comes meanwhile.
    co_await asio::this_coro::throw_if_cancelled(false);
    auto said = co_await wind_up(*one, std::move(taken), recorder, stop_grace);
    co_await asio::this_coro::throw_if_cancelled(throws);
    co_return said;
}

}  // namespace

// No coroutines: a frame would keep what it was given until the end.

asio::awaitable<core::result<outcome>> agents::run(std::unique_ptr<const assignment> what, stages& recorder) {
    auto one = std::make_unique<life>(with_, std::move(what), recorder);
    auto living = one->live();
    return see_through(std::move(one), std::move(living), recorder, with_.settings->shutdown.stop_grace);
}

asio::awaitable<core::result<outcome>> agents::adopt(assignment what, adoption of, stages& recorder) {
    auto one = std::make_unique<life>(with_, what, std::move(of), recorder);
    auto living = one->live_on();
    return see_through(std::move(one), std::move(living), recorder, with_.settings->shutdown.stop_grace);
}

}  // namespace familiar::agent
