#pragma once

#include "agent/files.hpp"
#include "agent/stages.hpp"
#include "async/task_group.hpp"
#include "observe/log.hpp"
#include "support/agent_rooms.hpp"
#include "support/run_coroutine.hpp"
#include "support/unit_test.hpp"
#include "support/wait_until.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace familiar::test {

/// Remembers what it is told, and refuses the stages that a test names, or throws there.
class remembering_stages final : public agent::stages {
public:
    boost::asio::awaitable<core::result<void>> launching(agent::launch what) override {
        launch = std::move(what);
        co_return note("launching");
    }
    boost::asio::awaitable<void> started(core::wall_time at, std::optional<core::wall_time> until) override {
        since = at;
        deadline = until;
        (void)note("started");
        co_return;
    }
    boost::asio::awaitable<void> stopping(agent::outcome what) override {
        announced = std::move(what);
        (void)note("stopping");
        co_return;
    }
    boost::asio::awaitable<void> finishing(agent::outcome what) override {
        outcome = std::move(what);
        (void)note("finishing");
        co_return;
    }

    agent::stop_order why_stopped() const override { return order; }

    bool saw(const std::string& stage) const { return std::find(told.begin(), told.end(), stage) != told.end(); }

    std::map<std::string, core::error> refused;
    std::string throws_at;
    std::function<void(const std::string& stage)> on_stage;
    agent::stop_order order;
    std::vector<std::string> told;
    agent::launch launch;
    agent::outcome announced;
    agent::outcome outcome;
    core::wall_time since{};
    std::optional<core::wall_time> deadline;

private:
    core::result<void> note(const std::string& stage) {
        told.push_back(stage);
        if (on_stage) on_stage(stage);
        if (stage == throws_at) throw std::logic_error("a bug");
        if (const auto found = refused.find(stage); found != refused.end()) return found->second;
        return {};
    }
};

/// How a run of agents::run or agents::adopt ended.
struct ended_run {
    std::optional<core::result<agent::outcome>> said;  ///< none: it threw
    bool was_cancelled = false;                        ///< the cancellation was still pending afterwards
};

/// A site with one agent on it.
struct bench : site {
    bench() {
        what.job = "01m81q2b8ej7hs0zxannv5pr24";
        what.subject = opened(7);
        what.created = *core::parse_time("2026-01-31T12:00:00Z");
    }

    using meanwhile_type = std::function<boost::asio::awaitable<void>(async::task_group&)>;

    /// Runs the agent to its end. `meanwhile` may cancel the group that it runs in.
    ended_run run(meanwhile_type meanwhile = {}) {
        return see_through(
            [this](agent::agents& agents) {
                return agents.run(std::make_unique<const agent::assignment>(what), stages);
            },
            std::move(meanwhile));
    }

    /// The same for one that an earlier server has started.
    ended_run adopt(agent::adoption of, meanwhile_type meanwhile = {}) {
        return see_through([this, of](agent::agents& agents) { return agents.adopt(what, of, stages); },
                           std::move(meanwhile));
    }

    /// What `ask` gets of the agents on this site.
    template <class Ask>
    auto ask(Ask ask) {
        boost::asio::io_context context(1);
        agent_rooms rooms(context.get_executor(), settings, forges);
        return run_coroutine(context, ask(rooms.agents));
    }

    /// The same for an agent that is expected to have an outcome.
    static agent::outcome outcome_of(ended_run ended) {
        BOOST_REQUIRE(ended.said);
        if (!*ended.said) BOOST_FAIL(describe(ended.said->error()));
        return **ended.said;
    }

    /// The same for one that is expected not to have been started.
    core::error error_of(ended_run ended) {
        BOOST_REQUIRE(ended.said);
        BOOST_REQUIRE(!*ended.said);
        BOOST_TEST(!stages.saw("started"));
        return ended.said->error();
    }

    /// Cancels once `condition` holds.
    static meanwhile_type cancel_when(std::function<bool()> condition) {
        return [condition](async::task_group& agents) {
            return [](auto until, async::task_group& which) -> boost::asio::awaitable<void> {
                co_await wait_until(until);
                which.cancel();
            }(condition, agents);
        };
    }

    /// Suspends until the agent was told as started, and ends it then.
    boost::asio::awaitable<void> end_when_started() {
        co_await wait_until([this] { return stages.saw("started"); });
        engine.end(agent::container_name(what), 0);
    }

    agent::assignment what;
    provider::forge_lookup forges;
    remembering_stages stages;
    observe::log_capture log;

private:
    using life_of = std::function<boost::asio::awaitable<core::result<agent::outcome>>(agent::agents&)>;

    ended_run see_through(life_of live, meanwhile_type meanwhile) const {
        ended_run ended;
        boost::asio::io_context context(1);
        agent_rooms rooms(context.get_executor(), settings, forges);
        run_coroutine(context, drive(rooms, ended, std::move(live), std::move(meanwhile)));
        return ended;
    }
    static boost::asio::awaitable<void> drive(agent_rooms& rooms, ended_run& ended, life_of live,
                                              meanwhile_type meanwhile) {
        const auto executor = co_await boost::asio::this_coro::executor;
        async::task_group background(executor, [](std::exception_ptr) {});
        async::task_group alone(executor, [](std::exception_ptr) {});
        background.spawn(rooms.watch.run());
        alone.spawn(live_alone(rooms, ended, std::move(live)));
        std::exception_ptr failed;
        try {
            if (meanwhile) co_await meanwhile(alone);
        } catch (...) {
            failed = std::current_exception();
            alone.cancel();
        }
        if (!co_await alone.join_for(std::chrono::seconds(60))) std::abort();
        background.cancel();
        co_await background.join();
        if (failed) std::rethrow_exception(failed);
    }

    static boost::asio::awaitable<void> live_alone(agent_rooms& rooms, ended_run& ended, life_of live) {
        ended.said = co_await live(rooms.agents);
        co_await boost::asio::this_coro::throw_if_cancelled(false);
        const auto state = co_await boost::asio::this_coro::cancellation_state;
        ended.was_cancelled = state.cancelled() != boost::asio::cancellation_type::none;
    }
};

}  // namespace familiar::test
