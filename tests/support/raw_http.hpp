#pragma once

#include <arpa/inet.h>
#include <cerrno>
#include <cstdint>
#include <map>
#include <netdb.h>
#include <netinet/in.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/time.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace familiar::test {

/// What came back, header names in lower case.
struct http_response {
    unsigned status = 0;
    std::map<std::string, std::string> headers{};
    std::string body{};

    std::string header(const std::string& name) const {
        const auto found = headers.find(name);
        return found == headers.end() ? std::string() : found->second;
    }
};

/// A blocking TCP connection on which a test says exactly the bytes it wants. Nothing waits longer than half a minute:
/// a test that would hang fails.
class raw_connection {
public:
    explicit raw_connection(std::uint16_t port, const std::string& host = "127.0.0.1") {
        addrinfo wanted{};
        wanted.ai_socktype = SOCK_STREAM;
        addrinfo* found = nullptr;
        if (getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found) != 0)
            throw std::runtime_error("no such host: " + host);
        socket_ = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const timeval patience{.tv_sec = 30, .tv_usec = 0};
        setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        const int connected = connect(socket_, found->ai_addr, found->ai_addrlen);
        const int why = errno;
        freeaddrinfo(found);
        if (connected == 0) return;
        ::close(socket_);
        throw std::system_error(why, std::generic_category(), "connect");
    }
    ~raw_connection() { ::close(socket_); }
    raw_connection(const raw_connection&) = delete;
    raw_connection& operator=(const raw_connection&) = delete;

    int descriptor() const { return socket_; }

    void send(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent < 0) throw std::system_error(errno, std::generic_category(), "send");
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }

    void finish_sending() { shutdown(socket_, SHUT_WR); }

    /// Reads one response by its Content-Length. `head`: it has no body.
    http_response read_response(bool head = false) {
        std::size_t header_end = 0;
        while ((header_end = unread_.find("\r\n\r\n")) == std::string::npos)
            if (!read_more()) throw std::runtime_error("closed before a whole response: \"" + unread_ + '"');
        auto response = parse_header(unread_.substr(0, header_end + 2));
        unread_.erase(0, header_end + 4);
        const auto length = response.header("content-length");
        if (head || length.empty() || response.status < 200) return response;
        while (unread_.size() < std::stoul(length))
            if (!read_more()) throw std::runtime_error("closed in the middle of a body");
        response.body = unread_.substr(0, std::stoul(length));
        unread_.erase(0, response.body.size());
        return response;
    }

    /// What comes up to and including `text`.
    std::string read_until(std::string_view text) {
        std::size_t at = 0;
        while ((at = unread_.find(text)) == std::string::npos)
            if (!read_more()) throw std::runtime_error("closed before it came: \"" + unread_ + '"');
        auto all = unread_.substr(0, at + text.size());
        unread_.erase(0, all.size());
        return all;
    }

    /// Everything until the peer closes.
    std::string read_to_end() {
        while (read_more()) {
        }
        return std::exchange(unread_, {});
    }

    /// Waits for the peer to close, and says whether it did so without another byte.
    bool closed() { return read_to_end().empty(); }

private:
    /// False at the end, an orderly one or a reset.
    bool read_more() {
        char bytes[65536];
        const auto got = recv(socket_, bytes, sizeof bytes, 0);
        if (got < 0 && errno != ECONNRESET) throw std::system_error(errno, std::generic_category(), "recv");
        if (got <= 0) return false;
        unread_.append(bytes, static_cast<std::size_t>(got));
        return true;
    }

    static http_response parse_header(const std::string& text) {
        http_response response;
        if (text.compare(0, 9, "HTTP/1.1 ") != 0) throw std::runtime_error("not HTTP/1.1: " + text);
        response.status = static_cast<unsigned>(std::stoul(text.substr(9)));
        for (auto start = text.find("\r\n") + 2; start < text.size();) {
            const auto end = text.find("\r\n", start);
            const auto colon = text.find(": ", start);
            auto name = text.substr(start, colon - start);
            for (auto& letter : name)
                if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter + 32);
            response.headers[name] = text.substr(colon + 2, end - colon - 2);
            start = end + 2;
        }
        return response;
    }

    int socket_ = -1;
    std::string unread_;
};

}  // namespace familiar::test
