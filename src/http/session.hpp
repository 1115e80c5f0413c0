#pragma once

#include "http/buffer_budget.hpp"
#include "http/limits.hpp"
#include "http/router.hpp"
#include "http/seating.hpp"
#include "http/server.hpp"
#include "http/socket_mark.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace familiar::http {

/// What all sessions of one server share; it outlives them.
struct session_environment {
    const router& routes;
    const limits& bounds;
    const request_observer& on_end;
    buffer_budget& buffered;
    bool draining = false;  ///< answers end their connections
    bool closing = false;   ///< no connection waits for a request any more
    /// The sockets whose session waits for a request's first byte, or for the peer to close.
    socket_list waiting{};
    /// The sockets whose session streams a body: it ends when their operations are cancelled while `closing`.
    socket_list streaming{};
    /// Who gives way to a newcomer.
    seating seats{};
};

/// Serves one connection to its end; its seat is taken when this is called. Ends early when cancelled, or when it has
/// to give way, without a word to the client.
boost::asio::awaitable<void> serve(boost::asio::ip::tcp::socket socket, session_environment& shared);

/// Tells a client that there are too many connections, and ends its own.
boost::asio::awaitable<void> turn_away(boost::asio::ip::tcp::socket socket, session_environment& shared);

}  // namespace familiar::http
