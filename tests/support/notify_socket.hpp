#pragma once

#include "support/temporary_directory.hpp"

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <map>
#include <optional>
#include <poll.h>
#include <sstream>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

namespace familiar::test {

/// The service manager's side of sd_notify(3): a datagram socket with a path, or with an abstract name.
class notify_socket {
public:
    enum class kind { path, abstract };
    /// The assignments of one datagram.
    using message = std::map<std::string, std::string>;

    explicit notify_socket(kind what = kind::path)
        : address_(what == kind::path ? (folder_ / "notify").string() : "@" + folder_.path().string()),
          socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un name{};
        name.sun_family = AF_UNIX;
        std::memcpy(name.sun_path, address_.data(), address_.size());
        if (what == kind::abstract) name.sun_path[0] = '\0';
        const auto size = offsetof(sockaddr_un, sun_path) + address_.size() + (what == kind::abstract ? 0 : 1);
        if (::bind(socket_, reinterpret_cast<const sockaddr*>(&name), static_cast<socklen_t>(size)) != 0)
            throw std::system_error(errno, std::generic_category(), "cannot listen at " + address_);
    }
    ~notify_socket() { ::close(socket_); }
    notify_socket(const notify_socket&) = delete;
    notify_socket& operator=(const notify_socket&) = delete;

    /// The value of NOTIFY_SOCKET.
    const std::string& address() const { return address_; }

    /// The next datagram, or nothing if none comes within `bound`.
    std::optional<message> receive(std::chrono::milliseconds bound) {
        pollfd readable{.fd = socket_, .events = POLLIN, .revents = 0};
        if (::poll(&readable, 1, static_cast<int>(bound.count())) <= 0) return std::nullopt;
        std::string text(4096, '\0');
        const auto size = ::recv(socket_, text.data(), text.size(), 0);
        if (size < 0) throw std::system_error(errno, std::generic_category(), "cannot receive");
        text.resize(static_cast<std::size_t>(size));
        message out;
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);) {
            const auto equals = line.find('=');
            out[line.substr(0, equals)] = equals == std::string::npos ? "" : line.substr(equals + 1);
        }
        return out;
    }

private:
    temporary_directory folder_;
    std::string address_;
    int socket_;
};

}  // namespace familiar::test
