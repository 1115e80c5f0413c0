#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <set>

namespace familiar::http {

using socket_set = std::set<boost::asio::ip::tcp::socket*>;

/// Keeps a socket in a set while it lives.
class socket_mark {
public:
    socket_mark(socket_set& set, boost::asio::ip::tcp::socket& socket) : set_(set), socket_(&socket) {
        set_.insert(socket_);
    }
    ~socket_mark() { set_.erase(socket_); }
    socket_mark(const socket_mark&) = delete;
    socket_mark& operator=(const socket_mark&) = delete;

private:
    socket_set& set_;
    boost::asio::ip::tcp::socket* socket_;
};

}  // namespace familiar::http
