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

    std::map<std::string, std::string> labels(const std::string& job, const std::string& of_instance = instance) {
        return {{"familiar.agent", "true"}, {"familiar.instance", of_instance}, {"familiar.job", job}};
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

BOOST_AUTO_TEST_CASE(a_job_whose_agent_ran_is_interrupted_and_never_started_again) {
    const auto ran = leave(1, {.state = job_state::running,
                               .attempt = 1,
                               .reason = "of an earlier attempt",
                               .container = "x",
                               .log = (settings.logging.dir / "ran.log").string()});
    engine.add_container(container(ran), labels(ran), "running");
    serve([&](server& one) -> asio::awaitable<void> {
        const auto job = co_await one.reaches(ran, job_state::interrupted);
        BOOST_TEST(job.reason == "the server ended while the agent ran");
        BOOST_TEST(job.finished_at.has_value());
        co_await wait_until([&] { return one.metric("orphans_reaped_total") == 1; });
        BOOST_TEST(engine.containers().empty());
        BOOST_TEST(one.metric("jobs_total{event=\"mr_opened\",outcome=\"interrupted\"}") == 1);
        BOOST_TEST(one.metric("agents_interrupted_total") == 0);
    });
    BOOST_TEST(text_of(settings.logging.dir / "ran.log") == container(ran) + " printed this\n");
    BOOST_TEST(engine.calls("create").empty());
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
    engine.on("rm", "first 3 && refuse 'not now'");
    engine.on(
        "create",
        "[ ! -e \"$HERE/containers/left\" ] || { touch \"$HERE/containers/left/was_there\"; refuse 'too early'; }");
    serve([&](server& one) -> asio::awaitable<void> {
        co_await one.reaches(queued, job_state::succeeded);
        BOOST_TEST(one.metric("orphans_reaped_total") == 1);
    });
    BOOST_TEST(log.contains("none is started until they are removed"));
    BOOST_TEST(engine.containers() == std::vector<std::string>{"other"}, boost::test_tools::per_element());
    BOOST_TEST(workspaces().empty());
}

BOOST_AUTO_TEST_CASE(without_an_engine_jobs_wait_and_intake_goes_on) {
    engine.agent("ends 0");
    const auto queued = leave(2, {.state = job_state::queued});
    engine.on("ps", "first 1 && unreachable");
    serve(
        [&](server& one) -> asio::awaitable<void> {
            const auto fresh = co_await one.deliver(opened(3));
            co_await one.reaches(fresh, job_state::queued);
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

BOOST_AUTO_TEST_CASE(an_interrupted_delivery_that_comes_again_is_a_new_job) {
    engine.agent("ends 0");
    const auto ran = leave(1, {.state = job_state::running, .attempt = 1});
    serve([&](server& one) -> asio::awaitable<void> {
        co_await one.reaches(ran, job_state::interrupted);
        const auto taken = co_await one.hand_in(opened(1), ran);
        BOOST_REQUIRE(std::holds_alternative<job::queued>(taken));
        const auto job = co_await one.reaches(std::get<job::queued>(taken).job, job_state::succeeded);
        BOOST_TEST(job.retry_of == ran);
    });
}

BOOST_AUTO_TEST_SUITE_END()
