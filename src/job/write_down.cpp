#include "job/write_down.hpp"

#include "async/retry.hpp"
#include "job/schedule.hpp"
#include "observe/log.hpp"

namespace asio = boost::asio;

namespace familiar::job {

namespace {

constexpr async::retry_policy patience{.initial_backoff = std::chrono::milliseconds(100),
                                       .max_backoff = std::chrono::milliseconds(1000)};

}  // namespace

journal::job_change end_change(journal::job_state state, std::string reason) {
    journal::job_change change;
    change.state = state;
    change.outcome = std::string(to_text(state));
    change.reason = std::move(reason);
    change.finished_at = core::now();
    return change;
}

asio::awaitable<core::result<journal::job_record>> write_down(journal::journal& into, std::string job,
                                                              journal::job_change change) {
    for (std::size_t tries = 0;; ++tries) {
        auto written = co_await into.update(job, change);
        if (written) co_return std::move(written);
        if (tries == 0)
            observe::error("the job's state could not be written down",
                           {{"job", job}, {"reason", describe(written.error())}});
        if (!may_pass(written.error())) co_return std::move(written);
        co_await async::sleep_for(async::backoff(patience, tries, async::real_environment().random()));
    }
}

}  // namespace familiar::job
