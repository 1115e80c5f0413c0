#include "job/admission.hpp"

#include "async/retry.hpp"
#include "job/keys.hpp"
#include "job/placing.hpp"
#include "job/retry_policy.hpp"
#include "job/schedule.hpp"
#include "job/write_down.hpp"
#include "journal/about.hpp"
#include "observe/bug.hpp"
#include "observe/log.hpp"
#include "triage/authorise.hpp"

namespace asio = boost::asio;

namespace familiar::job {

admission::admission(asio::any_io_executor executor, const config::current& settings, journal::journal& journal,
                     observer on_placed)
    : settings_(settings),
      journal_(journal),
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
        const auto done = co_await try_to_take_in(job);
        if (done) co_return;
        if (done.error().code == core::errc::conflict) co_return;  // it was cancelled meanwhile
        const bool waits = !draining_ && may_pass(done.error());
        if (tries == 0 || !waits)
            observe::error(
                waits ? "a job waits for the journal" : "a job is left to the next start: the journal does not take it",
                journal::about(job), {{"reason", describe(done.error())}});
        if (!waits) co_return;
        const auto wait = async::backoff(policy_of(settings_->retry), tries, async::real_environment().random());
        co_await drained_.wait_until(std::chrono::steady_clock::now() + wait);
    }
}

asio::awaitable<core::result<void>> admission::try_to_take_in(journal::job_record& job) {
    if (auto completed = co_await complete_from_journal(job); !completed) co_return completed.error();
    const auto verdict = triage::authorise(job.subject, settings_->triggers);
    journal::placed done;
    if (const auto* refused = std::get_if<triage::refused>(&verdict)) {
        auto ended = co_await journal_.update(job.id, end_change(journal::job_state::refused, refused->reason));
        if (!ended) co_return ended.error();
        done.job = std::move(*ended);
    } else {
        journal::job_change change;
        change.state = journal::job_state::queued;
        change.source_branch = job.subject.request.source_branch;
        change.source_path = job.subject.request.source_path;
        change.target_branch = job.subject.request.target_branch;
        change.head_origin = job.subject.request.head_origin;
        auto placed =
            co_await journal_.place(job.id, std::move(change),
                                    [settings = settings_.snapshot(), now = core::now()](
                                        const journal::job_record& incoming, const journal::neighbours& around) {
                                        return place(incoming, around, *settings, now);
                                    });
        if (!placed) co_return placed.error();
        done = std::move(*placed);
    }

    if (done.job.state != journal::job_state::queued)
        observe::info(done.job.state == journal::job_state::refused ? "job refused" : "job joined another",
                      journal::about(done.job),
                      {{"sender", done.job.subject.sender.login}, {"reason", done.job.reason}});
    on_placed_(done);
    co_return core::result<void>();
}

/// A comment carries neither origin nor branch at GitHub: an earlier event of the same merge request did.
asio::awaitable<core::result<void>> admission::complete_from_journal(journal::job_record& job) {
    auto& request = job.subject.request;
    if (request.head_origin != event::origin::unknown && !request.source_branch.empty() &&
        !request.target_branch.empty())
        co_return core::result<void>();
    const auto known = co_await journal_.last_known(job.subject.repo.forge, job.subject.repo.path, request.number);
    if (!known) co_return known.error();
    if (*known) {
        if (request.head_origin == event::origin::unknown) request.head_origin = (*known)->head_origin;
        if (request.source_branch.empty()) request.source_branch = (*known)->source_branch;
        if (request.source_path.empty()) request.source_path = (*known)->source_path;
        if (request.target_branch.empty()) request.target_branch = (*known)->target_branch;
    }
    co_return core::result<void>();
}

void admission::drain() {
    draining_ = true;
    drained_.notify();
}

asio::awaitable<bool> admission::settle_for(std::chrono::milliseconds limit) {
    co_return co_await tasks_.join_for(limit);
}

}  // namespace familiar::job
