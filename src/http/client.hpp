#pragma once

#include "core/error.hpp"
#include "http/client_proxy.hpp"
#include "http/message.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

/// The HTTP client. TLS checks certificate and host name; what the environment says of proxies is heard.
///
/// An answer of any status is a success; classify() says what it means. Errors: errc::invalid for a URL or header that
/// cannot be sent; errc::refused for a certificate that is not trusted, or no TLS in common;
/// errc::authentication_failed for a proxy that wants credentials; errc::too_large for an answer beyond the bound;
/// errc::timed_out, with the phase that took too long; errc::unavailable for everything else that goes wrong with a
/// connection. Throws operation_aborted when cancelled, in whatever phase, and leaves no connection open then.
///
/// Nothing is tried again here. Whoever wants that awaits `async::retry(policy, [&] { return attempt(); })`, where the
/// attempt sends, and returns classify(what, answer, now) for an answer that is no success: the codes say what passes,
/// and retry_after when. Only for requests that may be made twice.
namespace familiar::http {

struct client_settings {
    std::chrono::milliseconds connect_timeout{5000};      ///< name, TCP, proxy and TLS together
    std::chrono::milliseconds first_byte_timeout{30000};  ///< sending, until something of the answer is there
    std::chrono::milliseconds total_timeout{60000};       ///< the whole, redirects included
    std::size_t max_response = std::size_t{8} << 20;      ///< bytes of a body
    std::size_t idle_per_origin = 4;                      ///< connections that are kept; 0: none
    std::chrono::milliseconds idle_for{30000};            ///< how long they are
    std::filesystem::path ca_file{};                      ///< PEM: whom to trust in place of the system's authorities
    std::string user_agent = "familiar";                  ///< GitHub answers nobody without one
};

/// Host, User-Agent, Content-Length, Transfer-Encoding, Connection and Proxy-Authorization are the client's own.
struct request_out {
    std::string method = "GET";
    std::string url;
    header_list headers{};
    std::string body{};
};

/// For many requests: keeps connections for the next one. Everything on one executor with one thread. It outlives the
/// requests that it makes.
class client {
public:
    client(boost::asio::any_io_executor executor, client_settings settings, proxy_settings proxies);
    ~client();

    /// GET and HEAD follow up to five redirects within the same scheme, host and port; every other redirect is the
    /// answer, so that what a header proves goes to nobody else.
    ///
    /// A server may close a kept connection at the moment in which it is used. If nothing of an answer came, GET, HEAD,
    /// PUT and DELETE are sent once more, on a fresh connection; for others the caller learns errc::unavailable, since
    /// the server may have acted.
    boost::asio::awaitable<core::result<response>> send(request_out request);

    /// The same for an answer that comes piece by piece and may never end: `on_head` is told of status and header
    /// fields once they are there, `on_piece` of the body as it comes (decoded, never empty, 16 KiB at most; the view
    /// is good for the call). total_timeout is for the head alone, there is no bound, and no redirect is followed. Ends
    /// with the body, or when one of the two says false.
    ///
    /// errc::unavailable also if the connection breaks off before the body's end; what came until then has been handed
    /// on.
    boost::asio::awaitable<core::result<void>> stream(request_out request, std::function<bool(const response&)> on_head,
                                                      std::function<bool(std::string_view)> on_piece);

    /// Another `ca_file`, for connections that are made from now on.
    void trust(std::filesystem::path ca_file);

    /// Closes the kept connections, whose end the loop waits for otherwise, and keeps none from now on. Requests still
    /// work.
    void close();

private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

/// One request on a connection of its own, answered within `limit`, as a command makes it; with the proxies of this
/// process's environment. The rest is as with client::send().
boost::asio::awaitable<core::result<response>> fetch(std::string method, std::string url, header_list headers,
                                                     std::string body, std::chrono::milliseconds limit);

/// The same as client::stream(), without a body; `limit` is for the head alone.
boost::asio::awaitable<core::result<void>> fetch_stream(std::string method, std::string url, header_list headers,
                                                        std::chrono::milliseconds limit,
                                                        std::function<bool(const response&)> on_head,
                                                        std::function<bool(std::string_view)> on_piece);

}  // namespace familiar::http
