#include "http/streaming.hpp"

#include "async/race.hpp"
#include "async/timeout.hpp"
#include "observe/log.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <array>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <utility>

namespace asio = boost::asio;
using boost::system::error_code;

namespace familiar::http {

namespace {

constexpr auto never = connection::time_point::max();

std::string to_chunk(std::string_view piece) {
    std::array<char, 24> size{};
    const int length = std::snprintf(size.data(), size.size(), "%zx\r\n", piece.size());
    std::string chunk(size.data(), static_cast<std::size_t>(length));
    chunk += piece;
    chunk += "\r\n";
    return chunk;
}

void throw_if(const asio::cancellation_state& state) {
    if (state.cancelled() != asio::cancellation_type::none) async::detail::throw_aborted();
}

class socket_writer : public body_writer {
public:
    socket_writer(connection& to, std::chrono::milliseconds patience, bool chunked)
        : to_(to), patience_(patience), chunked_(chunked) {}

    asio::awaitable<bool> write(std::string piece) override {
        if (failed_) co_return false;
        // A chunk of no bytes would be the end of the body.
        if (piece.empty()) co_return true;
        co_return co_await send(chunked_ ? to_chunk(piece) : std::move(piece));
    }

    /// The end of the body. False if it could not be sent, or something before it.
    asio::awaitable<bool> finish() {
        if (failed_ || !chunked_) co_return !failed_;
        co_return co_await send("0\r\n\r\n");
    }

private:
    asio::awaitable<bool> send(std::string bytes) {
        co_await to_.write(std::move(bytes), patience_, failed_);
        throw_if(co_await asio::this_coro::cancellation_state);
        to_.expire_at(never);
        co_return !failed_;
    }

    connection& to_;
    std::chrono::milliseconds patience_;
    bool chunked_;
    error_code failed_;
};

/// Ends when the client is gone, or says too much, or the server closes. `spoke` counts what the client has sent.
asio::awaitable<void> watch(connection& from, session_environment& shared, std::size_t& spoke) {
    const socket_mark mark(shared.streaming, from.socket());
    std::array<char, 1024> forgotten;
    error_code failed;
    while (!failed && !shared.closing && spoke <= shared.bounds.max_header)
        spoke += co_await from.socket().async_read_some(asio::buffer(forgotten),
                                                        asio::redirect_error(asio::use_awaitable, failed));
}

}  // namespace

asio::awaitable<stream_end> stream_body(connection& to, session_environment& shared, const response& answer,
                                        bool chunked, std::string_view route) {
    socket_writer out(to, shared.bounds.idle_timeout, chunked);
    std::size_t spoke = 0;
    bool ended = false;
    std::optional<std::string> thrown;
    to.expire_at(never);
    try {
        ended = co_await async::race(answer.stream(out), watch(to, shared, spoke)) == 0;
    } catch (const std::exception& failure) {
        thrown = failure.what();
    } catch (...) {
        thrown = "an exception of unknown type";
    }
    throw_if(co_await asio::this_coro::cancellation_state);
    if (thrown) observe::error("a request failed", {{"route", route}, {"reason", *thrown}});
    if (!ended) co_return stream_end::cut;
    if (!co_await out.finish()) co_return stream_end::cut;
    co_return spoke > 0 ? stream_end::whole_spoke : stream_end::whole;
}

}  // namespace familiar::http
