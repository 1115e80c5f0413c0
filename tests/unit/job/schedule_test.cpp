#include "job/schedule.hpp"

#include "support/unit_test.hpp"

#include <vector>

using namespace familiar;
using job::next_step;

namespace {

const auto noon = *core::parse_time("2026-01-31T12:00:00Z");

}  // namespace

BOOST_AUTO_TEST_SUITE(choosing_the_next_job)

BOOST_AUTO_TEST_CASE(is_in_order) {
    const auto next = job::choose({{"a#1"}, {"b#1"}}, {}, 5, noon);
    BOOST_TEST(next.run.value() == 0U);
}

BOOST_AUTO_TEST_CASE(starts_nothing_without_a_free_slot) {
    const auto next = job::choose({{"a#1"}}, {}, 0, noon);
    BOOST_TEST(!next.run);
    BOOST_TEST(!next.look_again);
}

BOOST_AUTO_TEST_CASE(starts_nothing_from_an_empty_queue) {
    BOOST_TEST(!job::choose({}, {}, 5, noon).run);
}

BOOST_AUTO_TEST_CASE(passes_over_a_merge_request_that_is_worked_on) {
    BOOST_TEST(job::choose({{"a#1"}, {"a#1"}, {"a#2"}}, {"a#1"}, 5, noon).run.value() == 2U);
    BOOST_TEST(!job::choose({{"a#1"}}, {"a#1"}, 5, noon).run);
}

BOOST_AUTO_TEST_CASE(waits_for_the_end_of_a_backoff_and_says_when) {
    const auto soon = noon + std::chrono::seconds(5);
    const auto later = noon + std::chrono::seconds(9);
    const auto next = job::choose({{"a#1", later}, {"b#1", soon}}, {}, 5, noon);
    BOOST_TEST(!next.run);
    BOOST_TEST(bool(next.look_again == soon));
    BOOST_TEST(job::choose({{"a#1", later}, {"b#1", soon}}, {}, 5, soon).run.value() == 1U);
}

BOOST_AUTO_TEST_CASE(a_backoff_holds_up_nobody_else) {
    BOOST_TEST(job::choose({{"a#1", noon + std::chrono::hours(1)}, {"b#1"}}, {}, 5, noon).run.value() == 1U);
}

BOOST_AUTO_TEST_CASE(merge_requests_of_two_forges_with_one_path_are_two) {
    event::event one;
    one.repo = {event::provider::github, "acme/widgets", ""};
    one.request.number = 7;
    auto other = one;
    other.repo.forge = event::provider::gitlab;
    BOOST_TEST(job::merge_request_key(one) == "github/acme/widgets#7");
    BOOST_TEST(job::merge_request_key(one) != job::merge_request_key(other));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(after_a_start_that_failed)

BOOST_AUTO_TEST_CASE(the_class_of_the_failure_and_the_attempts_decide) {
    const async::retry_policy policy{.max_retries = 2};
    struct row {
        core::errc code;
        int attempt;
        next_step expected;
    };
    for (const auto& [code, attempt, expected] :
         std::vector<row>{{core::errc::engine_unreachable, 1, next_step::wait_for_engine},
                          {core::errc::engine_unreachable, 99, next_step::wait_for_engine},
                          {core::errc::shutting_down, 1, next_step::put_back},
                          {core::errc::timed_out, 1, next_step::retry},
                          {core::errc::unavailable, 2, next_step::retry},
                          {core::errc::unavailable, 3, next_step::give_up},
                          {core::errc::storage_full, 1, next_step::retry},
                          {core::errc::storage_failed, 3, next_step::give_up},
                          {core::errc::image_missing, 1, next_step::give_up},
                          {core::errc::image_unsuitable, 1, next_step::give_up},
                          {core::errc::authentication_failed, 1, next_step::give_up},
                          {core::errc::ref_missing, 1, next_step::give_up}}) {
        const auto failure = core::fail(code, "");
        BOOST_TEST_CONTEXT(failure.code.message() << ", attempt " << attempt)
        BOOST_TEST(bool(job::after_failed_start(failure, attempt, policy) == expected));
    }
}

BOOST_AUTO_TEST_SUITE_END()
