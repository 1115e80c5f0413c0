#include "http/connection.hpp"

#include <boost/asio/ip/address.hpp>

#include <utility>

namespace asio = boost::asio;

namespace familiar::http {

connection::connection(asio::ip::tcp::socket socket) : socket_(std::move(socket)), timer_(socket_.get_executor()) {}

void connection::expire_at(time_point when) {
    expired_ = false;
    timer_.expires_at(when);
    timer_.async_wait([weak = weak_from_this(), when](boost::system::error_code cancelled) {
        const auto self = weak.lock();
        // A wait that was over when a later time was set is none of this time's business.
        if (cancelled || !self || self->timer_.expiry() != when) return;
        self->expired_ = true;
        boost::system::error_code ignored;
        self->socket_.cancel(ignored);
    });
}

std::string connection::remote() const {
    boost::system::error_code gone;
    const auto peer = socket_.remote_endpoint(gone);
    if (gone) return {};
    auto address = peer.address();
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    return address.to_string();
}

}  // namespace familiar::http
