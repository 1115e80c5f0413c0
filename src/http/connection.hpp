#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace familiar::http {

/// A socket whose operations are cancelled once a point in time has passed. The socket itself stays open, so that a
/// client whose time is up can still be told (beast::tcp_stream would have closed it).
class connection : public std::enable_shared_from_this<connection> {
public:
    using clock = std::chrono::steady_clock;
    using time_point = clock::time_point;

    explicit connection(boost::asio::ip::tcp::socket socket);

    boost::asio::ip::tcp::socket& socket() noexcept { return socket_; }

    /// Sets the time until which operations may take, those that are under way included. A request sets four, nearly
    /// all later than the one before: then the timer is left as it is, and when it wakes too early, set to what is
    /// left.
    void expire_at(time_point when);
    void expire_after(std::chrono::milliseconds duration) { expire_at(clock::now() + duration); }

    /// The time that was set last has passed.
    bool expired() const noexcept { return expired_; }

    /// Sends all of `text`, which takes as long as the peer goes on reading: each step has `patience`, and the time
    /// that was set before is forgotten.
    boost::asio::awaitable<void> write(std::string text, std::chrono::milliseconds patience,
                                       boost::system::error_code& failed);

    /// The peer's address without port; IPv4 also where it came in through an IPv6 socket. Empty if it is gone.
    std::string remote() const;

private:
    void look_at_deadline();

    boost::asio::ip::tcp::socket socket_;
    boost::asio::steady_timer timer_;
    bool timed_ = false;  ///< the timer runs, and not for longer than to the deadline
    time_point deadline_{};
    bool expired_ = false;
};

}  // namespace familiar::http
