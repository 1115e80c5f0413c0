#pragma once

#include "async/task_group.hpp"
#include "http/client.hpp"
#include "job/dispatcher.hpp"
#include "job/feedback.hpp"
#include "job/inquiry.hpp"
#include "job/intake.hpp"
#include "journal/journal.hpp"
#include "observe/log.hpp"
#include "observe/metrics.hpp"
#include "support/agent_rooms.hpp"
#include "support/run_coroutine.hpp"
#include "support/unit_test.hpp"
#include "support/wait_until.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <boost/asio/io_context.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace familiar::test {

inline std::unique_ptr<journal::journal> open_journal(const config::settings& settings) {
    auto opened =
        journal::journal::open({.path = settings.storage.path, .busy_timeout = std::chrono::milliseconds(50)});
    if (!opened) throw std::runtime_error(core::describe(opened.error()));
    return std::move(*opened);
}

/// Keeps the database locked against writers while it lives.
class database_lock {
public:
    explicit database_lock(const config::settings& settings)
        : connection_(settings.storage.path.string(), SQLite::OPEN_READWRITE, 1000) {
        connection_.exec("begin immediate");
    }

private:
    SQLite::Database connection_;
};

/// From the intake down to the containers, as one server process has it.
class server {
public:
    using body = std::function<boost::asio::awaitable<void>(server&)>;

    explicit server(const config::settings& settings)
        : book(open_journal(settings)),
          rooms(context.get_executor(), settings),
          gates(context.get_executor()),
          gate(gates.engine),
          forges(rooms.settings, gates, [this](event::provider forge) { return ask(forge); }),
          web(context.get_executor(), {}, {}),
          intents(rooms.settings, web),
          inquiry({rooms.settings, lookup(), intents}),
          tell(context.get_executor(), {rooms.settings, *book, lookup(), metrics}),
          jobs(context.get_executor(), {rooms.settings, *book, rooms.agents, gates, forges, inquiry, tell, metrics}),
          intake(rooms.settings, *book, inquiry, jobs) {}

    /// Runs it from its recovery to its end, with `meanwhile` in between. Whatever happened, the agents add up
    /// afterwards.
    void run(body meanwhile) {
        run_coroutine(context, drive(std::move(meanwhile)));
        book->close();
    }

    /// Hands in an event; the answer.
    boost::asio::awaitable<job::answer> hand_in(event::event incoming, std::string delivery) {
        incoming.delivery = delivery;
        journal::delivery origin{event::provider::github, std::move(delivery), "pull_request", "{}", core::now()};
        auto taken = co_await intake.accept(std::move(origin), std::move(incoming));
        BOOST_REQUIRE(taken);
        co_return std::move(*taken);
    }

    /// The same for one that is expected to be queued; its job.
    boost::asio::awaitable<std::string> deliver(event::event incoming) {
        const auto taken = co_await hand_in(std::move(incoming), "d-" + std::to_string(++deliveries_));
        BOOST_REQUIRE(std::holds_alternative<job::queued>(taken));
        co_return std::get<job::queued>(taken).job;
    }

    boost::asio::awaitable<journal::job_record> find(std::string id) {
        auto found = co_await book->find(std::move(id));
        BOOST_REQUIRE(found);
        BOOST_REQUIRE(*found);
        co_return std::move(**found);
    }

    /// Suspends until the job is in that state on disk.
    boost::asio::awaitable<journal::job_record> reaches(std::string id, journal::job_state state) {
        const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        for (;;) {
            auto job = co_await find(id);
            if (job.state == state) co_return job;
            if (is_final(job.state) || std::chrono::steady_clock::now() > give_up)
                throw std::runtime_error("the job is " + std::string(to_text(job.state)) + " (" + job.reason +
                                         ") and not " + std::string(to_text(state)));
            co_await async::sleep_for(std::chrono::milliseconds(5));
        }
    }

    double metric(const std::string& series) const {
        const auto text = "\n" + metrics.render();
        const auto at = text.find("\nfamiliar_" + series + " ");
        return at == std::string::npos ? 0 : std::stod(text.substr(at + series.size() + 11));
    }

    boost::asio::io_context context{1};
    std::unique_ptr<journal::journal> book;
    observe::metrics metrics{"test"};
    agent_rooms rooms;
    job::gates gates;
    job::gate& gate;  ///< the engine's
    job::forge_probe forges;
    http::client web;
    provider::intent_reader intents;
    job::inquiry inquiry;
    job::feedback tell;
    job::dispatcher jobs;
    job::intake intake;
    int still_running = 0;                               ///< agents that are expected to go on without it
    std::map<event::provider, core::error> away{};       ///< forges that do not answer, and what they say instead
    std::map<event::provider, provider::forge*> apis{};  ///< what is asked of the forges and told them; none: no API
    int asked = 0;                                       ///< how often a forge was asked whether it is there

private:
    provider::forge_lookup lookup() {
        return [this](event::provider forge) { return apis.contains(forge) ? apis.at(forge) : nullptr; };
    }

    boost::asio::awaitable<core::result<void>> ask(event::provider forge) {
        ++asked;
        if (away.contains(forge)) co_return away.at(forge);
        co_return core::result<void>();
    }

    boost::asio::awaitable<void> drive(body meanwhile) {
        async::task_group background(context.get_executor(),
                                     [](std::exception_ptr) { BOOST_ERROR("a background task threw"); });
        const auto recovered = co_await jobs.recover();
        BOOST_TEST(recovered.has_value());
        background.spawn(rooms.watch.run());
        background.spawn(tell.keep_telling());
        background.spawn(jobs.run());
        background.spawn(jobs.keep_reconciling());
        background.spawn(jobs.keep_expiring());
        background.spawn(forges.keep_looking(event::provider::github));
        background.spawn(forges.keep_looking(event::provider::gitlab));
        std::exception_ptr failed;
        try {
            co_await meanwhile(*this);
        } catch (...) {
            failed = std::current_exception();
        }
        jobs.drain();
        jobs.stop();
        if (!co_await jobs.join_for(std::chrono::seconds(60)) || !co_await jobs.settle_for(std::chrono::seconds(30)))
            std::abort();
        co_await tell.settle_for(std::chrono::seconds(10));
        web.close();
        background.cancel();
        co_await background.join();
        if (failed) std::rethrow_exception(failed);
        BOOST_TEST(jobs.active() == 0U);
        check_that_agents_add_up();
    }

    void check_that_agents_add_up() const {
        double ended = 0;
        for (const auto* how : {"completed", "failed", "timed_out", "cancelled", "interrupted"})
            ended += metric("agents_" + std::string(how) + "_total");
        BOOST_TEST(metric("active_agents") == still_running);
        BOOST_TEST(metric("agents_spawned_total") == ended + still_running);
    }

    int deliveries_ = 0;
};

/// A site and servers on it, one after the other.
struct house : site {
    /// Runs a server on the site. `engine_up`: what its first ping has found.
    void serve(server::body meanwhile, bool engine_up = true) {
        server one(settings);
        one.apis = apis;
        one.gate.set(engine_up);
        one.run(std::move(meanwhile));
    }

    std::map<event::provider, provider::forge*> apis{};  ///< those that servers can ask

    /// The container of a job's attempt.
    static std::string container(const std::string& job, int attempt = 1) {
        return "familiar-agent-" + job + "-" + std::to_string(attempt);
    }

    /// Waits in the shell for allow().
    static constexpr auto until_allowed = "until [ -e \"$HERE/images/allowed\" ]; do sleep 0.02; done";
    void allow() { engine.add_image("allowed", ""); }

    observe::log_capture log;
};

}  // namespace familiar::test
