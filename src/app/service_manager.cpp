#include "app/service_manager.hpp"

#include "async/sleep.hpp"
#include "observe/log.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

namespace asio = boost::asio;

namespace familiar::app {

namespace {

using namespace std::chrono_literals;
using std::chrono::duration_cast;
using std::chrono::microseconds;
using clock = std::chrono::steady_clock;

/// How often the time for the end is asked for anew: more often than any estimate is short.
constexpr auto renewal = 3s;

/// How long a manager that does not read may hold up the event loop, for a message.
constexpr microseconds send_bound = 200ms;

/// A watchdog is neither fed in a tight loop nor with a wait that no clock can count.
constexpr microseconds shortest_watchdog = 20ms;
constexpr microseconds longest_watchdog = 24h;

std::string value_of(const config::environment& variables, const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::string() : found->second;
}

std::optional<std::uint64_t> number_in(const std::string& text) {
    std::uint64_t number = 0;
    const auto* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    return read.ec == std::errc() && read.ptr == end ? std::optional(number) : std::nullopt;
}

/// WATCHDOG_USEC, unless WATCHDOG_PID says that it is meant for another process.
std::optional<microseconds> watchdog_in(const config::environment& variables) {
    const auto interval = number_in(value_of(variables, "WATCHDOG_USEC"));
    const auto meant = value_of(variables, "WATCHDOG_PID");
    if (!interval || *interval == 0) return std::nullopt;
    if (!meant.empty() && number_in(meant) != static_cast<std::uint64_t>(::getpid())) return std::nullopt;
    const auto most = static_cast<std::uint64_t>(longest_watchdog.count());
    return std::max(microseconds(std::min(*interval, most)), shortest_watchdog);
}

struct socket_address {
    sockaddr_un name{};
    socklen_t size = 0;
};

/// Nothing for what is no address of a Unix socket.
std::optional<socket_address> address_of(const std::string& text) {
    socket_address out;
    if (text.size() < 2 || text.size() >= sizeof out.name.sun_path || (text[0] != '/' && text[0] != '@')) return {};
    out.name.sun_family = AF_UNIX;
    std::memcpy(out.name.sun_path, text.data(), text.size());
    // An abstract name begins with a NUL and is as long as the size says; a path ends with one.
    const bool abstract = text[0] == '@';
    if (abstract) out.name.sun_path[0] = '\0';
    out.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + text.size() + (abstract ? 0 : 1));
    return out;
}

process::descriptor datagram_socket() {
    process::descriptor made(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const timeval bound{.tv_sec = 0, .tv_usec = send_bound.count()};
    if (made) ::setsockopt(made.get(), SOL_SOCKET, SO_SNDTIMEO, &bound, sizeof bound);
    return made;
}

std::string in_microseconds(clock::duration time) {
    return std::to_string(duration_cast<microseconds>(time).count());
}

}  // namespace

service_manager::service_manager(const config::environment& variables)
    : address_(value_of(variables, "NOTIFY_SOCKET")) {
    if (address_.empty()) return;
    socket_ = datagram_socket();
    watchdog_ = watchdog_in(variables);
}

void service_manager::ready(std::string_view status) {
    send("READY=1\nSTATUS=" + std::string(status));
}

void service_manager::reloading() {
    // The clock of MONOTONIC_USEC is CLOCK_MONOTONIC, which steady_clock is here.
    send("RELOADING=1\nMONOTONIC_USEC=" + in_microseconds(clock::now().time_since_epoch()) +
         "\nSTATUS=Reading the configuration again");
}

void service_manager::stopping(std::string_view status, std::chrono::milliseconds within) {
    end_ = clock::now() + within;
    ask_for_time("STOPPING=1\nSTATUS=" + std::string(status) + "\n");
}

asio::awaitable<void> service_manager::keep_alive() {
    if (!watchdog_) co_return;
    for (;;) {
        send("WATCHDOG=1");
        co_await async::sleep_for(*watchdog_ / 2);
    }
}

asio::awaitable<void> service_manager::keep_asking_for_time() {
    if (address_.empty()) co_return;
    for (;;) {
        co_await async::sleep_for(renewal);
        if (clock::now() >= end_) co_return;
        ask_for_time({});
    }
}

void service_manager::ask_for_time(const std::string& state) {
    send(state + "EXTEND_TIMEOUT_USEC=" + in_microseconds(end_ - clock::now()));
}

void service_manager::send(const std::string& state) {
    if (address_.empty()) return;
    const auto to = address_of(address_);
    if (!to) errno = EAFNOSUPPORT;
    const bool sent = to && ::sendto(socket_.get(), state.data(), state.size(), MSG_NOSIGNAL,
                                     reinterpret_cast<const sockaddr*>(&to->name), to->size) >= 0;
    if (!sent && !failing_)
        observe::warning("the service manager is not told how the server is",
                         {{"socket", address_}, {"reason", std::generic_category().message(errno)}});
    failing_ = !sent;
}

}  // namespace familiar::app
