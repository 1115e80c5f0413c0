#include "job/admission.hpp"

#include "async/retry.hpp"
#include "job/keys.hpp"
#include "job/retry_policy.hpp"
#include "job/schedule.hpp"
#include "journal/about.hpp"
#include "observe/bug.hpp"
#include "observe/log.hpp"

#include <optional>
#include <utility>

namespace asio = boost::asio;

namespace familiar::job {

class admission::place_in_line {
public:
    place_in_line(std::map<std::string, line>& lines, const std::string& merge_request)
        : lines_(lines), line_(lines.try_emplace(merge_request).first) {
        ++line_->second.coming;
    }
    place_in_line(const place_in_line&) = delete;
    place_in_line& operator=(const place_in_line&) = delete;
    ~place_in_line() {
        if (--line_->second.coming == 0 && line_->second.jobs.empty()) lines_.erase(line_);
    }

private:
    std::map<std::string, line>& lines_;
    std::map<std::string, line>::iterator line_;
};

admission::admission(asio::any_io_executor executor, tools with, observer on_placed)
    : with_(with),
      on_placed_(std::move(on_placed)),
      drained_(executor),
      tasks_(executor, [](const std::exception_ptr& thrown) { observe::log_bug("in the admission of jobs", thrown); }) {
}

/// The journal takes what comes in turn: a job that is placed with its delivery is in order as it is, unless one that
/// came before waits in line.
asio::awaitable<core::result<journal::recorded>> admission::record(journal::delivery origin, journal::job_record job) {
    const auto merge_request = merge_request_key(job.subject);
    const auto subject = journal::about(job.subject);
    const auto event_name = origin.event_name;
    auto rule = lines_.contains(merge_request) ? nullptr : rule_at_once(job);
    std::optional<place_in_line> kept;
    if (!rule) kept.emplace(lines_, merge_request);

    auto recorded = co_await with_.journal.record(std::move(origin), std::move(job), std::move(rule));
    if (!recorded) co_return recorded;
    if (recorded->duplicate) {
        observe::info("webhook is a duplicate", subject, {{"job", recorded->job}});
        co_return recorded;
    }
    journal::placed& made = recorded->made.value();
    observe::info("webhook accepted", journal::about(made.job),
                  {{"event", event_name}, {"kind", to_text(made.job.kind)}});
    if (kept)
        admit(std::move(made.job));
    else
        report(made);
    co_return recorded;
}

void admission::admit(journal::job_record job) {
    const auto key = merge_request_key(job.subject);
    auto& jobs = lines_[key].jobs;
    const bool is_new = jobs.empty();
    jobs.push_back({.job = std::move(job)});
    ++waiting_;
    if (is_new) tasks_.spawn(work_off(key));
}

asio::awaitable<void> admission::work_off(std::string merge_request) {
    auto& line = lines_.at(merge_request);
    for (; !line.jobs.empty(); line.jobs.pop_front()) {
        co_await take_in(line.jobs.front());
        --waiting_;
    }
    if (line.coming == 0) lines_.erase(merge_request);
}

asio::awaitable<void> admission::take_in(candidate& one) {
    const auto& job = one.job;
    for (std::size_t tries = 0;; ++tries) {
        auto done = co_await try_to_take_in(one);
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
