#include "job/schedule.hpp"

#include "support/unit_test.hpp"

#include <vector>

using namespace familiar;
using job::next_step;

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
                          {core::errc::conflict, 1, next_step::ended_meanwhile},
                          {core::errc::conflict, 99, next_step::ended_meanwhile},
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
        BOOST_TEST(bool(job::after_failed_start(failure, attempt, policy, {}) == expected));
    }
}

BOOST_AUTO_TEST_CASE(what_may_pass_is_not_held_against_a_job_while_the_engine_is_away) {
    const async::retry_policy none{.max_retries = 0};
    const auto step = [&none](core::errc code) {
        return job::after_failed_start(core::fail(code, ""), 9, none, {.engine_answers = false});
    };
    BOOST_TEST(bool(step(core::errc::timed_out) == next_step::wait_for_engine));
    BOOST_TEST(bool(step(core::errc::unavailable) == next_step::wait_for_engine));
    BOOST_TEST(bool(step(core::errc::image_missing) == next_step::give_up));
    BOOST_TEST(bool(step(core::errc::shutting_down) == next_step::put_back));
    BOOST_TEST(bool(step(core::errc::conflict) == next_step::ended_meanwhile));
}

BOOST_AUTO_TEST_CASE(a_forge_that_is_away_is_not_held_against_a_job_and_a_repository_that_gives_trouble_is) {
    const async::retry_policy none{.max_retries = 0};
    const auto step = [&none](core::errc code, bool answers) {
        return job::after_failed_start(core::fail(code, ""), 9, none, {.forge_answers = answers});
    };
    BOOST_TEST(bool(step(core::errc::forge_unreachable, false) == next_step::wait_for_forge));
    BOOST_TEST(bool(step(core::errc::forge_unreachable, true) == next_step::give_up));
    BOOST_TEST(bool(step(core::errc::unavailable, false) == next_step::give_up));
    BOOST_TEST(bool(step(core::errc::not_found, false) == next_step::give_up));
}

BOOST_AUTO_TEST_CASE(a_wait_that_is_asked_for_and_too_long_for_a_slot_parks_the_job) {
    const async::retry_policy policy{.max_retries = 0, .max_backoff = std::chrono::seconds(30)};
    const auto step = [&policy](std::chrono::milliseconds told) {
        auto failure = core::fail(core::errc::forge_unreachable, "rate limit");
        failure.retry_after = told;
        return job::after_failed_start(failure, 9, policy, {});
    };
    BOOST_TEST(bool(step(std::chrono::seconds(31)) == next_step::park));
    BOOST_TEST(bool(step(std::chrono::seconds(30)) == next_step::give_up));
}

BOOST_AUTO_TEST_SUITE_END()
