#pragma once

#include "core/error.hpp"
#include "http/client_proxy.hpp"
#include "http/client_url.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace familiar::http {

/// A connection of the client: bytes to and from a server, under TLS if its URL says so, through a proxy or not.
/// Closed when it is destroyed. One operation at a time.
class link {
public:
    explicit link(const boost::asio::any_io_executor& executor) : socket_(executor) {}

    /// What open() needs besides the destination. `trust` is for https alone.
    struct route {
        std::optional<proxy> through{};
        std::shared_ptr<boost::asio::ssl::context> trust{};
        std::filesystem::path ca_file{};
        std::chrono::milliseconds limit{};
    };

    /// Name, TCP (the addresses one after the other; each gets its share of the limit), proxy, TLS. The caller bounds
    /// the whole. errc::unavailable, errc::refused (certificate), errc::authentication_failed (proxy). Throws
    /// operation_aborted when cancelled.
    boost::asio::awaitable<core::result<void>> open(const destination& where, const route& way);

    boost::asio::awaitable<std::size_t> read_some(boost::asio::mutable_buffer into, boost::system::error_code& failed);
    boost::asio::awaitable<void> write(std::string_view bytes, boost::system::error_code& failed);

    /// False once the other side has closed, or has said something that nobody asked for.
    bool is_quiet();

private:
    boost::asio::awaitable<core::result<void>> connect(const std::string& host, const std::string& port,
                                                       const std::string& named, std::chrono::milliseconds limit);
    boost::asio::awaitable<core::result<void>> ask_proxy(const destination& where, const proxy& through);
    boost::asio::awaitable<core::result<void>> secure(const destination& where, const route& way);

    boost::asio::ip::tcp::socket socket_;
    std::unique_ptr<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> tls_{};
};

/// A 407: the proxy does not know us.
core::error proxy_refusal(const proxy& through);

/// The error of an operation on a connection; thrown if it failed because the caller is cancelled.
core::error broken(const std::string& sentence, const boost::system::error_code& failed);

}  // namespace familiar::http
