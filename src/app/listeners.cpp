#include "app/listeners.hpp"

#include "core/descriptor_limit.hpp"
#include "observe/log.hpp"

namespace asio = boost::asio;

namespace familiar::app {

namespace {

http::limits limits_of(const config::server_settings& server) {
    http::limits bounds;
    bounds.header_timeout = server.header_timeout;
    bounds.request_timeout = server.request_timeout;
    bounds.idle_timeout = server.idle_timeout;
    bounds.max_connections = server.max_connections;
    bounds.max_body = server.max_body;
    bounds.max_buffered = server.max_buffered;
    return bounds;
}

/// What else the process has open: the database, listeners, pipes of children, files that are being read. Far more than
/// was ever seen.
constexpr std::uint64_t other_descriptors = 256;

/// Says what to do if the process may not open as many descriptors as its connections need.
void check_descriptors(std::uint64_t connections) {
    const auto needed = connections + other_descriptors;
    const auto allowed = core::descriptor_limit();
    if (allowed >= needed) return;
    observe::warning(
        "server.max_connections needs more file descriptors than this process may open: newcomers will have to wait. "
        "Raise the hard limit (LimitNOFILE= of a systemd unit, --ulimit nofile= of docker run) or lower the setting",
        {{"allowed", allowed}, {"needed", needed}});
}

}  // namespace

listeners::listeners(const asio::any_io_executor& executor, const config::server_settings& server, route_tables routes,
                     const http::request_observer& on_end)
    : host_(server.host) {
    const auto bounds = limits_of(server);
    const auto buffered = std::make_shared<http::buffer_budget>(bounds.max_buffered);
    all_.emplace_back("server.port", server.port, executor, std::move(routes.everybody), bounds, on_end, buffered);
    if (server.admin_port != 0)
        all_.emplace_back("server.admin_port", server.admin_port, executor, std::move(routes.operators), bounds, on_end,
                          buffered);
    check_descriptors(all_.size() * bounds.max_connections);
}

core::result<std::uint16_t> listeners::listen() {
    for (auto& one : all_) {
        const auto port = one.server.listen(host_, one.port);
        if (!port) return core::error{port.error().code, std::string(one.key) + ": " + describe(port.error())};
        one.port = *port;
    }
    return all_.front().port;
}

void listeners::run_in(async::task_group& background) {
    for (auto& one : all_) background.spawn(one.server.run());
}

void listeners::set_draining() {
    for (auto& one : all_) one.server.set_draining();
}

asio::awaitable<void> listeners::close(std::chrono::milliseconds bound) {
    for (auto& one : all_) co_await one.server.close(bound);
}

}  // namespace familiar::app
