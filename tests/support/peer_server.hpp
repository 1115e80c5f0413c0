#pragma once

#include "support/certificates.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

struct ssl_st;

namespace familiar::test {

/// One connection, seen from the server. Blocking.
class peer {
public:
    peer(int connection, int number, const tls_identity& identity);

    /// Which of the server's connections it is, from 1.
    int number() const noexcept { return number_; }
    int descriptor() const noexcept { return connection_; }

    /// A request with its body (by Content-Length): all its bytes. None at the end.
    std::optional<std::string> read_request();

    /// False once the client is gone.
    bool send(std::string_view bytes);

    /// "HTTP/1.1 <status>" with these header lines ("Name: value\r\n" each) and this body.
    bool answer(const std::string& status, const std::string& body, const std::string& headers = {});

    /// Says no more, and waits for the client to go.
    void wait_for_end();

private:
    bool receive();

    int connection_;
    int number_;
    std::shared_ptr<ssl_st> tls_;
    bool usable_ = true;
    std::string unread_{};
};

/// A server that does with each connection what it is told, on a thread for each; with TLS if it has an identity. A
/// connection is closed when `serve` returns, and all of them when the server goes.
class peer_server {
public:
    explicit peer_server(std::function<void(peer&)> serve, tls_identity identity = {},
                         std::string address = "127.0.0.1");
    ~peer_server();
    peer_server(const peer_server&) = delete;
    peer_server& operator=(const peer_server&) = delete;

    std::uint16_t port() const noexcept { return port_; }
    /// "http://ADDRESS:PORT", or "https://localhost:PORT".
    std::string url() const;
    int connections() const noexcept { return connections_; }  ///< so far
    int open() const noexcept { return open_; }                ///< now

private:
    void accept_all();
    void treat(int connection, int number);

    std::function<void(peer&)> serve_;
    tls_identity identity_;
    std::string address_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<int> connections_{0};
    std::atomic<int> open_{0};
    std::mutex guard_{};
    bool ending_ = false;
    std::list<int> current_{};
    std::list<std::thread> threads_{};
    std::thread acceptor_{};
};

}  // namespace familiar::test
