#include "journal/job.hpp"

#include "journal/rules.hpp"
#include "support/unit_test.hpp"

#include <set>

using namespace familiar;
using namespace familiar::journal;

namespace {

using enum job_state;
constexpr job_state states[] = {received, held,      queued,    preparing,  running,     finishing, succeeded,
                                failed,   timed_out, cancelled, superseded, interrupted, expired,   refused};

job_record job_in(job_state state) {
    job_record job;
    job.id = "01j";
    job.state = state;
    job.reason = "as before";
    job.attempt = 1;
    return job;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(jobs)

BOOST_AUTO_TEST_CASE(every_state_has_a_name_that_is_read_back) {
    std::set<std::string_view> names;
    for (const auto state : states) {
        BOOST_TEST((parse_job_state(to_text(state)) == state));
        names.insert(to_text(state));
    }
    BOOST_TEST(names.size() == std::size(states));
    BOOST_TEST(!parse_job_state("Running").has_value());
    BOOST_TEST(!parse_job_state("").has_value());
}

BOOST_AUTO_TEST_CASE(the_last_eight_states_are_final) {
    for (const auto state : states) BOOST_TEST(is_final(state) == (state >= succeeded), to_text(state));
}

BOOST_AUTO_TEST_CASE(four_endings_start_anew_on_redelivery) {
    for (const auto state : states) {
        const bool expected = state == failed || state == timed_out || state == interrupted || state == expired;
        BOOST_TEST(restarts_on_redelivery(state) == expected, to_text(state));
    }
}

BOOST_AUTO_TEST_CASE(a_known_delivery_is_judged_by_its_job) {
    BOOST_TEST((judge_again(std::nullopt, true) == verdict::first_job));
    BOOST_TEST((judge_again(std::nullopt, false) == verdict::duplicate));
    for (const auto state : states) {
        const auto expected = restarts_on_redelivery(state) ? verdict::repetition : verdict::duplicate;
        BOOST_TEST((judge_again(state, true) == expected), to_text(state));
        BOOST_TEST((judge_again(state, false) == verdict::duplicate), to_text(state));
    }
}

BOOST_AUTO_TEST_CASE(a_job_that_has_not_ended_may_become_anything) {
    for (const auto from : states)
        for (const auto to : states) {
            auto job = job_in(from);
            const bool done = apply({.state = to}, job).has_value();
            BOOST_TEST(done == (!is_final(from) || from == to), to_text(from) << " to " << to_text(to));
            BOOST_TEST((job.state == (done ? to : from)));
        }
}

BOOST_AUTO_TEST_CASE(what_a_change_does_not_name_stays) {
    auto job = job_in(running);
    BOOST_TEST(apply({.state = finishing, .exit_code = 3}, job).has_value());
    BOOST_TEST(job.reason == "as before");
    BOOST_TEST(job.attempt == 1);
    BOOST_TEST(job.exit_code.value() == 3);
}

BOOST_AUTO_TEST_CASE(a_step_ends_the_wait_that_it_does_not_set) {
    auto job = job_in(queued);
    const core::wall_time later{std::chrono::milliseconds(5)};
    BOOST_TEST(apply({.state = queued, .not_before = later}, job).has_value());
    BOOST_TEST((job.not_before == later));
    BOOST_TEST(apply({.state = preparing}, job).has_value());
    BOOST_TEST(!job.not_before.has_value());
}

BOOST_AUTO_TEST_CASE(a_refused_change_changes_nothing) {
    auto job = job_in(succeeded);
    const auto refused_change = apply({.state = failed, .reason = "too late"}, job);
    BOOST_TEST((refused_change.error().code == core::errc::conflict));
    BOOST_TEST(core::describe(refused_change.error()) == "job 01j has ended (succeeded) and cannot become failed");
    BOOST_TEST(job.reason == "as before");
}

BOOST_AUTO_TEST_CASE(a_branch_is_known_with_its_origin_and_its_name) {
    event::merge_request request;
    BOOST_TEST(!knows_branch(request));
    request.source_branch = "topic";
    BOOST_TEST(!knows_branch(request));
    request.head_origin = event::origin::fork;
    BOOST_TEST(knows_branch(request));
    request.source_branch.clear();
    BOOST_TEST(!knows_branch(request));
}

BOOST_AUTO_TEST_SUITE_END()
