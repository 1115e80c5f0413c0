#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/intrusive/list.hpp>

#include <chrono>
#include <cstddef>

namespace familiar::http {

class seat;

/// Who gives way when all of limits::max_connections are taken: the connection that has been without a whole request
/// for longest, those that still have to send a head before those that send a body. One whose request is being answered
/// never does. Everything costs the same, however many there are.
class seating {
public:
    /// Ends the connection that gives way, without a word. False if there is none. One that has waited for its head for
    /// less than `grace` is spared while a body has been awaited for longer: else a flood of slow bodies would leave
    /// newcomers nothing but each other's seats.
    bool make_room(std::chrono::milliseconds grace);

    /// Seats that are taken. A connection that gave way has none any more, though its session may not know yet.
    std::size_t taken() const noexcept { return taken_; }

private:
    friend class seat;
    using hook = boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;
    using line =
        boost::intrusive::list<seat, boost::intrusive::base_hook<hook>, boost::intrusive::constant_time_size<false>>;

    /// In the order in which they came into it.
    struct lines {
        line head;
        line body;
    };

    lines waiting_;
    std::size_t taken_ = 0;
};

/// The place of one connection that is served; given back with it.
class seat : public seating::hook {
public:
    /// It waits for a head.
    seat(seating& of, boost::asio::ip::tcp::socket& socket) : of_(of), socket_(socket) {
        ++of_.taken_;
        wait_for_head();
    }
    ~seat() {
        if (!lost_) --of_.taken_;
    }
    seat(const seat&) = delete;
    seat& operator=(const seat&) = delete;

    /// From now on it has nothing of a request, or only a part of its head, or has been answered for the last time.
    void wait_for_head() { wait_in(of_.waiting_.head); }
    /// From now on it has a request's head, but not its whole body.
    void wait_for_body() { wait_in(of_.waiting_.body); }
    /// From now on it does not give way.
    void keep() {
        if (is_linked()) unlink();
    }

    /// It gave way: its socket is closed, and what arrived before counts for nothing.
    bool lost() const noexcept { return lost_; }

private:
    friend class seating;

    void wait_in(seating::line& line) {
        keep();
        since_ = std::chrono::steady_clock::now();
        if (!lost_) line.push_back(*this);
    }

    void lose() {
        keep();
        lost_ = true;
        --of_.taken_;
        boost::system::error_code ignored;
        socket_.close(ignored);
    }

    seating& of_;
    boost::asio::ip::tcp::socket& socket_;
    std::chrono::steady_clock::time_point since_{};  ///< it waits
    bool lost_ = false;
};

inline bool seating::make_room(std::chrono::milliseconds grace) {
    auto& [head, body] = waiting_;
    if (head.empty() && body.empty()) return false;
    const auto is_spared = [&](const seat& one) {
        return body.front().since_ < one.since_ && std::chrono::steady_clock::now() - one.since_ < grace;
    };
    const bool from_body = !body.empty() && (head.empty() || is_spared(head.front()));
    (from_body ? body : head).front().lose();
    return true;
}

}  // namespace familiar::http
