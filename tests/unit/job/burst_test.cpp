#include "house.hpp"

using namespace familiar;
using namespace familiar::test;
using namespace std::chrono_literals;
using journal::job_state;
namespace asio = boost::asio;

BOOST_FIXTURE_TEST_SUITE(a_burst, house)

BOOST_AUTO_TEST_CASE(of_updates_is_one_agent_for_the_last_of_them) {
    settings.agents.debounce = 300ms;
    settings.agents.debounce_max = 1h;
    engine.agent("ends 0");
    serve([](server& one) -> asio::awaitable<void> {
        const auto first = co_await one.deliver(updated(7, "a", "b"));
        const auto second = co_await one.deliver(updated(7, "b", "c"));
        const auto third = co_await one.deliver(updated(7, "c", "d"));
        for (const auto& [id, next] : {std::pair(first, second), std::pair(second, third)}) {
            const auto job = co_await one.reaches(id, job_state::superseded);
            BOOST_TEST(job.reason == "superseded by job " + next);
        }
        co_await one.reaches(third, job_state::succeeded);
        BOOST_TEST(one.metric("jobs_total{event=\"mr_updated\",outcome=\"superseded\"}") == 2);
    });
    BOOST_TEST(engine.calls("create").size() == 1U);
}

BOOST_AUTO_TEST_CASE(of_comments_is_one_agent_that_answers_them_in_order) {
    serve([this](server& one) -> asio::awaitable<void> {
        const auto runs = co_await one.deliver(opened(7));
        co_await wait_until([&] { return one.metric("active_agents") == 1; });
        std::vector<std::string> ids;
        for (int comment = 1; comment <= 3; ++comment) ids.push_back(co_await one.deliver(commented(7, comment)));
        for (const auto& id : {ids[1], ids[2]}) {
            const auto job = co_await one.reaches(id, job_state::superseded);
            BOOST_TEST(job.reason == "joined job " + ids[0]);
        }
        BOOST_TEST(one.jobs.queued() == 1U);

        engine.on("create", until_allowed);
        engine.end(container(runs), 0);
        co_await wait_until([this] { return engine.calls("create").size() == 2; });
        const auto prompt = text_of(settings.repo_cache.dir / "jobs" / ids[0] / "familiar/prompt.md");
        std::size_t at = 0;
        for (int comment = 1; comment <= 3; ++comment) {
            at = prompt.find("please do " + std::to_string(comment), at);
            BOOST_TEST(at != std::string::npos, prompt);
        }
        const auto late = co_await one.deliver(commented(7, 4));
        BOOST_TEST(to_text((co_await one.reaches(late, job_state::queued)).state) == "queued");
        allow();
    });
}

BOOST_AUTO_TEST_CASE(of_more_jobs_than_an_hour_may_have_is_refused_from_then_on) {
    settings.triggers.max_jobs_per_hour = 2;
    engine.agent("ends 0");
    serve([](server& one) -> asio::awaitable<void> {
        for (const auto* head : {"b", "c"})
            co_await one.reaches(co_await one.deliver(updated(7, "a", head)), job_state::succeeded);
        const auto job = co_await one.reaches(co_await one.deliver(updated(7, "a", "d")), job_state::refused);
        BOOST_TEST(job.reason.find("triggers.max_jobs_per_hour") != std::string::npos, job.reason);
        co_await one.reaches(co_await one.deliver(updated(8, "a", "d")), job_state::succeeded);
    });
}

BOOST_AUTO_TEST_CASE(that_nobody_has_time_for_expires) {
    settings.concurrency.max_wait = 200ms;
    serve(
        [](server& one) -> asio::awaitable<void> {
            const auto job = co_await one.reaches(co_await one.deliver(opened(7)), job_state::expired);
            BOOST_TEST(job.reason == "it waited longer than 200ms");
            BOOST_TEST(one.jobs.queued() == 0U);
            BOOST_TEST(one.metric("jobs_total{event=\"mr_opened\",outcome=\"expired\"}") == 1);
        },
        false);
}

BOOST_AUTO_TEST_SUITE_END()
