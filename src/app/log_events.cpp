#include "app/log_events.hpp"

#include "app/event_stream.hpp"
#include "async/race.hpp"
#include "async/signal.hpp"
#include "async/sleep.hpp"

#include <algorithm>
#include <utility>

namespace asio = boost::asio;

namespace familiar::app {

namespace {

using clock = std::chrono::steady_clock;

/// So often that no proxy takes the connection for dead (nginx: proxy_read_timeout 60 s).
constexpr std::chrono::seconds keep_alive_interval{15};

/// What waits for a reader who is slower than the log; the log is read no further meanwhile.
constexpr std::size_t most_held = std::size_t{256} * 1024;

/// How long an agent's end may take to be written down: collecting its log, removing its container and workspace.
constexpr std::chrono::minutes end_bound{1};

/// What has been read of a log and has not been sent. One side fills it, the other sends, since a body has one writer
/// at a time and must be kept alive while the log says nothing.
class outbox {
public:
    explicit outbox(const asio::any_io_executor& executor) : filled_(executor), emptied_(executor) {}

    asio::awaitable<bool> add(std::string events) {
        held_ += events;
        filled_.notify();
        while (held_.size() > most_held) co_await emptied_.wait();
        co_return true;
    }

    /// There will be no more. Suspends for ever: the one who sends ends first.
    asio::awaitable<void> close() {
        closed_ = true;
        filled_.notify();
        for (;;) co_await emptied_.wait();
    }

    /// Sends until it is closed and empty, or nobody takes it.
    asio::awaitable<void> send(http::body_writer& out) {
        while (!closed_ || !held_.empty()) {
            if (held_.empty()) co_await filled_.wait_until(clock::now() + keep_alive_interval);
            if (held_.empty() && closed_) co_return;
            auto next = held_.empty() ? std::string(keep_alive) : std::exchange(held_, {});
            emptied_.notify();
            const bool taken = co_await out.write(std::move(next));
            if (!taken) co_return;
        }
    }

private:
    std::string held_;
    bool closed_ = false;
    async::signal filled_;
    async::signal emptied_;
};

/// How long to wait before the journal is asked once more: short at first, never longer than a second.
class pauses {
public:
    std::chrono::milliseconds next() {
        constexpr std::chrono::milliseconds longest = std::chrono::seconds(1);
        return std::exchange(pause_, std::min(2 * pause_, longest));
    }

private:
    std::chrono::milliseconds pause_{50};
};

/// One reading of a log as events.
class reading {
public:
    reading(log_sources from, outbox& out) : from_(from), out_(out) {}

    /// Everything, up to the last event.
    asio::awaitable<void> run(journal::job_record job, std::shared_ptr<kept_log> file) {
        if (!file) {
            const auto followed = co_await follow(job);
            if (!followed) {
                const auto why = "the log breaks off: " + describe(followed.error());
                co_await out_.add(lines_.finish() + to_event("error", why));
                co_return;
            }
            co_await wait_for_end(job);
            // The container may have gone before anybody asked for its log.
            if (!begun_) file = co_await kept_log::open(from_.pool, job.log);
        }
        if (file) co_await file->read(from_.pool, sink());
        co_await wait_for_end(job);
        co_await out_.add(lines_.finish() + last_event(job));
    }

private:
    log_sink sink() {
        return [this](std::string piece) {
            begun_ = true;
            return out_.add(lines_.feed(piece));
        };
    }

    /// Follows the container to its end. One that is about to be started has no log yet and is asked again.
    asio::awaitable<core::result<void>> follow(journal::job_record& job) {
        for (pauses wait; job.state == journal::job_state::running;) {
            auto followed = co_await from_.agents.follow_log(job.container, sink());
            const bool gone = !followed && followed.error().code == core::errc::no_such_container;
            if (!followed && !gone) co_return followed;
            if (begun_) break;
            co_await look_again(job, wait);
        }
        co_return core::result<void>{};
    }

    /// Suspends until the job's end is written down, which is soon after that of its agent, or that has taken too long.
    asio::awaitable<void> wait_for_end(journal::job_record& job) {
        const auto give_up = clock::now() + end_bound;
        for (pauses wait; ends(job) && clock::now() < give_up;) co_await look_again(job, wait);
    }

    asio::awaitable<void> look_again(journal::job_record& job, pauses& wait) {
        co_await async::sleep_for(wait.next());
        auto known = co_await from_.journal.find(job.id);
        if (known && *known) job = std::move(**known);
    }

    static bool ends(const journal::job_record& job) {
        return job.state == journal::job_state::running || job.state == journal::job_state::finishing;
    }

    static std::string last_event(const journal::job_record& job) {
        const std::string state(to_text(job.state));
        if (is_final(job.state)) return to_event("end", state);
        return to_event("error", "the log ends here, and the job is " + state);
    }

    log_sources from_;
    outbox& out_;
    line_events lines_;
    bool begun_ = false;
};

asio::awaitable<void> fill(log_sources from, journal::job_record job, std::shared_ptr<kept_log> file, outbox& out) {
    reading one(from, out);
    co_await one.run(std::move(job), std::move(file));
    co_await out.close();
}

}  // namespace

asio::awaitable<void> send_log_events(log_sources from, journal::job_record job, std::shared_ptr<kept_log> file,
                                      http::body_writer& out) {
    outbox waiting(co_await asio::this_coro::executor);
    co_await async::race(fill(from, std::move(job), std::move(file), waiting), waiting.send(out));
}

}  // namespace familiar::app
