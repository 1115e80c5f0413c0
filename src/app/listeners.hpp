#pragma once

#include "app/routes.hpp"
#include "async/task_group.hpp"
#include "config/settings.hpp"
#include "http/server.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace familiar::app {

/// The HTTP servers of the process: one for everybody and, with `server.admin_port`, one for operators. Each takes
/// `server.max_connections`; what bodies may hold they share. close() before it is destroyed.
class listeners {
public:
    listeners(const boost::asio::any_io_executor& executor, const config::server_settings& server, route_tables routes,
              const http::request_observer& on_end);

    /// Binds them all, so that a port that is taken is known before anybody is answered. Returns the port for
    /// everybody.
    core::result<std::uint16_t> listen();

    /// Accepts, in tasks of `background`.
    void run_in(async::task_group& background);

    void set_draining();

    /// As http::server::close, one after the other, operators last.
    boost::asio::awaitable<void> close(std::chrono::milliseconds bound);

private:
    struct listener {
        listener(std::string_view named, std::uint16_t wanted, const boost::asio::any_io_executor& executor,
                 http::router routes, const http::limits& bounds, const http::request_observer& on_end,
                 std::shared_ptr<http::buffer_budget> buffered)
            : key(named), port(wanted), server(executor, std::move(routes), bounds, on_end, std::move(buffered)) {}

        std::string_view key;  ///< of the configuration
        std::uint16_t port;
        http::server server;
    };

    std::string host_;
    std::list<listener> all_;
};

}  // namespace familiar::app
