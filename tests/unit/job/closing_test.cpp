#include "house.hpp"

using namespace familiar;
using namespace familiar::test;
using namespace std::chrono_literals;
using journal::job_state;
namespace asio = boost::asio;

BOOST_FIXTURE_TEST_SUITE(a_closed_merge_request, house)

BOOST_AUTO_TEST_CASE(ends_its_waiting_jobs_and_stops_its_agent_and_nobody_elses) {
    serve([this](server& one) -> asio::awaitable<void> {
        const auto runs = co_await one.deliver(opened(7));
        const auto other = co_await one.deliver(opened(8));
        co_await wait_until([&] { return one.metric("active_agents") == 2; });
        const auto waits = co_await one.deliver(commented(7));
        co_await wait_until([&] { return one.jobs.queued() == 1; });
        co_await one.hand_in(closed(7), "the-close");
        for (const auto& id : {runs, waits}) {
            const auto job = co_await one.reaches(id, job_state::cancelled);
            BOOST_TEST(job.reason == "the merge request was closed");
            BOOST_TEST(job.finished_at.has_value());
        }
        BOOST_TEST((co_await one.find(runs)).exit_code.value() == 143);
        BOOST_TEST(engine.running() == std::vector{container(other)}, boost::test_tools::per_element());
        BOOST_TEST(one.metric("agents_cancelled_total") == 1);
        BOOST_TEST(one.metric("jobs_total{event=\"mention\",outcome=\"cancelled\"}") == 1);
        BOOST_TEST(one.jobs.queued() == 0U);
    });
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(ends_a_job_that_is_being_prepared) {
    engine.on("create", "do_create \"$@\"; hang");
    serve([this](server& one) -> asio::awaitable<void> {
        const auto id = co_await one.deliver(opened(7));
        co_await wait_until([this] { return !engine.containers().empty(); });
        co_await one.hand_in(closed(7), "the-close");
        co_await one.reaches(id, job_state::cancelled);
        co_await wait_until([&] { return one.jobs.active() == 0; });
        BOOST_TEST(one.metric("agents_spawned_total") == 0);
        BOOST_TEST(one.metric("jobs_total{event=\"mr_opened\",outcome=\"cancelled\"}") == 1);
    });
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(a_person, house)

BOOST_AUTO_TEST_CASE(cancels_a_job_that_runs) {
    serve([](server& one) -> asio::awaitable<void> {
        const auto id = co_await one.deliver(opened(7));
        co_await wait_until([&] { return one.metric("active_agents") == 1; });
        const auto told = co_await one.jobs.cancel(id, "enough");
        BOOST_REQUIRE(told);
        BOOST_TEST(to_text(told->state) == "running");
        const auto job = co_await one.reaches(id, job_state::cancelled);
        BOOST_TEST(job.reason == "enough");
        BOOST_TEST(bool((co_await one.jobs.cancel(id, "again")).error().code == core::errc::conflict));
    });
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(cancels_a_job_that_waits) {
    serve(
        [](server& one) -> asio::awaitable<void> {
            const auto id = co_await one.deliver(opened(7));
            co_await wait_until([&] { return one.jobs.queued() == 1; });
            co_await one.reaches(id, job_state::queued);
            const auto told = co_await one.jobs.cancel(id, "enough");
            BOOST_REQUIRE(told);
            BOOST_TEST(to_text(told->state) == "cancelled");
            BOOST_TEST(one.jobs.queued() == 0U);
        },
        false);
}

BOOST_AUTO_TEST_CASE(retries_a_job_that_failed) {
    engine.agent("ends 5");
    serve([this](server& one) -> asio::awaitable<void> {
        const auto id = co_await one.deliver(opened(7));
        co_await one.reaches(id, job_state::failed);
        engine.agent("ends 0");
        const auto fresh = co_await one.jobs.retry(id);
        BOOST_REQUIRE(fresh);
        const auto job = co_await one.reaches(fresh->id, job_state::succeeded);
        BOOST_TEST(job.retry_of == id);
        BOOST_TEST(bool((co_await one.jobs.retry(fresh->id)).error().code == core::errc::conflict));
        BOOST_TEST(bool((co_await one.jobs.retry(id)).error().code == core::errc::conflict));
        BOOST_TEST(bool((co_await one.jobs.retry("nobody")).error().code == core::errc::not_found));
    });
}

BOOST_AUTO_TEST_SUITE_END()
