#include "e2e/support/http.hpp"

#include <boost/json/parse.hpp>

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/time.h>
#include <system_error>
#include <unistd.h>

namespace familiar::test {

namespace {

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

boost::json::object answer::json() const {
    return boost::json::parse(body).as_object();
}

std::string answer::field(const char* name) const {
    const auto object = json();
    const auto* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

connection::connection(std::uint16_t port, std::chrono::seconds patience, const std::string& address)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (socket_ < 0) fail("socket");
    const timeval limit{patience.count(), 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_port = htons(port);
    ::inet_pton(AF_INET, address.c_str(), &place.sin_addr);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&place), sizeof place) == 0) return;
    ::close(socket_);
    fail("connect");
}

connection::~connection() {
    ::close(socket_);
}

void connection::send(const std::string& bytes) {
    for (std::size_t sent = 0; sent < bytes.size();) {
        const auto size = ::send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
        if (size <= 0) return;
        sent += static_cast<std::size_t>(size);
    }
}

std::string connection::receive_all() {
    std::string all;
    for (;;) {
        const auto piece = receive_some();
        if (piece.empty()) return all;
        all += piece;
    }
}

std::string connection::receive_some() {
    std::array<char, 16384> piece{};
    const auto size = ::recv(socket_, piece.data(), piece.size(), 0);
    if (size < 0 && errno != ECONNRESET) fail("receive");
    return size <= 0 ? std::string() : std::string(piece.data(), static_cast<std::size_t>(size));
}

std::string request_text(const std::string& method, const std::string& path, const header_fields& header,
                         const std::string& body, afterwards connection) {
    std::string text = method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: ";
    text += connection == afterwards::close ? "close\r\n" : "keep-alive\r\n";
    for (const auto& [name, value] : header) text += name + ": " + value + "\r\n";
    if (!body.empty() || method == "POST") text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    return text + "\r\n" + body;
}

answer request(std::uint16_t port, const std::string& method, const std::string& path, const header_fields& header,
               const std::string& body, std::chrono::seconds patience, const std::string& address) {
    connection peer(port, patience, address);
    peer.send(request_text(method, path, header, body));
    const auto text = peer.receive_all();
    const auto end = text.find("\r\n\r\n");
    if (!text.starts_with("HTTP/1.1 ") || end == std::string::npos) throw std::runtime_error("no answer to " + path);
    return {static_cast<unsigned>(std::stoul(text.substr(9, 3))), text.substr(0, end + 2), text.substr(end + 4)};
}

}  // namespace familiar::test
