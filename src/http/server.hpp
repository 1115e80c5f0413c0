#pragma once

#include "core/error.hpp"
#include "http/buffer_budget.hpp"
#include "http/limits.hpp"
#include "http/router.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace familiar::http {

/// One request that was answered, or that a limit ended. A streamed answer is told of when its head is sent: how long a
/// client follows says nothing about how fast the server is.
struct request_end {
    std::string_view route;  ///< the route's label; "none" for what no route answers
    unsigned status;
    std::chrono::steady_clock::duration
        took;  ///< from the request's first byte until its answer is handed to the socket
};

using request_observer = std::function<void(const request_end&)>;

/// One listener and its connections, HTTP/1.0 and 1.1, on one executor that runs on one thread.
///
/// The life of one: listen(), then run() in a task of the owner, then close() before it is destroyed (destroying it
/// with connections open is a bug and ends the process).
class server {
public:
    /// `buffered` is what the bodies of several servers share; without it they have limits::max_buffered of their own.
    server(boost::asio::any_io_executor executor, router routes, limits bounds, request_observer on_end = {},
           std::shared_ptr<buffer_budget> buffered = {});
    ~server();
    server(const server&) = delete;
    server& operator=(const server&) = delete;

    /// Binds and listens; connections wait in the backlog until run(). `host` is an address or a name; "::" takes IPv4
    /// too. Port 0 takes any. Returns the port, or why not, where, and what to do.
    core::result<std::uint16_t> listen(const std::string& host, std::uint16_t port);

    /// Accepts until close() or until the caller is cancelled, which leaves the connections to close().
    boost::asio::awaitable<void> run();

    /// From now on every answer ends its connection, so that few are left when close() comes. Idempotent.
    void set_draining();

    /// The last phase: accepts what already waits in the backlog and then nothing more, ends connections that wait for
    /// a request and streamed answers, which may never end by themselves, lets the others finish for at most `bound`,
    /// then cancels them. Nothing is left when it returns, even if the caller is cancelled in the meantime; run() has
    /// returned too.
    boost::asio::awaitable<void> close(std::chrono::milliseconds bound);

    std::size_t connections() const noexcept;

private:
    struct implementation;
    std::unique_ptr<implementation> impl_;
};

}  // namespace familiar::http
