#include "running_server.hpp"

#include <stdexcept>

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace familiar::test {

namespace {

using stream = asio::awaitable<void> (*)(handler_state&, http::body_writer&);

/// Counts a stream while it is written.
class counted {
public:
    explicit counted(handler_state& state) : state_(state) { ++state_.streaming; }
    ~counted() {
        --state_.streaming;
        ++state_.ended;
    }
    counted(const counted&) = delete;
    counted& operator=(const counted&) = delete;

private:
    handler_state& state_;
};

asio::awaitable<void> count(handler_state& state, http::body_writer& out) {
    const counted mark(state);
    co_await out.write("one");
    co_await out.write("");
    co_await async::sleep_for(1ms);
    co_await out.write("two");
    co_await out.write("three");
}

asio::awaitable<void> nothing(handler_state& state, http::body_writer&) {
    const counted mark(state);
    co_return;
}

asio::awaitable<void> silent_from_the_start(handler_state& state, http::body_writer&) {
    const counted mark(state);
    while (!state.release) co_await async::sleep_for(2ms);
}

asio::awaitable<void> silent(handler_state& state, http::body_writer& out) {
    co_await out.write("begun");
    co_await silent_from_the_start(state, out);
}

asio::awaitable<void> flood(handler_state& state, http::body_writer& out) {
    const counted mark(state);
    while (co_await out.write(std::string(100000, 'x'))) {
    }
}

asio::awaitable<void> deaf(handler_state& state, http::body_writer& out) {
    const counted mark(state);
    for (;;) {
        co_await out.write(std::string(100000, 'x'));
        co_await async::sleep_for(1ms);
    }
}

asio::awaitable<void> throw_later(handler_state& state, http::body_writer& out) {
    const counted mark(state);
    co_await out.write("begun");
    throw std::runtime_error("the database password is hunter2");
}

asio::awaitable<void> throw_now(handler_state&, http::body_writer&) {
    throw std::logic_error("at once");
}

asio::awaitable<http::response> streamed(stream write, handler_state& state) {
    http::response answer{.status = 200, .content_type = "text/plain"};
    answer.stream = [write, &state](http::body_writer& out) { return write(state, out); };
    co_return answer;
}

}  // namespace

void add_streams(http::router& routes, handler_state& state) {
    const auto add = [&](const char* method, const char* path, stream write) {
        routes.add(method, path, [write, &state](http::request) { return streamed(write, state); });
    };
    add("GET", "/stream/count", count);
    add("POST", "/stream/count", count);
    add("GET", "/stream/empty", nothing);
    add("GET", "/stream/silent", silent);
    add("GET", "/stream/silent-from-the-start", silent_from_the_start);
    add("GET", "/stream/flood", flood);
    add("GET", "/stream/deaf", deaf);
    add("GET", "/stream/throw", throw_later);
    add("GET", "/stream/throw-now", throw_now);
}

}  // namespace familiar::test
