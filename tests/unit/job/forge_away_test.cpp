#include "house.hpp"

using namespace familiar;
using namespace familiar::test;
using namespace std::chrono_literals;
using journal::job_state;
namespace asio = boost::asio;

namespace {

/// A house whose GitHub takes no connection, and whose GitLab is well.
struct half_a_world : house {
    half_a_world() {
        settings.providers.gitlab.git_url = settings.providers.github.git_url;
        settings.providers.github.git_url = "http://127.0.0.1:1";
        engine.agent("ends 0");
    }

    static event::event at_gitlab(std::int64_t number) {
        auto happened = opened(number);
        happened.repo.forge = event::provider::gitlab;
        return happened;
    }

    const core::error silence = core::fail(core::errc::unavailable, "nobody is there");
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(a_forge_that_is_away, half_a_world)

BOOST_AUTO_TEST_CASE(holds_its_own_jobs_without_spending_an_attempt_and_nobody_elses) {
    serve([this](server& one) -> asio::awaitable<void> {
        one.away.emplace(event::provider::github, silence);
        const auto id = co_await one.deliver(opened(7));
        co_await wait_until([&] { return !one.gates.github.open() && one.jobs.active() == 0; });
        const auto waits = co_await one.find(id);
        BOOST_TEST(to_text(waits.state) == "queued");
        BOOST_TEST(waits.attempt == 0);
        BOOST_TEST(one.jobs.waiting_for(waits) == "forge");
        BOOST_TEST(one.gates.gitlab.open());

        co_await one.reaches(co_await one.deliver(at_gitlab(8)), job_state::succeeded);
        BOOST_TEST(one.metric("retries_total{operation=\"launch\"}") == 0);
        BOOST_TEST(to_text((co_await one.find(id)).state) == "queued");
    });
    BOOST_TEST(log.contains("GitHub does not answer; its jobs wait until it does"));
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(is_asked_again_until_it_answers_and_then_its_jobs_go_on) {
    serve([this](server& one) -> asio::awaitable<void> {
        one.away.emplace(event::provider::github, silence);
        const auto id = co_await one.deliver(opened(7));
        co_await wait_until([&] { return !one.gates.github.open() && one.asked >= 3; });
        BOOST_TEST(to_text((co_await one.find(id)).state) == "queued");

        settings.providers.github.git_url = settings.providers.gitlab.git_url;
        one.rooms.settings.replace(settings);
        one.away.clear();
        const auto job = co_await one.reaches(id, job_state::succeeded);
        BOOST_TEST(job.attempt == 1);
        BOOST_TEST(one.gates.github.open());
    });
    BOOST_TEST(log.contains("GitHub answers again"));
}

BOOST_AUTO_TEST_CASE(is_not_asked_before_the_time_that_it_named) {
    serve([this](server& one) -> asio::awaitable<void> {
        auto later = silence;
        later.retry_after = 1h;
        one.away.emplace(event::provider::github, later);
        co_await one.deliver(opened(7));
        // The first look closes the gate, the second one is told the hour, and there is no third.
        co_await wait_until([&] { return one.asked == 2; });
        one.away.clear();
        co_await one.reaches(co_await one.deliver(at_gitlab(8)), job_state::succeeded);
        BOOST_TEST(one.asked == 2);
        BOOST_TEST(!one.gates.github.open());
    });
}

BOOST_AUTO_TEST_CASE(is_told_from_a_repository_that_gives_trouble_which_spends_its_own_attempts) {
    serve([](server& one) -> asio::awaitable<void> {
        const auto job = co_await one.reaches(co_await one.deliver(opened(7)), job_state::failed);
        BOOST_TEST(job.attempt == 3);
        BOOST_TEST(one.asked == 3);
        BOOST_TEST(one.gates.github.open());
    });
}

BOOST_AUTO_TEST_SUITE_END()
