#include "job/reconcile.hpp"

namespace familiar::job {

namespace {

using container_state = agent::found_container::state;

bool outcome_decided(const journal::job_record& job) {
    const auto outcome = journal::parse_job_state(job.outcome);
    return outcome && is_final(*outcome);
}

measure for_a_container(const std::optional<journal::job_record>& left, container_state container) {
    if (container == container_state::never_started) return measure::remove_unstarted;
    if (!left) return measure::remove_stray;
    switch (left->state) {
        case journal::job_state::preparing:  // whoever started it: an agent has started
        case journal::job_state::running:
        case journal::job_state::finishing:
            return measure::adopt;
        default:
            return measure::remove_stray;
    }
}

measure for_a_job_without_one(const journal::job_record& left) {
    switch (left.state) {
        case journal::job_state::preparing:
            return measure::put_back;
        case journal::job_state::running:
        case journal::job_state::finishing:
            return outcome_decided(left) ? measure::conclude : measure::interrupt;
        default:
            return measure::none;
    }
}

}  // namespace

measure decide(const std::optional<journal::job_record>& left, const std::optional<agent::found_container>& found) {
    if (found) return for_a_container(left, found->is);
    if (left) return for_a_job_without_one(*left);
    return measure::none;
}

}  // namespace familiar::job
