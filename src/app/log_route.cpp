#include "app/log_route.hpp"

#include "app/kept_log.hpp"
#include "app/log_events.hpp"

namespace asio = boost::asio;

namespace familiar::app {

namespace {

using journal::job_state;

bool has_started(job_state state) {
    return state == job_state::running || state == job_state::finishing || is_final(state);
}

http::response no_log(const journal::job_record& job) {
    const auto name = "job " + job.id;
    if (!has_started(job.state))
        return http::error(404, name + " has no log yet: it is " + std::string(to_text(job.state)));
    if (job.log.empty()) return http::error(404, name + " has no log: its agent never started");
    return http::error(404, "the log of " + name + " is kept no longer, or could not be kept");
}

http::response streamed(std::string content_type, std::function<asio::awaitable<void>(http::body_writer&)> stream) {
    http::response answer;
    answer.content_type = std::move(content_type);
    answer.stream = std::move(stream);
    return answer;
}

log_sink into(http::body_writer& out) {
    return [&out](std::string piece) { return out.write(std::move(piece)); };
}

asio::awaitable<void> send_kept(log_sources from, std::shared_ptr<kept_log> file, http::body_writer& out) {
    co_await file->read(from.pool, into(out));
}

/// A log that breaks off must not look whole, so a failure is thrown: it cuts the answer. But if the container has gone
/// in the meantime, the log has become a file.
asio::awaitable<void> send_printed(log_sources from, journal::job_record job, http::body_writer& out) {
    const auto read = co_await from.agents.read_log(job.container, into(out));
    if (read) co_return;
    const auto file = co_await kept_log::open(from.pool, job.log);
    if (!file) read.value();
    co_await file->read(from.pool, into(out));
}

}  // namespace

asio::awaitable<http::response> log_as_text(log_sources from, journal::job_record job) {
    constexpr auto text = "text/plain; charset=utf-8";
    if (!has_started(job.state)) co_return no_log(job);
    if (auto file = co_await kept_log::open(from.pool, job.log))
        co_return streamed(text, [from, file](http::body_writer& out) { return send_kept(from, file, out); });
    if (is_final(job.state)) co_return no_log(job);
    co_return streamed(text, [from, job](http::body_writer& out) { return send_printed(from, job, out); });
}

asio::awaitable<http::response> log_as_events(log_sources from, journal::job_record job) {
    if (!has_started(job.state)) co_return no_log(job);
    auto file = co_await kept_log::open(from.pool, job.log);
    if (!file && is_final(job.state)) co_return no_log(job);
    auto answer = streamed("text/event-stream",
                           [from, job, file](http::body_writer& out) { return send_log_events(from, job, file, out); });
    // Proxies in front of the server pass events on at once (nginx: proxy_buffering).
    answer.headers.emplace_back("X-Accel-Buffering", "no");
    co_return answer;
}

}  // namespace familiar::app
