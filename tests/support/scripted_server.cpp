#include "support/scripted_server.hpp"

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <arpa/inet.h>
#include <array>
#include <memory>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace familiar::test {

namespace {

sockaddr_in local(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

void send_all(int to, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

/// False at the end.
bool receive(int from, std::string& into) {
    std::array<char, 16384> bytes;
    const auto got = ::recv(from, bytes.data(), bytes.size(), 0);
    if (got > 0) into.append(bytes.data(), static_cast<std::size_t>(got));
    return got > 0;
}

/// So that the other side has all of it before the end: a close with something unread would be a reset.
void finish(int connection) {
    ::shutdown(connection, SHUT_WR);
    std::string ignored;
    while (receive(connection, ignored)) ignored.clear();
}

void relay(int client, int server, std::size_t most) {
    std::array<pollfd, 2> ends{
        {{.fd = client, .events = POLLIN, .revents = 0}, {.fd = server, .events = POLLIN, .revents = 0}}};
    while (::poll(ends.data(), ends.size(), -1) > 0) {
        std::string bytes;
        if (ends[0].revents != 0) {
            if (!receive(client, bytes)) return;
            send_all(server, std::exchange(bytes, {}));
        }
        if (ends[1].revents != 0) {
            if (!receive(server, bytes)) return;
            send_all(client, std::string_view(bytes).substr(0, most));
            if (bytes.size() >= most) return;
            most -= bytes.size();
        }
    }
}

/// A context with a key and a certificate for "localhost" that it has signed itself.
std::shared_ptr<SSL_CTX> self_signed() {
    std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), &X509_free);
    auto* name = X509_get_subject_name(certificate.get());
    const auto* host = reinterpret_cast<const unsigned char*>("localhost");
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, host, -1, -1, 0);
    X509_set_issuer_name(certificate.get(), name);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_set_pubkey(certificate.get(), key.get());
    if (X509_sign(certificate.get(), key.get(), EVP_sha256()) == 0 ||
        SSL_CTX_use_certificate(context.get(), certificate.get()) != 1 ||
        SSL_CTX_use_PrivateKey(context.get(), key.get()) != 1)
        throw std::runtime_error("no certificate");
    return context;
}

}  // namespace

treatment answering(std::string bytes) {
    return [bytes = std::move(bytes)](int connection) {
        std::string request;
        while (request.find("\r\n\r\n") == std::string::npos)
            if (!receive(connection, request)) return;
        send_all(connection, bytes);
        finish(connection);
    };
}

treatment answering_http(const std::string& status_and_reason, const std::string& headers, const std::string& body) {
    return answering("HTTP/1.1 " + status_and_reason + "\r\n" + headers +
                     "Content-Type: application/json\r\nConnection: close\r\nContent-Length: " +
                     std::to_string(body.size()) + "\r\n\r\n" + body);
}

treatment closing() {
    return [](int) {};
}

treatment resetting() {
    return [](int connection) {
        const linger at_once{.l_onoff = 1, .l_linger = 0};
        ::setsockopt(connection, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    };
}

treatment silent() {
    return [](int connection) {
        std::string ignored;
        while (receive(connection, ignored)) ignored.clear();
    };
}

treatment untrusted() {
    return [identity = self_signed()](int connection) {
        const std::unique_ptr<SSL, decltype(&SSL_free)> speaker(SSL_new(identity.get()), &SSL_free);
        SSL_set_fd(speaker.get(), connection);
        SSL_accept(speaker.get());
        finish(connection);
    };
}

treatment relaying(std::uint16_t port, std::size_t most) {
    return [port, most](int connection) {
        const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const auto address = local(port);
        if (::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
            relay(connection, server, most);
        ::close(server);
    };
}

scripted_server::scripted_server(treatment serve) : treat_(std::move(serve)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    auto address = local(0);
    socklen_t size = sizeof address;
    auto* any = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, any, size) != 0 || ::listen(listener_, 64) != 0 || ::getsockname(listener_, any, &size) != 0)
        throw std::runtime_error("no server on 127.0.0.1");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { this->serve(); });
}

scripted_server::~scripted_server() {
    {
        const std::lock_guard lock(guard_);
        ending_ = true;
        ::shutdown(listener_, SHUT_RDWR);
        if (current_ >= 0) ::shutdown(current_, SHUT_RDWR);
    }
    thread_.join();
    ::close(listener_);
}

void scripted_server::serve() {
    for (;;) {
        const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (connection < 0) return;
        {
            const std::lock_guard lock(guard_);
            current_ = connection;
            if (ending_) ::shutdown(connection, SHUT_RDWR);
        }
        ++connections_;
        treat_(connection);
        const std::lock_guard lock(guard_);
        ::close(connection);
        current_ = -1;
    }
}

}  // namespace familiar::test
