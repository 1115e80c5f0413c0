#include "house.hpp"

using namespace familiar;
using namespace familiar::test;
using journal::job_state;
namespace asio = boost::asio;

namespace {

/// Nothing is started, so that only what the intake does is seen.
struct front_door : house {
    void open(server::body meanwhile) { serve(std::move(meanwhile), false); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(the_intake, front_door)

BOOST_AUTO_TEST_CASE(writes_an_event_down_and_queues_it) {
    open([](server& one) -> asio::awaitable<void> {
        const auto taken = co_await one.hand_in(opened(7), "abc");
        BOOST_REQUIRE(std::holds_alternative<job::queued>(taken));
        const auto job = co_await one.find(std::get<job::queued>(taken).job);
        BOOST_TEST(job.subject.delivery == "abc");
        BOOST_TEST(to_text(job.kind) == "mr_opened");
        const auto kept = co_await one.book->find_delivery({}, "abc");
        BOOST_REQUIRE(kept);
        BOOST_TEST((*kept)->body == "{}");
    });
}

BOOST_AUTO_TEST_CASE(keeps_nothing_of_what_is_ignored) {
    auto draft = opened(7);
    draft.request.draft = true;
    auto own = commented(7);
    own.sender.login = "familiar";
    const std::vector<std::pair<event::event, std::string>> rows{{draft, "draft"}, {own, "the bot's own event"}};
    open([&](server& one) -> asio::awaitable<void> {
        for (const auto& [incoming, reason] : rows) {
            const auto taken = co_await one.hand_in(incoming, "abc");
            BOOST_REQUIRE(std::holds_alternative<job::ignored>(taken));
            BOOST_TEST(std::get<job::ignored>(taken).reason == reason);
        }
        BOOST_TEST(!(co_await one.book->find_delivery({}, "abc")).value());
    });
}

BOOST_AUTO_TEST_CASE(tells_a_delivery_that_it_knows_by_its_job) {
    open([](server& one) -> asio::awaitable<void> {
        const auto first = std::get<job::queued>(co_await one.hand_in(opened(7), "abc")).job;
        co_await one.reaches(first, job_state::queued);
        const auto again = co_await one.hand_in(opened(7), "abc");
        BOOST_REQUIRE(std::holds_alternative<job::duplicate>(again));
        BOOST_TEST(std::get<job::duplicate>(again).job == first);
        BOOST_TEST(to_text(std::get<job::duplicate>(again).state) == "queued");
        BOOST_TEST(one.jobs.queued() == 1U);
    });
}

BOOST_AUTO_TEST_CASE(tells_what_means_the_same_by_the_job_that_it_means) {
    open([](server& one) -> asio::awaitable<void> {
        const auto first = co_await one.deliver(updated(7, "a", "b"));
        const auto same = co_await one.hand_in(updated(7, "a", "b"), "from-another-hook");
        BOOST_REQUIRE(std::holds_alternative<job::duplicate>(same));
        BOOST_TEST(std::get<job::duplicate>(same).job == first);
        BOOST_TEST((co_await one.book->find_delivery({}, "from-another-hook")).value().has_value());
        for (const auto& [before, head] : {std::pair("b", "a"), std::pair("a", "b")})
            co_await one.deliver(updated(7, before, head));
    });
}

BOOST_AUTO_TEST_CASE(keeps_a_close_and_yet_calls_it_ignored) {
    open([](server& one) -> asio::awaitable<void> {
        const auto waits = co_await one.deliver(opened(7));
        for (int times = 0; times < 2; ++times) {
            const auto taken = co_await one.hand_in(closed(7), "abc");
            BOOST_REQUIRE(std::holds_alternative<job::ignored>(taken));
            BOOST_TEST(std::get<job::ignored>(taken).reason == "the merge request is closed");
        }
        BOOST_TEST((co_await one.book->find_delivery({}, "abc")).value().has_value());
        BOOST_TEST(to_text((co_await one.find(waits)).state) == "cancelled");
        co_await one.deliver(opened(7));
    });
}

BOOST_AUTO_TEST_CASE(does_nothing_about_a_close_in_a_repository_that_is_not_served) {
    settings.triggers.repositories = {"other/*"};
    open([](server& one) -> asio::awaitable<void> {
        const auto taken = co_await one.hand_in(closed(7), "abc");
        BOOST_REQUIRE(std::holds_alternative<job::ignored>(taken));
        BOOST_TEST(!(co_await one.book->find_delivery({}, "abc")).value());
    });
}

BOOST_AUTO_TEST_CASE(keeps_nothing_in_memory_of_what_it_could_not_write_down) {
    open([this](server& one) -> asio::awaitable<void> {
        const database_lock lock(settings);
        const auto taken =
            co_await one.intake.accept({event::provider::github, "abc", "pull_request", "{}", core::now()}, opened(7));
        BOOST_TEST(!taken);
        BOOST_TEST(one.jobs.queued() == 0U);
    });
}

BOOST_AUTO_TEST_CASE(has_a_comment_completed_from_what_is_known_of_the_merge_request) {
    open([](server& one) -> asio::awaitable<void> {
        auto first = opened(7);
        first.request.target_branch = "release";
        co_await one.reaches(co_await one.deliver(first), job_state::queued);
        const auto job = co_await one.reaches(co_await one.deliver(commented(7)), job_state::queued);
        BOOST_TEST(to_text(job.kind) == "mention");
        BOOST_TEST(to_text(job.subject.request.head_origin) == "same_repository");
        BOOST_TEST(job.subject.request.source_branch == "feature");
        BOOST_TEST(job.subject.request.target_branch == "release");
    });
}

BOOST_AUTO_TEST_CASE(has_a_comment_of_unknown_origin_refused) {
    open([](server& one) -> asio::awaitable<void> {
        const auto job = co_await one.reaches(co_await one.deliver(commented(7)), job_state::refused);
        BOOST_TEST(job.reason.find("not known whether") != std::string::npos, job.reason);
    });
}

BOOST_AUTO_TEST_SUITE_END()
