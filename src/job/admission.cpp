#include "job/admission.hpp"

#include "async/retry.hpp"
#include "job/keys.hpp"
#include "job/retry_policy.hpp"
#include "job/schedule.hpp"
#include "journal/about.hpp"
#include "observe/bug.hpp"
#include "observe/log.hpp"

namespace asio = boost::asio;

namespace familiar::job {

admission::admission(asio::any_io_executor executor, tools with, observer on_placed)
    : with_(with),
      on_placed_(std::move(on_placed)),
      drained_(executor),
      tasks_(executor, [](const std::exception_ptr& thrown) { observe::log_bug("in the admission of jobs", thrown); }) {
}

void admission::admit(journal::job_record job) {
    const auto key = merge_request_key(job.subject);
    auto& line = lines_[key];
    const bool is_new = line.empty();
    line.push_back(std::move(job));
    ++waiting_;
    if (is_new) tasks_.spawn(work_off(key));
}

asio::awaitable<void> admission::work_off(std::string merge_request) {
    auto& line = lines_.at(merge_request);
    for (; !line.empty(); line.pop_front()) {
        co_await take_in(line.front());
        --waiting_;
    }
    lines_.erase(merge_request);
}

asio::awaitable<void> admission::take_in(journal::job_record& job) {
    for (std::size_t tries = 0;; ++tries) {
        auto done = co_await try_to_take_in(job);
        if (!done && has_expired(job))
            done =
                co_await end(job, journal::job_state::expired,
                             "it could not be authorised within " +
                                 core::to_text(with_.settings->concurrency.max_wait) + ": " + describe(done.error()));
        if (done) co_return;
        if (done.error().code == core::errc::conflict) co_return;  // it was cancelled meanwhile
        const bool waits = !draining_ && may_pass(done.error());
        if (tries == 0 || !waits)
            observe::log(waits ? observe::level::warning : observe::level::error,
                         waits ? "a job waits for the journal or its forge" : "a job is left to the next start",
                         journal::about(job), {{"reason", describe(done.error())}});
        if (!waits) co_return;
        const auto wait = async::backoff(policy_of(with_.settings->retry), tries, async::real_environment().random(),
                                         done.error().retry_after);
        co_await drained_.wait_until(std::chrono::steady_clock::now() + wait);
    }
}

bool admission::has_expired(const journal::job_record& job) const {
    const auto limit = with_.settings->concurrency.max_wait;
    return limit.count() > 0 && job.state == journal::job_state::received && core::now() - job.created_at > limit;
}

void admission::drain() {
    draining_ = true;
    drained_.notify();
}

asio::awaitable<bool> admission::settle_for(std::chrono::milliseconds limit) {
    co_return co_await tasks_.join_for(limit);
}

}  // namespace familiar::job
