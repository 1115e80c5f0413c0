#include "core/ulid.hpp"
#include "house.hpp"

using namespace familiar;
using namespace familiar::test;
using namespace std::chrono_literals;
using journal::job_state;
namespace asio = boost::asio;

namespace {

struct after_a_crash : house {
    /// A job as the process before left it.
    std::string leave(std::int64_t number, journal::job_change with) {
        const auto book = open_journal(settings);
        journal::job_record job;
        job.id = core::make_ulid();
        job.subject = opened(number);
        job.created_at = core::now();
        asio::io_context context(1);
        const journal::delivery origin{event::provider::github, job.id, "pull_request", "{}", core::now()};
        BOOST_REQUIRE(run_coroutine(context, book->record(origin, job)));
        if (with.state != job_state::received)
            BOOST_REQUIRE(run_coroutine(context, book->update(job.id, std::move(with))));
        return job.id;
    }

    /// One whose agent was about to be started, or had been.
    std::string leave_running(std::int64_t number) {
        return leave(number, {.state = job_state::running,
                              .attempt = 1,
                              .reason = {},
                              .container = "c",
                              .log = (settings.logging.dir / "ran.log").string()});
    }

    /// The engine does not say which containers there are until the file that is returned is gone.
    std::filesystem::path hold_listings() {
        auto held = folder / "held";
        std::ofstream(held) << "held";
        engine.on("ps", "while [ -e '" + held.string() + "' ]; do sleep 0.01; done");
        return held;
    }

    static std::map<std::string, std::string> labels(const std::string& job,
                                                     const std::string& of_instance = instance) {
        return {{"familiar.agent", "true"},
                {"familiar.instance", of_instance},
                {"familiar.job", job},
                {"familiar.attempt", "1"}};
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(after_a_restart, after_a_crash)

BOOST_AUTO_TEST_CASE(jobs_without_an_agent_go_on) {
    engine.agent("ends 0");
    const auto received = leave(1, {});
    const auto queued = leave(2, {.state = job_state::queued});
    const auto preparing = leave(3, {.state = job_state::preparing, .attempt = 1});
    serve([&](server& one) -> asio::awaitable<void> {
        for (const auto& id : {received, queued, preparing}) co_await one.reaches(id, job_state::succeeded);
        BOOST_TEST((co_await one.find(received)).attempt == 1);
        BOOST_TEST((co_await one.find(preparing)).attempt == 2);
    });
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(a_received_job_is_authorised_first) {
    settings.triggers.minimum_permission = config::permission::write;
    const auto received = leave(1, {});
    serve([&](server& one) -> asio::awaitable<void> { co_await one.reaches(received, job_state::refused); });
    BOOST_TEST(engine.calls("create").empty());
}

BOOST_AUTO_TEST_CASE(a_running_agent_is_adopted) {
    const auto ran = leave_running(1);
    engine.add_container(container(ran), labels(ran), "running");
    serve([&](server& one) -> asio::awaitable<void> {
        co_await wait_until([&] { return one.jobs.active() == 1; });
        BOOST_TEST(one.metric("jobs_adopted_total") == 1);
        const auto next = co_await one.deliver(opened(1));
        co_await one.reaches(next, job_state::queued);
        BOOST_TEST(one.jobs.waiting_for(co_await one.find(next)) == "merge_request");
        engine.agent("ends 0");
        engine.end(container(ran), 0);
        const auto job = co_await one.reaches(ran, job_state::succeeded);
        BOOST_TEST(job.attempt == 1);
        BOOST_TEST(job.started_at.has_value());
        co_await one.reaches(next, job_state::succeeded);
    });
    BOOST_TEST(text_of(settings.logging.dir / "ran.log") == container(ran) + " printed this\n");
    BOOST_TEST(engine.calls("create").size() == 1U);
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(an_agent_that_ended_meanwhile_has_its_outcome) {
    const auto ran = leave_running(1);
    engine.add_container(container(ran), labels(ran), "running");
    engine.end(container(ran), 3);
    serve([&](server& one) -> asio::awaitable<void> {
        const auto job = co_await one.reaches(ran, job_state::failed);
        BOOST_TEST(job.exit_code.value() == 3);
        BOOST_TEST(one.metric("jobs_adopted_total") == 0);
        BOOST_TEST(one.metric("agents_failed_total") == 1);
    });
    BOOST_TEST(text_of(settings.logging.dir / "ran.log") == container(ran) + " printed this\n");
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(an_agent_whose_container_is_gone_is_interrupted_and_never_started_again) {
    const auto ran = leave_running(1);
    std::filesystem::create_directories(settings.logging.dir);
    std::ofstream(settings.logging.dir / "ran.log") << "first\nlast\n";
    serve([&](server& one) -> asio::awaitable<void> {
        const auto job = co_await one.reaches(ran, job_state::interrupted);
        BOOST_TEST(job.last_lines == "first\nlast");
        BOOST_TEST(job.reason == "its container is gone; nobody saw how the agent ended");
        BOOST_TEST(job.finished_at.has_value());
        BOOST_TEST(one.metric("jobs_total{event=\"mr_opened\",outcome=\"interrupted\"}") == 1);
        BOOST_TEST(one.metric("agents_interrupted_total") == 1);
    });
    BOOST_TEST(engine.calls("create").empty());
}

BOOST_AUTO_TEST_CASE(a_container_that_was_never_started_is_removed_and_its_job_runs) {
    engine.agent("ends 0");
    const auto launched = leave_running(1);
    engine.add_container(container(launched), labels(launched), "created");
    serve([&](server& one) -> asio::awaitable<void> {
        const auto job = co_await one.reaches(launched, job_state::succeeded);
        BOOST_TEST(job.attempt == 2);
        BOOST_TEST(one.metric("orphans_reaped_total") == 1);
    });
    BOOST_TEST(engine.calls("start").size() == 1U);
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(an_agent_that_was_being_stopped_is_stopped_for_the_same_reason) {
    const auto closed = leave(
        1,
        {.state = job_state::running, .attempt = 1, .outcome = "cancelled", .reason = "the merge request was closed"});
    engine.add_container(container(closed), labels(closed), "running");
    serve([&](server& one) -> asio::awaitable<void> {
        const auto job = co_await one.reaches(closed, job_state::cancelled);
        BOOST_TEST(job.reason == "the merge request was closed");
        BOOST_TEST(one.metric("agents_cancelled_total") == 1);
    });
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(an_outcome_that_was_written_down_stands) {
    const auto timed_out = leave(
        1,
        {.state = job_state::finishing, .outcome = "timed_out", .reason = "still running after 30m", .exit_code = 143});
    serve([&](server& one) -> asio::awaitable<void> {
        const auto job = co_await one.reaches(timed_out, job_state::timed_out);
        BOOST_TEST(job.reason == "still running after 30m");
        BOOST_TEST(job.exit_code.value() == 143);
    });
}

BOOST_AUTO_TEST_CASE(nothing_starts_before_the_leftovers_are_gone) {
    engine.agent("ends 0");
    const auto queued = leave(2, {.state = job_state::queued});
    std::filesystem::create_directories(settings.repo_cache.dir / "jobs/old/workspace");
    engine.add_container("left", labels("old"), "running");
    engine.add_container("other", labels("old", "elsewhere"), "running");
    const std::string left_runs = "grep -q running \"$HERE/containers/left/status\" 2>/dev/null";
    engine.on("stop", "first 2 && refuse 'not now'");
    engine.on("rm", left_runs + " && refuse 'not now'");
    engine.on("create", left_runs + " && refuse 'too early'");
    serve([&](server& one) -> asio::awaitable<void> {
        co_await one.reaches(queued, job_state::succeeded);
        BOOST_TEST(one.metric("orphans_reaped_total") == 2);
    });
    BOOST_TEST(log.contains("none is started until that is known"));
    BOOST_TEST(engine.containers() == std::vector<std::string>{"other"}, boost::test_tools::per_element());
    BOOST_TEST(workspaces().empty());
}

BOOST_AUTO_TEST_CASE(an_engine_that_does_not_say_what_runs_holds_up_no_start_and_nothing_is_launched) {
    const auto held = hold_listings();
    engine.agent("ends 0");
    const auto queued = leave(2, {.state = job_state::queued});
    serve([&](server& one) -> asio::awaitable<void> {
        co_await wait_until([&] { return engine.calls("ps -a").size() == 1; });
        const auto fresh = co_await one.deliver(opened(3));
        co_await one.reaches(fresh, job_state::queued);
        BOOST_TEST(to_text((co_await one.find(queued)).state) == "queued");
        BOOST_TEST(one.jobs.queued() == 2U);
        BOOST_TEST(engine.calls("create").empty());
        std::filesystem::remove(held);
        co_await one.reaches(queued, job_state::succeeded);
        co_await one.reaches(fresh, job_state::succeeded);
    });
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(a_drain_before_the_engine_has_said_what_runs_leaves_it_to_the_next_start) {
    const auto held = hold_listings();
    const auto ran = leave_running(1);
    engine.add_container(container(ran), labels(ran), "running");
    std::filesystem::create_directories(settings.repo_cache.dir / "jobs" / ran / "workspace");
    serve([&](server& one) -> asio::awaitable<void> {
        co_await wait_until([&] { return engine.calls("ps -a").size() == 1; });
        one.jobs.drain();
        std::filesystem::remove(held);
        co_await wait_until([&] { return log.contains("left to the next start"); });
        BOOST_TEST(one.jobs.active() == 0U);
        BOOST_TEST(to_text((co_await one.find(ran)).state) == "running");
    });
    BOOST_TEST(engine.running().size() == 1U);
    BOOST_TEST(workspaces() == std::vector{ran}, boost::test_tools::per_element());

    serve([&](server& one) -> asio::awaitable<void> {
        co_await wait_until([&] { return one.metric("jobs_adopted_total") == 1; });
        engine.end(container(ran), 0);
        co_await one.reaches(ran, job_state::succeeded);
    });
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(without_an_engine_jobs_wait_and_intake_goes_on) {
    engine.agent("ends 0");
    const auto queued = leave(2, {.state = job_state::queued});
    engine.on("ps", "first 1 && unreachable");
    serve(
        [&](server& one) -> asio::awaitable<void> {
            const auto fresh = co_await one.deliver(opened(3));
            const auto job = co_await one.reaches(fresh, job_state::queued);
            BOOST_TEST(one.jobs.waiting_for(job) == "engine");
            BOOST_TEST(engine.calls("ps -a").empty());
            one.gate.set(true);
            co_await wait_until([&] { return !one.gate.open(); });
            BOOST_TEST(engine.calls("create").empty());
            one.gate.set(true);
            co_await one.reaches(queued, job_state::succeeded);
            co_await one.reaches(fresh, job_state::succeeded);
        },
        false);
}

BOOST_AUTO_TEST_CASE(what_slipped_away_is_found_when_the_engine_comes_back) {
    serve([&](server& one) -> asio::awaitable<void> {
        const auto runs = co_await one.deliver(opened(1));
        co_await wait_until([&] { return one.metric("active_agents") == 1; });
        engine.add_container("stray", labels("old"), "running");
        std::filesystem::create_directories(settings.repo_cache.dir / "jobs/old/workspace");
        one.gate.set(false);
        co_await async::sleep_for(1ms);
        one.gate.set(true);
        co_await wait_until([&] { return one.metric("orphans_reaped_total") == 2; });
        BOOST_TEST(engine.containers() == std::vector{container(runs)}, boost::test_tools::per_element());
        BOOST_TEST(workspaces() == std::vector{runs}, boost::test_tools::per_element());
    });
}

BOOST_AUTO_TEST_CASE(an_interrupted_delivery_that_comes_again_is_a_new_job) {
    engine.agent("ends 0");
    const auto ran = leave_running(1);
    serve([&](server& one) -> asio::awaitable<void> {
        co_await one.reaches(ran, job_state::interrupted);
        const auto taken = co_await one.hand_in(opened(1), ran);
        BOOST_REQUIRE(std::holds_alternative<job::queued>(taken));
        const auto job = co_await one.reaches(std::get<job::queued>(taken).job, job_state::succeeded);
        BOOST_TEST(job.retry_of == ran);
    });
}

BOOST_AUTO_TEST_SUITE_END()
