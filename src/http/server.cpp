#include "http/server.hpp"

#include "async/shield.hpp"
#include "async/task_group.hpp"
#include "http/listen.hpp"
#include "http/session.hpp"
#include "observe/log.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace familiar::http {

namespace {

constexpr std::chrono::milliseconds first_backoff{10};
constexpr std::chrono::milliseconds longest_backoff{1000};
/// So many of those who come when all connections are taken are told so; the rest is merely closed.
constexpr std::size_t told_at_once = 64;
/// A flood of connections is told of once in that time.
constexpr std::chrono::minutes between_warnings{1};
/// What cancelled sessions may take to end beyond the bound of close(): they have nothing left to wait for.
constexpr std::chrono::seconds end_of_cancelled{10};

void log_failure(std::exception_ptr thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const std::exception& failure) {
        observe::error("a connection ended with an exception", {{"reason", failure.what()}});
    } catch (...) {
        observe::error("a connection ended with an exception of unknown type");
    }
}

}  // namespace

struct server::implementation {
    implementation(asio::any_io_executor on, router table, limits limit, request_observer observer,
                   std::shared_ptr<buffer_budget> budget)
        : executor(on),
          routes(std::move(table)),
          bounds(limit),
          on_end(std::move(observer)),
          buffered(budget ? std::move(budget) : std::make_shared<buffer_budget>(bounds.max_buffered)),
          shared{routes, bounds, on_end, *buffered},
          acceptor(on),
          wake(on, asio::steady_timer::time_point::max()),
          accepting_ended(on, asio::steady_timer::time_point::max()),
          sessions(on, log_failure) {}

    /// While one lives, run() may still hand over a connection.
    struct accepting_mark {
        explicit accepting_mark(implementation& of) : own(of) { own.accepting = true; }
        ~accepting_mark() {
            own.accepting = false;
            own.accepting_ended.cancel();
        }
        accepting_mark(const accepting_mark&) = delete;
        accepting_mark& operator=(const accepting_mark&) = delete;
        implementation& own;
    };

    void admit(tcp::socket socket) {
        if (shared.seats.taken() < bounds.max_connections || make_room())
            sessions.spawn(serve(std::move(socket), shared));
        else if (sessions.size() < bounds.max_connections + told_at_once)
            sessions.spawn(turn_away(std::move(socket), shared));
    }

    bool make_room() {
        if (!shared.seats.make_room(bounds.newcomer_grace)) return false;
        ++gave_way;
        const auto now = std::chrono::steady_clock::now();
        if (now < quiet_until) return true;
        quiet_until = now + between_warnings;
        observe::warning("all connections are taken; the oldest without a whole request give way to new ones",
                         {{"max_connections", bounds.max_connections}, {"gave_way", std::exchange(gave_way, 0)}});
        return true;
    }

    asio::awaitable<void> accept() {
        const accepting_mark mark(*this);
        auto backoff = first_backoff;
        while (!shared.closing) {
            error_code failed;
            auto socket = co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, failed));
            if (!failed) {
                if (backoff > first_backoff) observe::info("connections are accepted again");
                backoff = first_backoff;
                admit(std::move(socket));
            } else if (failed != asio::error::operation_aborted) {
                if (backoff == first_backoff)
                    observe::error("a connection could not be accepted; trying again until it can",
                                   {{"reason", failed.message()}});
                wake.expires_after(backoff);
                co_await wake.async_wait(asio::redirect_error(asio::use_awaitable, failed));
                backoff = std::min(2 * backoff, longest_backoff);
            }
        }
    }

    /// What the kernel has accepted for us is served: whoever sent it believes that it was delivered.
    void stop_accepting() {
        error_code failed;
        acceptor.non_blocking(true, failed);
        while (!failed) {
            tcp::socket socket(executor);
            acceptor.accept(socket, failed);
            if (!failed) admit(std::move(socket));
        }
        acceptor.close(failed);
        wake.cancel();
    }

    /// Connections that wait for a request end, unless one has just arrived.
    void end_waiting() {
        for (auto& mark : shared.waiting) {
            error_code failed;
            if (mark.socket().available(failed) == 0) mark.socket().cancel(failed);
        }
    }

    /// Streams may never end by themselves. A session that is about to begin one sees `closing`.
    void end_streams() {
        for (auto& mark : shared.streaming) {
            error_code ignored;
            mark.socket().cancel(ignored);
        }
    }

    asio::awaitable<void> finish(std::chrono::milliseconds bound) {
        error_code woken;
        while (accepting) co_await accepting_ended.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        if (co_await sessions.join_for(bound)) co_return;
        observe::warning("connections are ended in the middle of a request", {{"connections", sessions.size()}});
        sessions.cancel();
        co_await sessions.join();
    }

    asio::any_io_executor executor;
    router routes;
    limits bounds;
    request_observer on_end;
    std::shared_ptr<buffer_budget> buffered;
    session_environment shared;
    std::size_t gave_way = 0;  ///< connections, since the last line of the log that told of it
    std::chrono::steady_clock::time_point quiet_until{};
    tcp::acceptor acceptor;
    asio::steady_timer wake;             ///< the pause after a failed accept
    asio::steady_timer accepting_ended;  ///< never expires; cancelled when run() ends
    bool accepting = false;
    async::task_group sessions;
};

server::server(asio::any_io_executor executor, router routes, limits bounds, request_observer on_end,
               std::shared_ptr<buffer_budget> buffered)
    : impl_(std::make_unique<implementation>(std::move(executor), std::move(routes), bounds, std::move(on_end),
                                             std::move(buffered))) {}

server::~server() = default;

core::result<std::uint16_t> server::listen(const std::string& host, std::uint16_t port) {
    return open_listener(impl_->acceptor, host, port);
}

asio::awaitable<void> server::run() {
    co_await impl_->accept();
}

void server::set_draining() {
    impl_->shared.draining = true;
}

asio::awaitable<void> server::close(std::chrono::milliseconds bound) {
    auto& own = *impl_;
    own.stop_accepting();
    own.shared.draining = true;
    own.shared.closing = true;
    own.end_waiting();
    own.end_streams();
    co_await async::shielded(own.finish(bound), bound + end_of_cancelled);
}

std::size_t server::connections() const noexcept {
    return impl_->sessions.size();
}

}  // namespace familiar::http
