#include "http/connection.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <string_view>
#include <utility>

namespace asio = boost::asio;

namespace familiar::http {

connection::connection(asio::ip::tcp::socket socket) : socket_(std::move(socket)), timer_(socket_.get_executor()) {}

void connection::expire_at(time_point when) {
    expired_ = false;
    deadline_ = when;
    if (!timed_ || when < timer_.expiry()) look_at_deadline();
}

void connection::look_at_deadline() {
    timed_ = true;
    timer_.expires_at(deadline_);
    timer_.async_wait([weak = weak_from_this()](boost::system::error_code cancelled) {
        const auto self = weak.lock();
        if (cancelled || !self) return;  // if cancelled, another wait has taken its place
        if (clock::now() < self->deadline_) return self->look_at_deadline();
        self->timed_ = false;
        self->expired_ = true;
        boost::system::error_code ignored;
        self->socket_.cancel(ignored);
    });
}

asio::awaitable<void> connection::write(std::string text, std::chrono::milliseconds patience,
                                        boost::system::error_code& failed) {
    std::string_view rest = text;
    while (!rest.empty() && !failed) {
        expire_after(patience);
        const auto sent =
            co_await socket_.async_write_some(asio::buffer(rest), asio::redirect_error(asio::use_awaitable, failed));
        rest.remove_prefix(sent);
    }
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
