#pragma once

#include "async/sleep.hpp"
#include "async/task_group.hpp"
#include "http/server.hpp"
#include "support/unit_test.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace familiar::test {

/// What the routes of test_routes() have seen and are told.
struct handler_state {
    std::atomic<int> running = 0;    ///< requests in /slow or /hold
    std::atomic<int> cancelled = 0;  ///< of those, how many were cancelled
    std::atomic<bool> release = false;
    std::atomic<int> streaming = 0;  ///< streams that are being written
    std::atomic<int> ended = 0;      ///< streams that have ended, in whichever way
};

/// GET /hello, POST /echo, POST /json, GET /items/{id}, GET /headers, GET /slow and POST /hold (until released), GET
/// /throw, GET /throw-now, GET /abort, GET /large; and those of add_streams().
http::router test_routes(handler_state& state);

/// GET /stream/count ("one", nothing, "two", "three"), /stream/empty, /stream/silent ("begun", then nothing until
/// released), /stream/silent-from-the-start, /stream/flood (without an end), /stream/throw ("begun" first),
/// /stream/throw-now, /stream/deaf (goes on after write() said false until it is cancelled), POST /stream/count.
void add_streams(http::router& routes, handler_state& state);

/// A server on a thread and a free port of its own. Destroying it closes it.
class running_server {
public:
    explicit running_server(http::limits limits = {});
    ~running_server();

    std::uint16_t port() const { return port_; }

    /// Blocks until the server is closed.
    void close(std::chrono::milliseconds bound);
    /// Starts to close it and returns; the future is ready when it is closed.
    std::future<void> start_closing(std::chrono::milliseconds bound);
    void set_draining();
    std::size_t connections();

    /// Blocks until `condition`, which is asked on the server's thread, holds.
    void wait_for(std::function<bool()> condition);

    struct seen_request {
        std::string route;
        unsigned status;
    };
    /// What the observer was told, in order.
    std::vector<seen_request> seen();

    handler_state state;

private:
    boost::asio::io_context context_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{context_.get_executor()};
    std::mutex mutex_;
    std::vector<seen_request> seen_;
    http::server server_;
    async::task_group tasks_;
    std::uint16_t port_ = 0;
    bool closed_ = false;
    std::thread thread_;
};

}  // namespace familiar::test
