#include "fuzz/answers.hpp"
#include "fuzz/input.hpp"
#include "fuzz/require.hpp"
#include "fuzz/strict_http.hpp"
#include "http/session.hpp"
#include "observe/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <array>
#include <cerrno>
#include <chrono>
#include <exception>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>

// The first byte says how the rest, a client's side of a connection, arrives. Its lowest three bits are an index into
// `piece_sizes`; 8: the client falls silent before it hangs up, and time is short; 16: the server drains. So "@" is
// everything at once, "A" byte by byte, "H" everything and then silence.

namespace {

using namespace familiar;
using namespace std::chrono_literals;
using fuzz::require;
namespace asio = boost::asio;

constexpr std::array<std::size_t, 8> piece_sizes{1 << 20, 1, 2, 3, 7, 16, 64, 500};
constexpr unsigned silent_bit = 8;
constexpr unsigned draining_bit = 16;

/// Beyond so many pieces the rest comes at once, or a long input would take seconds.
constexpr int most_pieces = 500;

/// Small, so that inputs of a few KB reach them.
http::limits make_limits(bool silent) {
    return {.header_timeout = silent ? 1ms : 60s,
            .request_timeout = silent ? 2ms : 60s,
            .idle_timeout = silent ? 2ms : 60s,
            .max_connections = 1,
            .max_header = 1024,
            .max_body = 2048,
            .max_buffered = 3072};
}

/// One connection: what was asked, as a strict reader has it, and what was answered.
struct conversation {
    explicit conversation(std::string_view wire) {
        while (auto request = fuzz::take_request(wire)) asked.push_back(std::move(*request));
    }

    /// Called by every handler: it sees what the strict reader sees in this place.
    void seen(const http::request& request) const {
        require(answered.size() < asked.size(), "what is handled is a request to a strict reader too");
        const auto& expected = asked[answered.size()];
        require(request.method == expected.method, "a handler sees the method that was sent");
        require(request.body == expected.body, "a handler sees the body that was sent");
        if (expected.target.starts_with('/'))
            require(request.path == expected.target.substr(0, expected.target.find('?')),
                    "a handler sees the path that was sent");
        require(request.body.size() <= make_limits(false).max_body, "a body is within its limit");
    }

    void ended(const http::request_end& end) {
        require(end.status >= 300 || answered.size() < asked.size(), "only a whole and right request has success");
        answered.push_back(end.status);
    }

    std::vector<fuzz::strict_request> asked;
    std::vector<unsigned> answered;
};

asio::awaitable<http::response> answer(const conversation& with, http::request request) {
    with.seen(request);
    co_return http::text(200, request.id + std::to_string(request.body.size()));
}

asio::awaitable<void> count(http::body_writer& out) {
    for (const auto* piece : {"one", "", "two", "three"})
        if (!co_await out.write(piece)) co_return;
}

asio::awaitable<http::response> stream(const conversation& with, http::request request) {
    with.seen(request);
    http::response counted{.content_type = "text/plain"};
    counted.stream = count;
    co_return counted;
}

http::router make_routes(const conversation& with) {
    const auto plain = [&with](http::request request) { return answer(with, std::move(request)); };
    http::router routes;
    routes.add("GET", "/get", plain);
    routes.add("POST", "/post", plain);
    routes.add("POST", "/json", plain, {}, http::body_type::json);
    routes.add("GET", "/items/{id}", plain);
    routes.add("GET", "/stream", [&with](http::request request) { return stream(with, std::move(request)); });
    return routes;
}

/// The client's end of the pair; the server's becomes a socket of asio's.
class client {
public:
    client() {
        require(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends_.data()) == 0,
                "a socketpair");
    }
    ~client() { ::close(ends_[0]); }
    client(const client&) = delete;
    client& operator=(const client&) = delete;

    int servers_end() const { return ends_[1]; }

    /// Sends a piece, or as much as there is room for; false if nobody takes it any more.
    bool send(std::string_view& wire, std::size_t piece) {
        const auto size = ::send(ends_[0], wire.data(), std::min(piece, wire.size()), MSG_NOSIGNAL);
        if (size < 0) return errno == EAGAIN;
        wire.remove_prefix(static_cast<std::size_t>(size));
        return true;
    }

    void hang_up() { ::shutdown(ends_[0], SHUT_WR); }

    void receive() {
        std::array<char, 4096> bytes;
        for (;;) {
            const auto size = ::recv(ends_[0], bytes.data(), bytes.size(), 0);
            if (size <= 0) return;
            received.append(bytes.data(), static_cast<std::size_t>(size));
        }
    }

    std::string received;

private:
    std::array<int, 2> ends_{};
};

/// Has the session read all of `wire`, in pieces, and waits for its end.
std::string talk(std::string_view wire, unsigned how, http::session_environment& shared) {
    client peer;
    asio::io_context context{1};
    asio::ip::tcp::socket socket(context);
    socket.assign(asio::ip::tcp::v4(), peer.servers_end());
    bool ended = false;
    asio::co_spawn(context, http::serve(std::move(socket), shared), [&ended](std::exception_ptr failure) {
        require(!failure, "a session does not throw");
        ended = true;
    });

    const auto piece = piece_sizes[how % piece_sizes.size()];
    context.poll();
    for (int pieces = 0; !wire.empty() && !ended; ++pieces) {
        if (!peer.send(wire, pieces < most_pieces ? piece : wire.size())) break;
        context.poll();
        peer.receive();
    }
    if ((how & silent_bit) != 0) context.run_for(4ms);
    peer.hang_up();
    while (!ended) {
        require(context.run_one_for(20s) != 0, "a session ends when its client has hung up");
        peer.receive();
    }
    context.run();
    peer.receive();
    return std::move(peer.received);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    observe::configure_log(observe::level::error, observe::log_format::logfmt);
    const unsigned how = data[0];
    const auto wire = fuzz::as_text(data + 1, size - 1);
    conversation with(wire);
    const auto routes = make_routes(with);
    const auto bounds = make_limits((how & silent_bit) != 0);
    const http::request_observer observer = [&with](const http::request_end& end) { with.ended(end); };
    http::buffer_budget buffered(bounds.max_buffered);
    http::session_environment shared{.routes = routes,
                                     .bounds = bounds,
                                     .on_end = observer,
                                     .buffered = buffered,
                                     .draining = (how & draining_bit) != 0};
    const auto received = talk(wire, how, shared);

    require(fuzz::statuses_in(received, with.asked) == with.answered, "a client receives the answers that were given");
    require((how & draining_bit) == 0 || with.answered.size() <= 1, "while it drains, an answer ends the connection");
    require(buffered.left() == bounds.max_buffered, "a session that has ended holds no memory");
    require(shared.waiting.empty() && shared.streaming.empty(), "a session that has ended is forgotten");
    return 0;
}
