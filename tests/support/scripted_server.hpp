#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace familiar::test {

/// What a scripted server does with a connection, whose descriptor it is given; it is closed afterwards.
using treatment = std::function<void(int connection)>;

/// Exactly these bytes once the head of a request is there, and the end.
treatment answering(std::string bytes);

/// "HTTP/1.1 <status_and_reason>" with these header lines ("Name: value\r\n" each) and this body, and the end.
treatment answering_http(const std::string& status_and_reason, const std::string& headers = {},
                         const std::string& body = "{}");

/// An end at once.
treatment closing();

/// The same by a reset.
treatment resetting();

/// Nothing, until the other side gives up.
treatment silent();

/// TLS with a certificate that nobody trusts.
treatment untrusted();

/// Handing on to another server of this machine, both ways, until so many bytes of its answers have gone by.
treatment relaying(std::uint16_t port, std::size_t most);

/// A server on 127.0.0.1 that treats one connection after the other alike, on a thread of its own, for as long as it
/// lives.
class scripted_server {
public:
    explicit scripted_server(treatment serve);
    ~scripted_server();
    scripted_server(const scripted_server&) = delete;
    scripted_server& operator=(const scripted_server&) = delete;

    std::uint16_t port() const noexcept { return port_; }
    /// "127.0.0.1:PORT"
    std::string authority() const { return "127.0.0.1:" + std::to_string(port_); }
    std::string url() const { return "http://" + authority(); }
    /// How many connections came so far.
    int connections() const noexcept { return connections_; }

private:
    void serve();

    treatment treat_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<int> connections_{0};
    std::mutex guard_{};
    bool ending_ = false;
    int current_ = -1;
    std::thread thread_{};
};

}  // namespace familiar::test
