#include "http/session.hpp"

#include "async/timeout.hpp"
#include "http/connection.hpp"
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
#include <boost/beast/http/read.hpp>

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

/// Room for the header and body of an ordinary webhook: without it a body comes in many small reads.
constexpr std::size_t first_read = std::size_t{16} * 1024;
/// What one read of a body asks for.
constexpr std::size_t body_step = std::size_t{64} * 1024;
/// For how long a refused client may go on sending, so that it reads the answer before it sees a reset.
constexpr std::chrono::seconds linger_time{2};
constexpr std::chrono::seconds retry_after{5};

/// One request on its way to an answer.
struct exchange {
    explicit exchange(session_environment& shared) : held(shared.buffered) {}

    clock::time_point started = clock::now();
    clock::time_point deadline{};
    request_parser parser{};
    request incoming{};
    router::match found{};
    buffer_budget::lease held;
};

class session {
public:
    session(tcp::socket socket, session_environment& shared)
        : shared_(shared),
          connection_(std::make_shared<connection>(std::move(socket))),
          socket_(connection_->socket()),
          buffer_(shared.bounds.max_header + body_step),
          remote_(connection_->remote()) {
        buffer_.reserve(std::min(first_read, buffer_.max_size()));
        error_code ignored;
        socket_.set_option(tcp::no_delay(true), ignored);
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

    asio::awaitable<void> turn_away() {
        const auto answer = unavailable("too many connections", retry_after);
        if (co_await send(answer, {})) co_await linger();
    }

private:
    /// True once something of a request is in the buffer; false if none will come.
    asio::awaitable<bool> wait_for_request() {
        for (;;) {
            skip_blank_lines();
            if (buffer_.size() > 0) co_return true;
            error_code failed;
            if (shared_.closing && socket_.available(failed) == 0) co_return false;
            const socket_mark mark(shared_.waiting, socket_);
            const auto room = buffer_.prepare(std::min(first_read, buffer_.max_size()));
            const auto size = co_await socket_.async_read_some(room, asio::redirect_error(asio::use_awaitable, failed));
            buffer_.commit(size);
            if (failed) co_return false;
        }
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
        exchange now(shared_);
        now.deadline = now.started + shared_.bounds.request_timeout;
        now.parser.header_limit(static_cast<std::uint32_t>(shared_.bounds.max_header));
        now.parser.body_limit(boost::none);

        error_code failed;
        std::optional<response> answer = co_await receive(now, failed);
        if (failed && !answer) co_return false;
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
        bool unread = !whole;
        if (sent && answer->stream && !form.head) {
            const auto end = co_await stream_body(*connection_, shared_, *answer, !http_1_0, now.found.found->label);
            sent = end != stream_end::cut;
            unread = end == stream_end::whole_spoke;
        }
        if (sent && unread) co_await linger();
        co_return sent && !unread && form.keep_alive;
    }

    /// Reads a whole request into `now`, or as much as it takes to refuse it. `failed` without an answer: the peer is
    /// gone.
    asio::awaitable<std::optional<response>> receive(exchange& now, error_code& failed) {
        co_await beast::http::async_read_header(socket_, buffer_, now.parser,
                                                asio::redirect_error(asio::use_awaitable, failed));
        if (failed) co_return refuse_unreadable(failed, connection_->expired());

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

        if (expects_continue(now.parser))
            co_await connection_->write("HTTP/1.1 100 Continue\r\n\r\n", shared_.bounds.idle_timeout, failed);
        if (failed) co_return std::nullopt;
        connection_->expire_at(now.deadline);
        co_return co_await read_body(now, failed);
    }

    static bool expects_continue(const request_parser& parser) {
        return !parser.is_done() && parser.get().version() >= 11 &&
               beast::iequals(parser.get()[beast::http::field::expect], "100-continue");
    }

    static response buffers_full() { return unavailable("too much is being received", retry_after); }

    asio::awaitable<std::optional<response>> read_body(exchange& now, error_code& failed) {
        auto& body = now.incoming.body;
        while (!now.parser.is_done()) {
            const auto have = body.size();
            body.resize(have +
                        std::min<std::uint64_t>(now.parser.content_length_remaining().value_or(body_step), body_step));
            auto& window = now.parser.get().body();
            window.data = body.data() + have;
            window.size = body.size() - have;
            window.more = true;
            co_await beast::http::async_read_some(socket_, buffer_, now.parser,
                                                  asio::redirect_error(asio::use_awaitable, failed));
            body.resize(body.size() - window.size);
            if (failed == beast::http::error::need_buffer) failed = {};
            if (failed) co_return refuse_unreadable(failed, connection_->expired());
            if (body.size() > shared_.bounds.max_body)
                co_return error(413, "the body is larger than " + std::to_string(shared_.bounds.max_body) + " bytes");
            if (!now.held.grow_to(body.size())) co_return buffers_full();
        }
        co_return std::nullopt;
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
        observe::error("a request failed", {{"route", route.label}, {"error", thrown}});
        co_return error(500, "internal error");
    }

    asio::awaitable<bool> send(const response& answer, response_form form) {
        error_code failed;
        co_await connection_->write(to_wire(answer, form, core::now()), shared_.bounds.idle_timeout, failed);
        co_return !failed;
    }

    /// Reads on after the last answer and forgets what comes: to close a socket with unread input resets it, and the
    /// reset can overtake the answer.
    asio::awaitable<void> linger() {
        error_code failed;
        socket_.shutdown(tcp::socket::shutdown_send, failed);
        connection_->expire_after(linger_time);
        std::array<char, 16384> forgotten;
        const socket_mark mark(shared_.waiting, socket_);
        while (!failed && !shared_.closing)
            co_await socket_.async_read_some(asio::buffer(forgotten),
                                             asio::redirect_error(asio::use_awaitable, failed));
    }

    session_environment& shared_;
    std::shared_ptr<connection> connection_;
    tcp::socket& socket_;
    beast::flat_buffer buffer_;
    std::string remote_;
};

}  // namespace

asio::awaitable<void> serve(tcp::socket socket, session_environment& shared) {
    session one(std::move(socket), shared);
    co_await one.run();
}

asio::awaitable<void> turn_away(tcp::socket socket, session_environment& shared) {
    session one(std::move(socket), shared);
    co_await one.turn_away();
}

}  // namespace familiar::http
