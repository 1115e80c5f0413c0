#include "http/client_link.hpp"

#include "async/timeout.hpp"
#include "http/classify.hpp"
#include "http/client_answer.hpp"
#include "http/client_lookup.hpp"
#include "http/client_tls.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <cerrno>
#include <sys/socket.h>

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using boost::system::error_code;

namespace familiar::http {

namespace {

constexpr unsigned proxy_credentials_wanted = 407;

asio::awaitable<void> connect_one(tcp::socket& socket, tcp::endpoint address, error_code& failed) {
    co_await socket.async_connect(address, asio::redirect_error(asio::use_awaitable, failed));
}

}  // namespace

core::error broken(const std::string& sentence, const error_code& failed) {
    if (failed == asio::error::operation_aborted) async::detail::throw_aborted();
    return classify(sentence, failed);
}

core::error proxy_refusal(const proxy& through) {
    return core::fail(core::errc::authentication_failed,
                      "the proxy " + through.authority() +
                          " wants credentials, or others (407): write them into the URL of http_proxy or https_proxy, "
                          "http://user:password@" +
                          through.authority());
}

asio::awaitable<core::result<void>> link::open(const destination& where, const route& way) {
    const auto& host = way.through ? way.through->host : where.host;
    const auto& port = way.through ? way.through->port : where.port;
    const auto named = way.through ? "the proxy " + way.through->authority() : where.authority;
    auto step = co_await connect(host, port, named, way.limit);
    if (!step || !where.tls) co_return step;
    if (way.through) step = co_await ask_proxy(where, *way.through);
    if (!step) co_return step;
    co_return co_await secure(where, way);
}

asio::awaitable<core::result<void>> link::connect(const std::string& host, const std::string& port,
                                                  const std::string& named, std::chrono::milliseconds limit) {
    const auto addresses = co_await look_up(host, port);
    if (!addresses)
        co_return core::fail(core::errc::unavailable, "no answer from " + named + ": " + describe(addresses.error()));
    const auto share = limit / addresses->size();
    error_code failed = asio::error::timed_out;
    for (const auto& address : *addresses) {
        socket_ = tcp::socket(socket_.get_executor());
        const auto in_time = co_await async::with_timeout(connect_one(socket_, address, failed), share);
        if (!in_time) failed = asio::error::timed_out;
        if (!failed) break;
    }
    if (failed) co_return broken("no answer from " + named, failed);
    error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    co_return core::result<void>{};
}

/// RFC 9110, 9.3.6: a success turns the connection into a tunnel to the destination.
asio::awaitable<core::result<void>> link::ask_proxy(const destination& where, const proxy& through) {
    const auto goal = where.host_and_port();
    std::string wish = "CONNECT " + goal + " HTTP/1.1\r\nHost: " + goal + "\r\n";
    if (!through.authorization.empty()) wish += "Proxy-Authorization: " + through.authorization + "\r\n";
    wish += "\r\n";
    const auto what = "the proxy " + through.authority() + " makes no connection to " + goal;
    error_code failed;
    co_await write(wish, failed);
    if (failed) co_return broken(what, failed);
    answer_reader answer(*this, answer_reader::body::none);
    failed = co_await answer.read_head();
    if (failed) co_return broken(what, failed);
    const auto head = answer.head();
    if (head.status == proxy_credentials_wanted) co_return proxy_refusal(through);
    if (head.status / 100 != 2) co_return classify(what, head, core::now());
    if (!answer.took_all())
        co_return core::fail(core::errc::unavailable, what + ": it says more than that there is one");
    co_return core::result<void>{};
}

asio::awaitable<core::result<void>> link::secure(const destination& where, const route& way) {
    tls_ = std::make_unique<asio::ssl::stream<tcp::socket&>>(socket_, *way.trust);
    if (!expect_host(tls_->native_handle(), where.host, where.is_address))
        co_return core::fail(core::errc::invalid, "no certificate can be for the host " + where.host);
    error_code failed;
    co_await tls_->async_handshake(asio::ssl::stream_base::client, asio::redirect_error(asio::use_awaitable, failed));
    if (failed == asio::error::operation_aborted) async::detail::throw_aborted();
    if (failed) co_return handshake_failure(tls_->native_handle(), where.host_and_port(), way.ca_file, failed);
    co_return core::result<void>{};
}

asio::awaitable<std::size_t> link::read_some(asio::mutable_buffer into, error_code& failed) {
    if (tls_) co_return co_await tls_->async_read_some(into, asio::redirect_error(asio::use_awaitable, failed));
    co_return co_await socket_.async_read_some(into, asio::redirect_error(asio::use_awaitable, failed));
}

asio::awaitable<void> link::write(std::string_view bytes, error_code& failed) {
    const auto all = asio::buffer(bytes.data(), bytes.size());
    if (tls_)
        co_await asio::async_write(*tls_, all, asio::redirect_error(asio::use_awaitable, failed));
    else
        co_await asio::async_write(socket_, all, asio::redirect_error(asio::use_awaitable, failed));
}

bool link::is_quiet() {
    char byte = 0;
    const auto got = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

}  // namespace familiar::http
