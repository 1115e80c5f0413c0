#include "house.hpp"

using namespace familiar;
using namespace familiar::test;
using namespace std::chrono_literals;
using journal::job_state;
namespace asio = boost::asio;

BOOST_FIXTURE_TEST_SUITE(a_job, house)

BOOST_AUTO_TEST_CASE(becomes_an_agent_and_its_outcome) {
    engine.agent("ends 0");
    serve([this](server& one) -> asio::awaitable<void> {
        const auto id = co_await one.deliver(opened(7));
        const auto job = co_await one.reaches(id, job_state::succeeded);
        BOOST_TEST(job.attempt == 1);
        BOOST_TEST(job.outcome == "succeeded");
        BOOST_TEST(job.reason == "");
        BOOST_TEST(job.exit_code.value() == 0);
        BOOST_TEST(job.head == head());
        BOOST_TEST(job.container == container(id));
        BOOST_TEST(std::filesystem::exists(job.log));
        BOOST_REQUIRE(job.started_at.has_value());
        BOOST_TEST(bool(*job.deadline == *job.started_at + settings.agents.timeout));
        BOOST_TEST(bool(*job.finished_at >= *job.started_at));
        BOOST_TEST(one.metric("agents_spawned_total") == 1);
        BOOST_TEST(one.metric("agents_completed_total") == 1);
        BOOST_TEST(one.metric("jobs_total{event=\"mr_opened\",outcome=\"succeeded\"}") == 1);
        for (const auto* stage : {"preparing", "running", "finishing"})
            BOOST_TEST(one.metric("job_stage_duration_seconds_count{stage=\"" + std::string(stage) + "\"}") == 1,
                       stage);
        BOOST_TEST(one.metric("job_duration_seconds_count") == 1);
        BOOST_TEST(one.metric("queue_wait_seconds_count") == 1);
    });
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(fails_with_its_agent) {
    engine.agent("ends 5");
    serve([](server& one) -> asio::awaitable<void> {
        const auto job = co_await one.reaches(co_await one.deliver(opened(7)), job_state::failed);
        BOOST_TEST(job.exit_code.value() == 5);
        BOOST_TEST(job.reason == "exit code 5");
        BOOST_TEST(one.metric("agents_failed_total") == 1);
    });
}

BOOST_AUTO_TEST_CASE(is_preparing_on_disk_until_its_container_is_made) {
    engine.on("create", until_allowed);
    engine.agent("ends 0");
    serve([this](server& one) -> asio::awaitable<void> {
        const auto id = co_await one.deliver(opened(7));
        co_await wait_until([this] { return !engine.calls("create").empty(); });
        const auto job = co_await one.find(id);
        BOOST_TEST(to_text(job.state) == "preparing");
        BOOST_TEST(job.attempt == 1);
        allow();
        co_await one.reaches(id, job_state::succeeded);
    });
}

BOOST_AUTO_TEST_CASE(is_running_on_disk_before_its_container_is_started) {
    engine.on("start", until_allowed);
    engine.agent("ends 0");
    serve([this](server& one) -> asio::awaitable<void> {
        const auto id = co_await one.deliver(opened(7));
        co_await wait_until([this] { return !engine.calls("start").empty(); });
        const auto job = co_await one.find(id);
        BOOST_TEST(to_text(job.state) == "running");
        BOOST_TEST(job.container == container(id));
        BOOST_TEST(!job.started_at);
        allow();
        co_await one.reaches(id, job_state::succeeded);
    });
}

BOOST_AUTO_TEST_CASE(is_finishing_on_disk_with_its_outcome_before_the_clean_up) {
    engine.on("logs", until_allowed);
    engine.agent("ends 5");
    serve([this](server& one) -> asio::awaitable<void> {
        const auto id = co_await one.deliver(opened(7));
        co_await wait_until([this] { return !engine.calls("logs").empty(); });
        const auto job = co_await one.find(id);
        BOOST_TEST(to_text(job.state) == "finishing");
        BOOST_TEST(job.outcome == "failed");
        BOOST_TEST(job.exit_code.value() == 5);
        allow();
        co_await one.reaches(id, job_state::failed);
    });
}

BOOST_AUTO_TEST_CASE(is_timed_out_with_its_agent) {
    settings.agents.timeout = 300ms;
    serve([](server& one) -> asio::awaitable<void> {
        const auto job = co_await one.reaches(co_await one.deliver(opened(7)), job_state::timed_out);
        BOOST_TEST(job.reason == "still running after 300ms");
        BOOST_TEST(job.exit_code.value() == 143);
        BOOST_TEST(one.metric("agents_timed_out_total") == 1);
    });
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(of_somebody_who_may_not_is_refused_with_the_reason) {
    settings.triggers.minimum_permission = config::permission::write;
    serve([](server& one) -> asio::awaitable<void> {
        const auto job = co_await one.reaches(co_await one.deliver(opened(7)), job_state::refused);
        BOOST_TEST(job.reason.find("mona is not in triggers.allow_users") == 0U, job.reason);
        BOOST_TEST(job.finished_at.has_value());
        BOOST_TEST(one.metric("jobs_total{event=\"mr_opened\",outcome=\"refused\"}") == 1);
        BOOST_TEST(one.jobs.active() == 0U);
    });
    BOOST_TEST(engine.calls("inspect").empty());
}

BOOST_AUTO_TEST_CASE(waits_while_another_works_on_its_merge_request) {
    serve([this](server& one) -> asio::awaitable<void> {
        const auto first = co_await one.deliver(opened(7));
        const auto second = co_await one.deliver(opened(7));
        const auto other = co_await one.deliver(opened(8));
        co_await wait_until([this] { return engine.running().size() == 2; });
        BOOST_TEST(engine.running() == (std::vector{container(first), container(other)}),
                   boost::test_tools::per_element());
        BOOST_TEST(one.jobs.queued() == 1U);
        engine.end(container(first), 0);
        co_await wait_until([&] { return engine.running() == std::vector{container(second), container(other)}; });
        BOOST_TEST(to_text((co_await one.find(first)).state) == "succeeded");
    });
}

BOOST_AUTO_TEST_CASE(waits_for_a_free_slot_in_the_order_of_arrival) {
    settings.concurrency.max_agents = 2;
    serve([this](server& one) -> asio::awaitable<void> {
        std::vector<std::string> ids;
        for (int number = 1; number <= 4; ++number) ids.push_back(co_await one.deliver(opened(number)));
        for (std::size_t ended = 0; ended < 3; ++ended) {
            co_await wait_until(
                [&] { return engine.running() == std::vector{container(ids[ended]), container(ids[ended + 1])}; });
            BOOST_TEST(one.jobs.active() == 2U);
            BOOST_TEST(one.jobs.queued() == 2 - ended);
            engine.end(container(ids[ended]), 0);
        }
        BOOST_TEST(one.metric("agent_slots") == 2);
    });
}

BOOST_AUTO_TEST_CASE(that_cannot_be_written_to_waits_for_the_journal) {
    engine.agent("ends 0");
    serve([this](server& one) -> asio::awaitable<void> {
        co_await one.reaches(co_await one.deliver(opened(7)), job_state::succeeded);
        const auto id = co_await one.deliver(commented(7));
        {
            const database_lock lock(settings);
            co_await wait_until([this] { return log.contains("a job waits for the journal or its forge"); });
            BOOST_TEST(one.jobs.queued() == 1U);
        }
        co_await one.reaches(id, job_state::succeeded);
    });
}

BOOST_AUTO_TEST_CASE(is_not_launched_if_that_cannot_be_written_down) {
    settings.retry.max_retries = 1000;
    engine.on("inspect", std::string("[ $2 = container ] || ") + until_allowed);
    engine.agent("ends 0");
    serve([this](server& one) -> asio::awaitable<void> {
        const auto id = co_await one.deliver(opened(7));
        co_await wait_until([this] { return !engine.calls("inspect").empty(); });
        {
            const database_lock lock(settings);
            allow();
            co_await wait_until([this] { return log.contains("another attempt follows"); });
            BOOST_TEST(engine.calls("start").empty());
        }
        const auto job = co_await one.reaches(id, job_state::succeeded);
        BOOST_TEST(job.attempt > 1);
        BOOST_TEST(engine.calls("start").size() == 1U);
    });
}

BOOST_AUTO_TEST_CASE(has_its_outcome_written_down_when_the_journal_can) {
    serve([this](server& one) -> asio::awaitable<void> {
        const auto id = co_await one.deliver(opened(7));
        co_await one.reaches(id, job_state::running);
        co_await wait_until([this] { return !engine.running().empty(); });
        {
            const database_lock lock(settings);
            engine.end(container(id), 0);
            co_await wait_until([&] { return workspaces().empty() && one.metric("agents_completed_total") == 1; });
        }
        const auto job = co_await one.reaches(id, job_state::succeeded);
        BOOST_TEST(job.exit_code.value() == 0);
    });
}

BOOST_AUTO_TEST_SUITE_END()
