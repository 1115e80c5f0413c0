#include "support/peer_server.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace familiar::test {

namespace {

/// What follows "Content-Length: " in a head; 0 without it.
std::size_t length_of_body(std::string_view head) {
    constexpr std::string_view name = "Content-Length: ";
    const auto at = head.find(name);
    return at == head.npos ? 0 : std::stoul(std::string(head.substr(at + name.size())));
}

}  // namespace

peer::peer(int connection, int number, const tls_identity& identity) : connection_(connection), number_(number) {
    if (!identity) return;
    tls_.reset(SSL_new(identity.get()), &SSL_free);
    SSL_set_fd(tls_.get(), connection);
    usable_ = SSL_accept(tls_.get()) == 1;
}

bool peer::receive() {
    std::array<char, 16384> bytes;
    if (!usable_) return false;
    const auto got = tls_ ? SSL_read(tls_.get(), bytes.data(), static_cast<int>(bytes.size()))
                          : static_cast<int>(::recv(connection_, bytes.data(), bytes.size(), 0));
    if (got > 0) unread_.append(bytes.data(), static_cast<std::size_t>(got));
    return got > 0;
}

std::optional<std::string> peer::read_request() {
    std::size_t end = 0;
    while ((end = unread_.find("\r\n\r\n")) == std::string::npos)
        if (!receive()) return std::nullopt;
    const auto size = end + 4 + length_of_body(std::string_view(unread_).substr(0, end + 4));
    while (unread_.size() < size)
        if (!receive()) return std::nullopt;
    auto request = unread_.substr(0, size);
    unread_.erase(0, size);
    return request;
}

bool peer::send(std::string_view bytes) {
    while (usable_ && !bytes.empty()) {
        const auto sent = tls_ ? SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size()))
                               : static_cast<int>(::send(connection_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
        if (sent <= 0) usable_ = false;
        if (usable_) bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return usable_;
}

bool peer::answer(const std::string& status, const std::string& body, const std::string& headers) {
    return send("HTTP/1.1 " + status + "\r\n" + headers + "Content-Length: " + std::to_string(body.size()) +
                "\r\n\r\n" + body);
}

void peer::wait_for_end() {
    while (receive()) unread_.clear();
}

peer_server::peer_server(std::function<void(peer&)> serve, tls_identity identity, std::string address)
    : serve_(std::move(serve)), identity_(std::move(identity)), address_(std::move(address)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in place{};
    place.sin_family = AF_INET;
    ::inet_pton(AF_INET, address_.c_str(), &place.sin_addr);
    socklen_t size = sizeof place;
    auto* any = reinterpret_cast<sockaddr*>(&place);
    if (::bind(listener_, any, size) != 0 || ::listen(listener_, 64) != 0 || ::getsockname(listener_, any, &size) != 0)
        throw std::runtime_error("no server on " + address_);
    port_ = ntohs(place.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
}

peer_server::~peer_server() {
    {
        const std::lock_guard lock(guard_);
        ending_ = true;
        ::shutdown(listener_, SHUT_RDWR);
        for (const int connection : current_) ::shutdown(connection, SHUT_RDWR);
    }
    acceptor_.join();
    for (auto& thread : threads_) thread.join();
    ::close(listener_);
}

std::string peer_server::url() const {
    return (identity_ ? "https://localhost:" : "http://" + address_ + ":") + std::to_string(port_);
}

void peer_server::accept_all() {
    for (;;) {
        const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (connection < 0) return;
        const std::lock_guard lock(guard_);
        if (ending_) ::shutdown(connection, SHUT_RDWR);
        current_.push_back(connection);
        ++open_;
        const int number = ++connections_;
        threads_.emplace_back([this, connection, number] { treat(connection, number); });
    }
}

void peer_server::treat(int connection, int number) {
    {
        peer other(connection, number, identity_);
        serve_(other);
    }
    const std::lock_guard lock(guard_);
    current_.remove(connection);
    ::close(connection);
    --open_;
}

}  // namespace familiar::test
