#include <arpa/inet.h>
#include <array>
#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <sys/socket.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <vector>

// hold idle|slow PORT COUNT: opens COUNT connections to 127.0.0.1:PORT, prints "held" and keeps them until its input
// ends.
//
// idle: each has had an answer and asks for nothing more. slow: each sends one byte of a header in a second, for ever,
// and one that the server has closed is opened again.
namespace {

constexpr std::string_view whole_request = "GET /livez HTTP/1.1\r\nHost: bench\r\n\r\n";
constexpr std::string_view half_a_header = "POST /webhook/github HTTP/1.1\r\nHost: bench\r\nX-Slow: ";
constexpr int ticks_in_a_second = 10;

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

int open_connection(std::uint16_t port) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket < 0) fail("socket");
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) fail("connect");
    return socket;
}

bool send_text(int socket, std::string_view text) {
    return ::send(socket, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT) == ssize_t(text.size());
}

int open_idle(std::uint16_t port) {
    const int socket = open_connection(port);
    std::array<char, 1024> answer{};
    if (!send_text(socket, whole_request)) fail("send");
    if (::recv(socket, answer.data(), answer.size(), 0) <= 0) fail("recv");
    return socket;
}

int open_slow(std::uint16_t port) {
    const int socket = open_connection(port);
    send_text(socket, half_a_header);
    return socket;
}

[[noreturn]] void dribble(std::vector<int>& sockets, std::uint16_t port) {
    for (std::size_t tick = 0;; ++tick) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1000 / ticks_in_a_second));
        for (auto i = tick % ticks_in_a_second; i < sockets.size(); i += ticks_in_a_second) {
            if (send_text(sockets[i], "x")) continue;
            ::close(sockets[i]);
            sockets[i] = open_slow(port);
        }
    }
}

void hold(std::string_view how, std::uint16_t port, std::size_t count) {
    if (how != "idle" && how != "slow") throw std::invalid_argument("neither idle nor slow");
    const rlimit room{count + 64, count + 64};
    if (::setrlimit(RLIMIT_NOFILE, &room) != 0) fail("setrlimit");

    std::vector<int> sockets(count);
    for (auto& socket : sockets) socket = how == "idle" ? open_idle(port) : open_slow(port);
    std::puts("held");
    std::fflush(stdout);
    if (how == "slow") return dribble(sockets, port);
    ::pause();
}

}  // namespace

int main(int count, char** arguments) try {
    if (count != 4) throw std::invalid_argument("usage: hold idle|slow PORT COUNT");
    hold(arguments[1], static_cast<std::uint16_t>(std::stoul(arguments[2])), std::stoul(arguments[3]));
    return 0;
} catch (const std::exception& failure) {
    std::fprintf(stderr, "hold: %s\n", failure.what());
    return 1;
}
