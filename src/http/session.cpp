#include "http/session.hpp"

#include "async/timeout.hpp"
#include "http/connection.hpp"
#include "http/exchange.hpp"
#include "http/request_head.hpp"
#include "http/response_text.hpp"
#include "http/streaming.hpp"
#include "observe/log.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <exception>
#include <memory>
#include <utility>

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using boost::system::error_code;

namespace familiar::http {

namespace {

using clock = std::chrono::steady_clock;

/// What an ordinary answer fits into: the kernel takes it at once, and a client that does not read holds no place.
constexpr int send_buffer = 256 * 1024;
/// For how long a refused client may go on sending, so that it reads the answer before it sees a reset.
constexpr std::chrono::seconds linger_time{2};
constexpr std::chrono::seconds retry_after{5};

/// Reads on after the last answer and forgets what comes: to close a socket with unread input resets it, and the reset
/// can overtake the answer.
asio::awaitable<void> linger(connection& with, session_environment& shared) {
    error_code failed;
    with.socket().shutdown(tcp::socket::shutdown_send, failed);
    with.expire_after(linger_time);
    std::array<char, 16384> forgotten;
    const socket_mark mark(shared.waiting, with.socket());
    while (!failed && !shared.closing)
        co_await with.socket().async_read_some(asio::buffer(forgotten),
                                               asio::redirect_error(asio::use_awaitable, failed));
}

class session {
public:
    session(tcp::socket socket, session_environment& shared)
        : shared_(shared),
          connection_(std::make_shared<connection>(std::move(socket))),
          socket_(connection_->socket()),
          seat_(shared.seats, socket_),
          buffer_(shared.bounds.max_header),
          remote_(connection_->remote()) {
        error_code ignored;
        socket_.set_option(tcp::no_delay(true), ignored);
        socket_.set_option(tcp::socket::send_buffer_size(send_buffer), ignored);
    }

    asio::awaitable<void> run() {
        connection_->expire_after(shared_.bounds.header_timeout);
        bool open = co_await wait_for_request();
        while (open) {
            open = co_await answer_one();
            if (!open) break;
            connection_->expire_after(shared_.bounds.idle_timeout);
            open = co_await wait_for_request();
            if (open) connection_->expire_after(shared_.bounds.header_timeout);
        }
    }

private:
    /// True once something of a request is in the buffer; false if none will come.
    asio::awaitable<bool> wait_for_request() {
        seat_.wait_for_head();
        for (;;) {
            skip_blank_lines();
            if (buffer_.size() > 0) co_return true;
            let_go_of_buffer();
            error_code failed;
            if (shared_.closing && socket_.available(failed) == 0) co_return false;
            const socket_mark mark(shared_.waiting, socket_);
            co_await socket_.async_wait(tcp::socket::wait_read, asio::redirect_error(asio::use_awaitable, failed));
            if (!failed) co_await read_some(failed);
            if (failed) co_return false;
        }
    }

    /// Reads what has come, or the next that does, into the buffer, which has room.
    asio::awaitable<void> read_some(error_code& failed) {
        const auto room = buffer_.prepare(buffer_.max_size() - buffer_.size());
        const auto size = co_await socket_.async_read_some(room, asio::redirect_error(asio::use_awaitable, failed));
        buffer_.commit(size);
    }

    /// While a request is awaited or answered, no empty buffer is held for it: who reads next takes over its memory,
    /// and finds it in the processor's caches.
    void let_go_of_buffer() {
        if (buffer_.size() == 0) buffer_.shrink_to_fit();
    }

    /// Clients put blank lines between requests, and servers look past them (RFC 9112, 2.2).
    void skip_blank_lines() {
        const auto* bytes = static_cast<const char*>(buffer_.cdata().data());
        const auto* end = bytes + buffer_.size();
        const auto* first = std::find_if(bytes, end, [](char byte) { return byte != '\r' && byte != '\n'; });
        buffer_.consume(static_cast<std::size_t>(first - bytes));
    }

    /// Reads a request and answers it. True if the connection goes on.
    asio::awaitable<bool> answer_one() {
        exchange now(buffer_, shared_.bounds, shared_.buffered);
        error_code failed;
        std::optional<response> answer = co_await receive(now, failed);
        if (seat_.lost() || (failed && !answer)) co_return false;
        seat_.keep();
        let_go_of_buffer();
        const bool whole = !failed && now.parser.is_done();
        if (!answer) answer = co_await handle(now);

        // A stream may never end by itself, so none begins once the server waits for its sessions to end.
        if (answer->stream && shared_.closing) answer = unavailable("the server is closing", retry_after);

        const bool http_1_0 = now.parser.get().version() < 11;
        const bool ends_body = answer->stream && http_1_0;
        const response_form form{
            .head = now.parser.get().method() == beast::http::verb::head,
            .keep_alive = whole && now.parser.keep_alive() && !answer->close && !shared_.draining && !ends_body,
            .http_1_0 = http_1_0};
        const auto took = clock::now() - now.started;
        now.incoming.body = {};
        now.held.release();
        if (shared_.on_end) shared_.on_end({now.found.found ? now.found.found->label : "none", answer->status, took});
        bool sent = co_await send(*answer, form);
        bool unread = !whole || answer->close;
        if (sent && answer->stream && !form.head) {
            const auto end = co_await stream_body(*connection_, shared_, *answer, !http_1_0, now.found.found->label);
            sent = end != stream_end::cut;
            unread = end == stream_end::whole_spoke;
        }
        if (sent && unread) {
            seat_.wait_for_head();
            co_await linger(*connection_, shared_);
        }
        co_return sent && !unread && form.keep_alive;
    }

    /// Reads a whole request into `now`, or as much as it takes to refuse it. `failed` without an answer: the peer is
    /// gone.
    asio::awaitable<std::optional<response>> receive(exchange& now, error_code& failed) {
        auto step = now.parse_head();
        while (step == exchange::step::more) {
            co_await read_some(failed);
            if (failed) co_return refuse_unreadable(failed, connection_->expired(), shared_.bounds);
            step = now.parse_head();
        }
        if (step == exchange::step::refused) co_return now.refused;
        if (auto refused = refuse_message(now.parser)) {
            refused->close = true;
            co_return refused;
        }
        now.incoming = to_request(now.parser);
        now.incoming.received = core::now();
        now.incoming.remote = remote_;
        now.found = shared_.routes.find(now.incoming.method, now.incoming.path);
        now.incoming.id = now.found.id;
        if (auto refused = refuse_request(now.parser, now.found, shared_.bounds)) co_return refused;
        if (now.parser.content_length().value_or(0) > shared_.buffered.left()) co_return buffers_full();

        seat_.wait_for_body();
        if (expects_continue(now.parser))
            co_await connection_->write("HTTP/1.1 100 Continue\r\n\r\n", shared_.bounds.idle_timeout, failed);
        if (failed) co_return std::nullopt;
        connection_->expire_at(now.deadline);
        step = now.parse_body();
        while (step == exchange::step::more) {
            co_await read_some(failed);
            if (failed == asio::error::eof) failed = beast::http::error::partial_message;
            if (failed) co_return refuse_unreadable(failed, connection_->expired(), shared_.bounds);
            step = now.parse_body();
        }
        co_return now.refused;
    }

    static bool expects_continue(const request_parser& parser) {
        return !parser.is_done() && parser.get().version() >= 11 &&
               beast::iequals(parser.get()[beast::http::field::expect], "100-continue");
    }

    /// The route's answer, or what stands for it if there is none in time, or none at all.
    asio::awaitable<response> handle(exchange& now) {
        const auto& route = *now.found.found;
        std::string thrown;
        try {
            auto answer =
                co_await async::with_timeout(route.handle(std::move(now.incoming)), now.deadline - clock::now());
            if (answer) co_return std::move(*answer);
            observe::warning("a request took too long", {{"route", route.label}});
            co_return unavailable("the request took too long", retry_after);
        } catch (const std::exception& failure) {
            thrown = failure.what();
        } catch (...) {
            thrown = "an exception of unknown type";
        }
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none) async::detail::throw_aborted();
        observe::error("a request failed", {{"route", route.label}, {"reason", thrown}});
        co_return error(500, "internal error");
    }

    asio::awaitable<bool> send(const response& answer, response_form form) {
        error_code failed;
        co_await connection_->write(to_wire(answer, form, core::now()), shared_.bounds.idle_timeout, failed);
        co_return !failed;
    }

    session_environment& shared_;
    std::shared_ptr<connection> connection_;
    tcp::socket& socket_;
    seat seat_;
    beast::flat_buffer buffer_;
    std::string remote_;
};

asio::awaitable<void> run(std::unique_ptr<session> one) {
    co_await one->run();
}

}  // namespace

/// No coroutine itself, so that the seat is taken at once.
asio::awaitable<void> serve(tcp::socket socket, session_environment& shared) {
    return run(std::make_unique<session>(std::move(socket), shared));
}

asio::awaitable<void> turn_away(tcp::socket socket, session_environment& shared) {
    const auto stranger = std::make_shared<connection>(std::move(socket));
    const auto answer = unavailable("too many connections", retry_after);
    error_code failed;
    co_await stranger->write(to_wire(answer, {}, core::now()), shared.bounds.idle_timeout, failed);
    if (!failed) co_await linger(*stranger, shared);
}

}  // namespace familiar::http
