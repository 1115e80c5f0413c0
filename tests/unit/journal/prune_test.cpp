#include "desk.hpp"

using namespace familiar;
using journal::job_state;
using std::chrono::hours;

namespace {

struct pruning_fixture : test::desk {
    core::wall_time limit = core::now() - hours(24);

    void deliver(const std::string& id, core::wall_time received, std::optional<journal::job_record> job = {}) {
        auto what = test::sample_delivery(id);
        what.received = received;
        BOOST_REQUIRE(run(book->record(what, std::move(job))).has_value());
    }
    /// A job of a delivery of its own, which came an hour before the job ended.
    std::string add_ended(const std::string& delivery, core::wall_time end) {
        auto job = test::sample_job();
        const auto id = job.id;
        deliver(delivery, end - hours(1), std::move(job));
        BOOST_REQUIRE(run(book->update(id, {.state = job_state::failed, .finished_at = end})).has_value());
        return id;
    }
    std::size_t prune(std::size_t most = 100) { return run(book->prune(limit, most)).value(); }
    bool has_job(const std::string& id) { return run(book->find(id)).value().has_value(); }
    bool has_delivery(const std::string& id) { return run(book->find_delivery(std::nullopt, id)).value().has_value(); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(pruning, pruning_fixture)

BOOST_AUTO_TEST_CASE(what_ended_before_the_limit_goes_with_its_deliveries) {
    open();
    const auto old = add_ended("old", limit - hours(1));
    const auto young = add_ended("young", limit + hours(1));
    deliver("ignored, old", limit - hours(1));
    deliver("ignored, young", limit + hours(1));
    BOOST_TEST(prune() == 3u);
    BOOST_TEST(prune() == 0u);
    BOOST_TEST(!has_job(old));
    BOOST_TEST(!has_delivery("old"));
    BOOST_TEST(has_job(young));
    BOOST_TEST(has_delivery("young"));
    BOOST_TEST(!has_delivery("ignored, old"));
    BOOST_TEST(has_delivery("ignored, young"));
}

BOOST_AUTO_TEST_CASE(what_has_not_ended_stays_however_old_it_is) {
    open();
    auto job = test::sample_job();
    job.created_at = limit - hours(1000);
    const auto id = job.id;
    deliver("d-1", job.created_at, job);
    BOOST_TEST(prune() == 0u);
    BOOST_TEST(has_job(id));
    BOOST_TEST(has_delivery("d-1"));
}

BOOST_AUTO_TEST_CASE(a_job_stays_as_long_as_a_delivery_that_stands_for_it) {
    open();
    auto job = test::job_meaning("a to b");
    job.created_at = limit - hours(2);
    const auto id = job.id;
    deliver("first", job.created_at, job);
    BOOST_REQUIRE(run(book->update(id, {.state = job_state::succeeded, .finished_at = limit - hours(1)})).has_value());
    job.id = core::make_ulid();
    deliver("second", limit + hours(1), job);
    BOOST_TEST(prune() == 0u);
    BOOST_TEST(run(book->record(test::sample_delivery("second"), test::sample_job())).value().job == id);

    limit += hours(2);
    while (prune() > 0) continue;
    BOOST_TEST(!has_job(id));
    BOOST_TEST(!has_delivery("first"));
    BOOST_TEST(!has_delivery("second"));
}

BOOST_AUTO_TEST_CASE(a_job_whose_first_is_gone_stays_and_repeats_nothing) {
    open();
    const auto old = add_ended("d-1", limit - hours(1));
    const auto young = run(book->retry(old, core::make_ulid(), core::now())).value().id;
    BOOST_TEST(prune() == 1u);
    BOOST_TEST(!has_job(old));
    BOOST_TEST(find(young).retry_of.empty());
    BOOST_TEST(has_delivery("d-1"));
}

BOOST_AUTO_TEST_CASE(each_call_deletes_no_more_than_it_may) {
    open();
    for (int i = 0; i < 7; ++i) add_ended("d-" + std::to_string(i), limit - hours(1));
    for (int i = 0; i < 4; ++i) deliver("ignored " + std::to_string(i), limit - hours(1));
    std::vector<std::size_t> counts;
    for (auto count = prune(3); count > 0; count = prune(3)) counts.push_back(count);
    for (const auto count : counts) BOOST_TEST(count <= 6u);
    std::size_t sum = 0;
    for (const auto count : counts) sum += count;
    BOOST_TEST(sum == 18u);
    BOOST_TEST(run(book->list({})).value().empty());
}

BOOST_AUTO_TEST_SUITE_END()
