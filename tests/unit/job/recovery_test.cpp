#include "job/recovery.hpp"

#include "support/unit_test.hpp"

#include <vector>

using namespace familiar;
using journal::job_state;

namespace {

journal::job_record left_in(job_state state, std::string outcome = {}) {
    journal::job_record job;
    job.state = state;
    job.outcome = std::move(outcome);
    return job;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_job_left_by_the_process_before)

BOOST_AUTO_TEST_CASE(goes_on_if_no_agent_was_started) {
    for (const auto state : {job_state::received, job_state::held, job_state::queued, job_state::preparing})
        BOOST_TEST(!job::resume(left_in(state)).end, to_text(state));
}

BOOST_AUTO_TEST_CASE(is_interrupted_if_its_agent_was_started) {
    BOOST_TEST(bool(job::resume(left_in(job_state::running)).end == job_state::interrupted));
}

BOOST_AUTO_TEST_CASE(keeps_an_outcome_that_was_written_down) {
    for (const auto* outcome : {"succeeded", "failed", "timed_out", "interrupted"})
        BOOST_TEST(to_text(*job::resume(left_in(job_state::finishing, outcome)).end) == outcome);
}

BOOST_AUTO_TEST_CASE(is_interrupted_if_its_outcome_is_not_known) {
    for (const auto* outcome : {"", "running", "nonsense"})
        BOOST_TEST(bool(job::resume(left_in(job_state::finishing, outcome)).end == job_state::interrupted), outcome);
}

BOOST_AUTO_TEST_SUITE_END()
