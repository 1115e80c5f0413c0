#include "job/reconcile.hpp"

#include "support/unit_test.hpp"

#include <optional>
#include <string>
#include <vector>

using namespace familiar;
using job::measure;
using journal::job_state;
using container = agent::found_container::state;

namespace {

std::string_view name(measure value) {
    switch (value) {
        case measure::none:
            return "none";
        case measure::adopt:
            return "adopt";
        case measure::remove_unstarted:
            return "remove_unstarted";
        case measure::put_back:
            return "put_back";
        case measure::interrupt:
            return "interrupt";
        case measure::conclude:
            return "conclude";
        case measure::remove_stray:
            return "remove_stray";
    }
    return "?";
}

std::optional<journal::job_record> left_in(job_state state, std::string outcome = {}) {
    journal::job_record job;
    job.state = state;
    job.outcome = std::move(outcome);
    return job;
}

std::optional<agent::found_container> found(container is) {
    agent::found_container container;
    container.is = is;
    return container;
}

/// What follows without a container, with one that never started, with one that runs, and with one that has ended.
struct row {
    std::optional<journal::job_record> left;
    measure without;
    measure never_started;
    measure started;
};

void hold(const row& expected) {
    const auto check = [&](const std::optional<agent::found_container>& container, measure is) {
        BOOST_TEST(name(job::decide(expected.left, container)) == name(is));
    };
    BOOST_TEST_CONTEXT((expected.left ? to_text(expected.left->state) : "unknown")
                       << " '" << (expected.left ? expected.left->outcome : "") << "'") {
        check(std::nullopt, expected.without);
        check(found(container::never_started), expected.never_started);
        check(found(container::running), expected.started);
        check(found(container::ended), expected.started);
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_job_and_its_container_that_nobody_looks_after)

BOOST_AUTO_TEST_CASE(an_unknown_or_ended_job_leaves_strays) {
    hold({std::nullopt, measure::none, measure::remove_unstarted, measure::remove_stray});
    for (const auto state : {job_state::succeeded, job_state::failed, job_state::timed_out, job_state::cancelled,
                             job_state::superseded, job_state::interrupted, job_state::expired, job_state::refused})
        hold({left_in(state, std::string(to_text(state))), measure::none, measure::remove_unstarted,
              measure::remove_stray});
}

BOOST_AUTO_TEST_CASE(a_job_that_waits_has_no_container) {
    for (const auto state : {job_state::received, job_state::held, job_state::queued})
        hold({left_in(state), measure::none, measure::remove_unstarted, measure::remove_stray});
}

BOOST_AUTO_TEST_CASE(a_job_in_preparation_runs_again_only_if_no_agent_was_started) {
    hold({left_in(job_state::preparing), measure::put_back, measure::remove_unstarted, measure::adopt});
}

BOOST_AUTO_TEST_CASE(a_running_job_whose_agent_vanished_is_interrupted) {
    hold({left_in(job_state::running), measure::interrupt, measure::remove_unstarted, measure::adopt});
}

BOOST_AUTO_TEST_CASE(an_outcome_that_was_decided_stands) {
    for (const auto* outcome : {"timed_out", "cancelled", "interrupted"})
        hold({left_in(job_state::running, outcome), measure::conclude, measure::remove_unstarted, measure::adopt});
    for (const auto* outcome : {"succeeded", "failed", "timed_out", "cancelled", "interrupted"})
        hold({left_in(job_state::finishing, outcome), measure::conclude, measure::remove_unstarted, measure::adopt});
}

BOOST_AUTO_TEST_CASE(an_outcome_that_cannot_be_read_is_none) {
    for (const auto* outcome : {"", "running", "nonsense"})
        for (const auto state : {job_state::running, job_state::finishing})
            hold({left_in(state, outcome), measure::interrupt, measure::remove_unstarted, measure::adopt});
}

BOOST_AUTO_TEST_SUITE_END()
