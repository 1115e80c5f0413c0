#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/intrusive/list.hpp>

namespace familiar::http {

class socket_mark;

using socket_hook = boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;
using socket_list = boost::intrusive::list<socket_mark, boost::intrusive::base_hook<socket_hook>,
                                           boost::intrusive::constant_time_size<false>>;

/// Keeps a socket in a list while it lives.
class socket_mark : public socket_hook {
public:
    socket_mark(socket_list& in, boost::asio::ip::tcp::socket& socket) : socket_(socket) { in.push_back(*this); }
    socket_mark(const socket_mark&) = delete;
    socket_mark& operator=(const socket_mark&) = delete;

    boost::asio::ip::tcp::socket& socket() noexcept { return socket_; }

private:
    boost::asio::ip::tcp::socket& socket_;
};

}  // namespace familiar::http
