#include "house.hpp"

using namespace familiar;
using namespace familiar::test;
using namespace std::chrono_literals;
using journal::job_state;
namespace asio = boost::asio;

BOOST_FIXTURE_TEST_SUITE(a_job_whose_agent_cannot_be_started, house)

BOOST_AUTO_TEST_CASE(waits_for_an_engine_that_is_gone_without_spending_an_attempt) {
    engine.on("create", "first 2 && unreachable");
    engine.agent("ends 0");
    serve([](server& one) -> asio::awaitable<void> {
        const auto id = co_await one.deliver(opened(7));
        for (int times = 0; times < 2; ++times) {
            co_await wait_until([&] { return !one.gate.open() && one.jobs.active() == 0; });
            const auto job = co_await one.find(id);
            BOOST_TEST(to_text(job.state) == "queued");
            BOOST_TEST(job.attempt == 0);
            BOOST_TEST(job.reason.find("Cannot connect to the Docker daemon") != std::string::npos, job.reason);
            one.gate.set(true);
        }
        const auto job = co_await one.reaches(id, job_state::succeeded);
        BOOST_TEST(job.attempt == 1);
        BOOST_TEST(job.reason == "");
        BOOST_TEST(one.metric("retries_total{operation=\"launch\"}") == 0);
    });
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(does_not_start_while_the_gate_is_closed) {
    engine.agent("ends 0");
    serve(
        [this](server& one) -> asio::awaitable<void> {
            const auto id = co_await one.deliver(opened(7));
            co_await one.reaches(id, job_state::queued);
            BOOST_TEST(one.jobs.active() == 0U);
            BOOST_TEST(engine.calls("inspect").empty());
            one.gate.set(true);
            co_await one.reaches(id, job_state::succeeded);
        },
        false);
}

BOOST_AUTO_TEST_CASE(is_tried_again_with_a_number_of_its_own_each_time) {
    engine.on("create", "first 2 && refuse 'dial tcp 10.0.0.1:443: connection refused'");
    engine.agent("ends 0");
    serve([this](server& one) -> asio::awaitable<void> {
        const auto id = co_await one.deliver(opened(7));
        const auto job = co_await one.reaches(id, job_state::succeeded);
        BOOST_TEST(job.attempt == 3);
        BOOST_TEST(job.container == container(id, 3));
        BOOST_TEST(job.reason == "");
        for (int attempt = 1; attempt <= 3; ++attempt)
            BOOST_TEST(engine.calls("create --name " + container(id, attempt)).size() == 1U);
        BOOST_TEST(one.metric("retries_total{operation=\"launch\"}") == 2);
        BOOST_TEST(one.metric("agents_spawned_total") == 1);
        BOOST_TEST(one.metric("job_stage_duration_seconds_count{stage=\"preparing\"}") == 3);
        BOOST_TEST(one.metric("job_stage_duration_seconds_count{stage=\"running\"}") == 1);
    });
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(fails_when_its_attempts_are_used_up) {
    engine.on("create", "refuse 'dial tcp 10.0.0.1:443: connection refused'");
    serve([this](server& one) -> asio::awaitable<void> {
        const auto job = co_await one.reaches(co_await one.deliver(opened(7)), job_state::failed);
        BOOST_TEST(job.attempt == 3);
        BOOST_TEST(job.reason.find("connection refused") != std::string::npos, job.reason);
        BOOST_TEST(job.outcome == "failed");
        BOOST_TEST(job.finished_at.has_value());
        BOOST_TEST(!job.started_at);
        BOOST_TEST(engine.calls("create").size() == 3U);
        BOOST_TEST(one.metric("jobs_total{event=\"mr_opened\",outcome=\"failed\"}") == 1);
        BOOST_TEST(one.metric("agents_spawned_total") == 0);
    });
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(fails_at_once_where_another_attempt_would_be_the_same) {
    struct row {
        const char* image;
        std::int64_t number;
        const char* reason;
    };
    engine.add_image("shell", "a=b\n");
    for (const auto& [image, number, reason] :
         std::vector<row>{{"elsewhere", 7, "build the image elsewhere (agents.image)"},
                          {"shell", 7, "not a Familiar agent image: shell"},
                          {"agent", 77, "refs/pull/77/head"}}) {
        settings.agents.image = image;
        const std::string expected = reason;
        const auto subject = opened(number);
        const auto check = [](server& one, std::string words, event::event what) -> asio::awaitable<void> {
            const auto job = co_await one.reaches(co_await one.deliver(std::move(what)), job_state::failed);
            BOOST_TEST(job.attempt == 1);
            BOOST_TEST(job.reason.find(words) != std::string::npos, job.reason);
        };
        serve([&](server& one) { return check(one, expected, subject); });
        std::filesystem::remove(settings.storage.path);
    }
    BOOST_TEST(engine.calls("create").empty());
}

BOOST_AUTO_TEST_CASE(holds_up_nobody_else_while_it_waits_for_its_next_attempt) {
    settings.retry.initial_backoff = settings.retry.max_backoff = 1h;
    engine.on("create", "case $* in *acme*) first 1 && refuse 'connection refused';; esac");
    engine.agent("ends 0");
    serve([this](server& one) -> asio::awaitable<void> {
        const auto waits = co_await one.deliver(opened(7));
        co_await wait_until([this] { return log.contains("another attempt follows"); });
        co_await one.reaches(co_await one.deliver(opened(8)), job_state::succeeded);
        const auto job = co_await one.find(waits);
        BOOST_TEST(to_text(job.state) == "queued");
        BOOST_TEST(bool(job.not_before > core::now()));
    });
}

BOOST_AUTO_TEST_CASE(is_left_alone_when_the_journal_is_closed) {
    engine.agent("ends 0");
    serve([this](server& one) -> asio::awaitable<void> {
        co_await one.reaches(co_await one.deliver(opened(6)), job_state::succeeded);
        co_await wait_until([&] { return one.jobs.active() == 0; });
        const auto before = engine.calls("create").size();
        one.gate.set(false);
        co_await one.reaches(co_await one.deliver(opened(7)), job_state::queued);
        co_await wait_until([&] { return one.jobs.queued() == 1; });
        one.book->close();
        one.gate.set(true);
        co_await wait_until([&] { return one.jobs.active() == 0 && one.jobs.queued() == 0; });
        BOOST_TEST(engine.calls("create").size() == before);
    });
}

BOOST_AUTO_TEST_SUITE_END()
