#include "job/recovery.hpp"

namespace familiar::job {

resumption resume(const journal::job_record& left) {
    switch (left.state) {
        case journal::job_state::running:
            return {journal::job_state::interrupted};
        case journal::job_state::finishing: {
            const auto decided = journal::parse_job_state(left.outcome);
            return {decided && is_final(*decided) ? *decided : journal::job_state::interrupted};
        }
        default:
            return {};
    }
}

}  // namespace familiar::job
