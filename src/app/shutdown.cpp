#include "app/shutdown.hpp"

#include "async/race.hpp"
#include "observe/log.hpp"

#include <cstdlib>

namespace asio = boost::asio;

namespace familiar::app {

namespace {

/// What clean-up may take beyond an agent's grace, and requests in flight before their connections are cut.
constexpr std::chrono::milliseconds clean_up_bound = std::chrono::seconds(15);
constexpr std::chrono::milliseconds request_bound = std::chrono::seconds(2);

/// What the forges have to be told may take; the rest is the next start's.
constexpr std::chrono::milliseconds telling_bound = std::chrono::seconds(5);

asio::awaitable<void> agents_end(job::dispatcher& jobs, std::chrono::milliseconds limit) {
    co_await jobs.join_for(limit);
}

[[noreturn]] void give_up(std::string_view what) {
    observe::error("clean-up hangs: what is left is left to the next start", {{"waiting_for", what}});
    std::_Exit(1);
}

}  // namespace

asio::awaitable<int> shut_down(shutdown_parts with) {
    co_await with.signals.requested(1);
    const auto settings = with.settings.snapshot();
    const auto& limits = settings->shutdown;

    // Drain: nothing new starts, webhooks are still written down, running agents have their time, or are left to the
    // next start.
    with.known.draining = true;
    with.metrics.set_draining(true);
    with.jobs.drain();
    with.http.set_draining();
    observe::info("draining", {{"agents", with.jobs.active()}, {"drain_timeout", limits.drain_timeout}});
    with.manager.stopping("Draining, agents running: " + std::to_string(with.jobs.active()),
                          limits.drain_timeout + limits.stop_grace + clean_up_bound);
    with.background.spawn(with.manager.keep_asking_for_time());
    if (limits.agents == config::agents_policy::detach) with.jobs.detach();
    co_await async::race(agents_end(with.jobs, limits.drain_timeout), with.signals.requested(2));

    // Stop: what still runs is stopped in parallel, cleaned up after and written down as interrupted.
    if (with.jobs.active() > 0) {
        observe::info("stopping agents", {{"agents", with.jobs.active()}, {"stop_grace", limits.stop_grace}});
        with.manager.stopping("Stopping, agents running: " + std::to_string(with.jobs.active()),
                              limits.stop_grace + clean_up_bound);
        with.jobs.stop();
        if (!co_await with.jobs.join_for(limits.stop_grace + clean_up_bound)) give_up("agents");
    }

    // Close: the listener first, then what it led to, then what ran beside.
    with.manager.stopping("Closing", request_bound + 2 * clean_up_bound + telling_bound);
    co_await with.http.close(request_bound);
    if (!co_await with.jobs.settle_for(clean_up_bound)) give_up("the journal");
    co_await with.tell.settle_for(telling_bound);
    with.web.close();
    with.background.cancel();
    if (!co_await with.background.join_for(clean_up_bound)) give_up("background tasks");
    with.journal.close();
    observe::info("ended");
    co_return 0;
}

}  // namespace familiar::app
