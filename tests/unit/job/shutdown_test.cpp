#include "house.hpp"

#include <boost/asio/post.hpp>

using namespace familiar;
using namespace familiar::test;
using namespace std::chrono_literals;
using journal::job_state;
namespace asio = boost::asio;

namespace {

/// The second look at an image, and every later one, takes for ever.
constexpr auto later_looks_hang = "[ $2 = image ] && { first 1 || hang; }";

}  // namespace

BOOST_FIXTURE_TEST_SUITE(a_drain, house)

BOOST_AUTO_TEST_CASE(lets_run_what_runs_and_puts_back_what_is_prepared) {
    engine.on("inspect", later_looks_hang);
    serve([this](server& one) -> asio::awaitable<void> {
        const auto runs = co_await one.deliver(opened(1));
        co_await wait_until([this] { return engine.running().size() == 1; });
        const auto prepared = co_await one.deliver(opened(2));
        co_await one.reaches(prepared, job_state::preparing);
        co_await wait_until([this] { return engine.calls("inspect --type image").size() == 2; });

        one.jobs.drain();
        const auto put_back = co_await one.reaches(prepared, job_state::queued);
        BOOST_TEST(put_back.attempt == 0);
        BOOST_TEST(put_back.container == "");
        BOOST_TEST(!co_await one.jobs.join_for(50ms));
        BOOST_TEST(one.jobs.active() == 1U);
        BOOST_TEST(engine.running().size() == 1U);

        engine.end(container(runs), 0);
        BOOST_TEST(co_await one.jobs.join_for(30s));
        BOOST_TEST(one.jobs.active() == 0U);
        BOOST_TEST(to_text((co_await one.find(runs)).state) == "succeeded");
        BOOST_TEST(engine.calls("create").size() == 1U);
    });
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(starts_nothing_new_and_yet_authorises_what_comes) {
    serve([this](server& one) -> asio::awaitable<void> {
        one.jobs.drain();
        const auto id = co_await one.deliver(opened(1));
        BOOST_TEST(co_await one.jobs.settle_for(30s));
        BOOST_TEST(to_text((co_await one.find(id)).state) == "queued");
        BOOST_TEST(one.jobs.active() == 0U);
        BOOST_TEST(engine.calls("inspect").empty());
    });
}

BOOST_AUTO_TEST_CASE(right_after_a_launch_undoes_it) {
    serve([](server& one) -> asio::awaitable<void> {
        one.gate.set(false);
        const auto id = co_await one.deliver(opened(1));
        co_await one.reaches(id, job_state::queued);
        co_await wait_until([&] { return one.jobs.queued() == 1; });
        one.gate.set(true);
        while (one.jobs.active() == 0) co_await asio::post(asio::use_awaitable);
        one.jobs.drain();
        BOOST_TEST(co_await one.jobs.join_for(30s));
        BOOST_TEST(one.jobs.active() == 0U);
        const auto job = co_await one.find(id);
        BOOST_TEST(to_text(job.state) == "queued");
        BOOST_TEST(job.attempt == 0);
        BOOST_TEST(one.metric("job_stage_duration_seconds_count{stage=\"preparing\"}") == 0);
    });
    BOOST_TEST(engine.calls("inspect").empty());
}

BOOST_AUTO_TEST_CASE(does_not_wait_for_a_journal_that_fails) {
    serve([this](server& one) -> asio::awaitable<void> {
        const auto id = co_await one.deliver(commented(1));
        const database_lock lock(settings);
        co_await wait_until([this] { return log.contains("a job waits for the journal or its forge"); });
        one.jobs.drain();
        BOOST_TEST(co_await one.jobs.settle_for(30s));
        BOOST_TEST(log.contains("left to the next start"));
        BOOST_TEST(to_text((co_await one.find(id)).state) == "received");
    });
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(a_stop, house)

BOOST_AUTO_TEST_CASE(interrupts_all_agents_and_cleans_up_after_them) {
    serve([this](server& one) -> asio::awaitable<void> {
        std::vector<std::string> ids;
        for (int number = 1; number <= 3; ++number) ids.push_back(co_await one.deliver(opened(number)));
        co_await wait_until([this] { return engine.running().size() == 3; });
        co_await wait_until([&] { return one.metric("agents_spawned_total") == 3; });
        one.jobs.drain();
        one.jobs.stop();
        BOOST_TEST(co_await one.jobs.join_for(30s));
        for (const auto& id : ids) {
            const auto job = co_await one.find(id);
            BOOST_TEST(to_text(job.state) == "interrupted");
            BOOST_TEST(job.reason == "the server was shut down");
            BOOST_TEST(job.exit_code.value() == 143);
            BOOST_TEST(std::filesystem::exists(job.log));
        }
        BOOST_TEST(one.metric("agents_interrupted_total") == 3);
        BOOST_TEST(one.metric("jobs_total{event=\"mr_opened\",outcome=\"interrupted\"}") == 3);
    });
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(puts_back_a_job_whose_container_was_created_and_not_started) {
    engine.on("create", "do_create \"$@\"; hang");
    serve([this](server& one) -> asio::awaitable<void> {
        const auto id = co_await one.deliver(opened(1));
        co_await wait_until([this] { return !engine.containers().empty(); });
        one.jobs.drain();
        BOOST_TEST(co_await one.jobs.join_for(30s));
        const auto job = co_await one.find(id);
        BOOST_TEST(to_text(job.state) == "queued");
        BOOST_TEST(job.attempt == 0);
        BOOST_TEST(one.metric("agents_spawned_total") == 0);
    });
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(in_the_middle_of_a_start_never_has_the_agent_started_again) {
    engine.on("start", "do_start \"$@\"; hang");
    serve([this](server& one) -> asio::awaitable<void> {
        const auto id = co_await one.deliver(opened(1));
        co_await wait_until([this] { return !engine.running().empty(); });
        one.jobs.drain();
        one.jobs.stop();
        BOOST_TEST(co_await one.jobs.join_for(30s));
        const auto job = co_await one.find(id);
        BOOST_TEST(to_text(job.state) == "interrupted");
        BOOST_TEST(job.started_at.has_value());
        BOOST_TEST(one.metric("agents_spawned_total") == 1);
    });
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(a_detach, house)

BOOST_AUTO_TEST_CASE(leaves_agents_to_the_next_start_which_adopts_them) {
    std::string id;
    serve([&](server& one) -> asio::awaitable<void> {
        id = co_await one.deliver(opened(1));
        co_await one.reaches(id, job_state::running);
        co_await wait_until([&] { return one.metric("active_agents") == 1; });
        one.jobs.drain();
        one.jobs.detach();
        BOOST_TEST(co_await one.jobs.join_for(30s));
        BOOST_TEST(to_text((co_await one.find(id)).state) == "running");
        BOOST_TEST(one.metric("active_agents") == 1);
        one.still_running = 1;
    });
    BOOST_TEST(engine.running().size() == 1U);
    BOOST_TEST(workspaces().size() == 1U);

    serve([&](server& one) -> asio::awaitable<void> {
        co_await wait_until([&] { return one.metric("jobs_adopted_total") == 1; });
        engine.end(container(id), 0);
        const auto job = co_await one.reaches(id, job_state::succeeded);
        BOOST_TEST(job.attempt == 1);
        BOOST_TEST(std::filesystem::exists(job.log));
    });
    BOOST_TEST(engine.calls("create").size() == 1U);
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(puts_back_what_is_prepared) {
    engine.on("inspect", later_looks_hang);
    serve([this](server& one) -> asio::awaitable<void> {
        engine.agent("ends 0");
        co_await one.reaches(co_await one.deliver(opened(1)), job_state::succeeded);
        const auto prepared = co_await one.deliver(opened(2));
        co_await wait_until([this] { return engine.calls("inspect --type image").size() == 2; });
        one.jobs.drain();
        one.jobs.detach();
        BOOST_TEST(co_await one.jobs.join_for(30s));
        BOOST_TEST(to_text((co_await one.find(prepared)).state) == "queued");
    });
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_SUITE_END()
