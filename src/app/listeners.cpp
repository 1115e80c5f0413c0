#include "app/listeners.hpp"

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

}  // namespace

listeners::listeners(const asio::any_io_executor& executor, const config::server_settings& server, route_tables routes,
                     const http::request_observer& on_end)
    : host_(server.host) {
    const auto bounds = limits_of(server);
    all_.emplace_back("server.port", server.port, executor, std::move(routes.everybody), bounds, on_end);
    if (server.admin_port != 0)
        all_.emplace_back("server.admin_port", server.admin_port, executor, std::move(routes.operators), bounds,
                          on_end);
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
