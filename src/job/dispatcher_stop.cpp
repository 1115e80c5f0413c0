#include "job/dispatcher.hpp"
#include "job/write_down.hpp"
#include "journal/about.hpp"
#include "observe/log.hpp"

namespace asio = boost::asio;

namespace familiar::job {

namespace {

/// Before a job that could not be written down as expired is looked at again.
constexpr std::chrono::seconds expire_again_after{30};

}  // namespace

void dispatcher::closed(const journal::closed& what) {
    for (const auto& job : what.cancelled) {
        queue_.remove(job.id);
        count_end(job);
        stop_running(job.id, job.reason, true);
    }
    for (const auto& job : what.to_stop) stop_running(job, "the merge request was closed", false);
}

asio::awaitable<core::result<journal::job_record>> dispatcher::cancel(std::string job, std::string reason) {
    auto ended = co_await with_.journal.cancel(std::move(job), std::move(reason));
    if (!ended) co_return ended;
    observe::info("job cancelled", journal::about(*ended), {{"reason", ended->reason}});
    if (is_final(ended->state)) {
        queue_.remove(ended->id);
        count_end(*ended);
    }
    stop_running(ended->id, ended->reason, is_final(ended->state));
    co_return ended;
}

/// Nothing if it does not run.
void dispatcher::stop_running(const std::string& job, std::string reason, bool ended) {
    const auto entry = running_.find(job);
    if (entry == running_.end()) return;
    entry->second.order = {false, agent::ending::cancelled, std::move(reason)};
    entry->second.ended = ended;
    agents_.cancel(entry->second.task);
}

asio::awaitable<void> dispatcher::keep_expiring() {
    for (;;) {
        std::optional<core::wall_time> next;
        if (const auto limit = with_.settings->concurrency.max_wait; limit.count() > 0) {
            for (auto& job : queue_.take_created_before(core::now() - limit)) notes_.spawn(expire(std::move(job)));
            if (const auto oldest = queue_.oldest()) next = *oldest + limit + std::chrono::milliseconds(1);
        }
        co_await change_or(next);
    }
}

asio::awaitable<void> dispatcher::expire(waiting_job job) {
    const auto reason = "it waited longer than " + core::to_text(with_.settings->concurrency.max_wait);
    const auto ended = co_await with_.journal.update(job.id, end_change(journal::job_state::expired, reason));
    if (ended || ended.error().code == core::errc::conflict) {
        if (ended) count_end(*ended);
        co_return;
    }
    observe::error("a job that has expired could not be written down",
                   {{"job", job.id}, {"reason", describe(ended.error())}});
    if (draining_) co_return;
    co_await changed_.wait_until(std::chrono::steady_clock::now() + expire_again_after);
    queue_.add(std::move(job));
    changed_.notify();
}

}  // namespace familiar::job
