#include "job/feedback.hpp"

#include "async/race.hpp"
#include "async/timeout.hpp"
#include "job/feedback_plan.hpp"
#include "job/forge_desk.hpp"

#include <utility>

namespace asio = boost::asio;

namespace familiar::job {

/// One desk for each forge: while one is away, the other hears what it is to hear.
struct feedback::parts {
    parts(const asio::any_io_executor& executor, const tools& with)
        : github(executor, event::provider::github, with), gitlab(executor, event::provider::gitlab, with) {}

    forge_desk& at(const journal::job_record& job) {
        return job.subject.repo.forge == event::provider::github ? github : gitlab;
    }

    asio::awaitable<void> settled() {
        co_await github.settled();
        co_await gitlab.settled();
    }

    forge_desk github;
    forge_desk gitlab;
};

feedback::feedback(asio::any_io_executor executor, tools with)
    : parts_(std::make_unique<parts>(std::move(executor), std::move(with))) {}

feedback::~feedback() = default;

void feedback::queued(const journal::job_record& job, std::size_t ahead) {
    parts_->at(job).add(queued_note(job, ahead));
}

void feedback::running(const journal::job_record& job) {
    parts_->at(job).add(running_note(job));
}

void feedback::owes() {
    parts_->github.call();
    parts_->gitlab.call();
}

asio::awaitable<void> feedback::keep_telling() {
    co_await async::race(parts_->github.attend(), parts_->gitlab.attend());
}

asio::awaitable<void> feedback::settle_for(std::chrono::milliseconds limit) {
    owes();  // both begin now, whichever is awaited first
    co_await async::with_timeout(parts_->settled(), limit);
}

}  // namespace familiar::job
