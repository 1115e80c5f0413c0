#pragma once

#include "config/env_file.hpp"
#include "process/descriptor.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace familiar::app {

/// Whoever started the server and wants to know how it is, by systemd's protocol: datagrams to the socket that
/// NOTIFY_SOCKET names, a path or "@" and an abstract name (sd_notify(3), sd_watchdog_enabled(3)). Without one nothing
/// is sent. A manager that cannot be reached is logged, and otherwise ignored.
class service_manager {
public:
    /// `variables`: of the process. Children get none of them (process::passed_on).
    explicit service_manager(const config::environment& variables);

    /// Says that the server works; `status` is one line for people, as everywhere here.
    void ready(std::string_view status);

    /// Says that the configuration is being read again; ready() follows, whatever becomes of it.
    void reloading();

    /// Says that the server is ending and needs this long at most. Each call is a new estimate.
    void stopping(std::string_view status, std::chrono::milliseconds within);

    /// Says twice in each of the manager's watchdog intervals, from the event loop, that it turns. Returns at once
    /// where nobody watches; else until it is cancelled.
    boost::asio::awaitable<void> keep_alive();

    /// Renews what stopping() asked for, until that time has passed or it is cancelled: a server that hangs is not
    /// waited for longer than it said.
    boost::asio::awaitable<void> keep_asking_for_time();

private:
    void send(const std::string& state);
    void ask_for_time(const std::string& state);

    std::string address_;  ///< as NOTIFY_SOCKET has it; empty: nobody to tell
    process::descriptor socket_;
    std::optional<std::chrono::microseconds> watchdog_;
    std::chrono::steady_clock::time_point end_{};  ///< when the server will have ended, it thinks
    bool failing_ = false;                         ///< and that is logged
};

}  // namespace familiar::app
