#include "config/secrets.hpp"
#include "config/sections.hpp"
#include "config/size.hpp"
#include "config/values.hpp"

#include <boost/asio/ip/address.hpp>

#include <limits>

namespace familiar::config {

namespace {

using namespace std::chrono_literals;

constexpr auto year = 24h * 365;
constexpr std::uint32_t highest_port = 65'535;

conversion<std::string> listening_address() {
    return [](const std::string& text) -> core::result<std::string> {
        if (text == "localhost") return std::string("127.0.0.1");
        boost::system::error_code failed;
        boost::asio::ip::make_address(text, failed);
        if (!failed) return text;
        return not_allowed(
            "must be an IP address of this machine, such as 127.0.0.1, or 0.0.0.0 or :: for all of them");
    };
}

}  // namespace

void read_server(section server, server_settings& values) {
    server.read("host", values.host, listening_address());
    server.read("port", values.port, whole_number(0, highest_port));
    server.read("admin_port", values.admin_port, whole_number(0, highest_port));
    server.read("max_body", values.max_body, size(kibibyte, gibibyte));
    server.read("max_buffered", values.max_buffered, size(kibibyte, 64 * gibibyte));
    server.read("header_timeout", values.header_timeout, duration(100ms, 10min));
    server.read("request_timeout", values.request_timeout, duration(100ms, 10min));
    server.read("idle_timeout", values.idle_timeout, duration(100ms, 1h));
    server.read("max_connections", values.max_connections, whole_number(1, 1'000'000));
    read_secret(server, "api_token", values.api_token);

    at_least(server, "max_buffered", values.max_buffered, "max_body", values.max_body);
    if (values.admin_port != 0 && values.admin_port == values.port)
        server.fail("admin_port", server.where("admin_port"), "must not be the same as port");
}

void read_shutdown(section shutdown, shutdown_settings& values) {
    shutdown.read("drain_timeout", values.drain_timeout, duration(0ms, 7 * 24h));
    shutdown.read("stop_grace", values.stop_grace, duration(0ms, 1h));
    shutdown.read("intake", values.intake,
                  choice<intake_policy>({{"persist", intake_policy::persist}, {"refuse", intake_policy::refuse}}));
    shutdown.read("agents", values.agents,
                  choice<agents_policy>({{"drain", agents_policy::drain}, {"detach", agents_policy::detach}}));
}

void read_storage(section storage, storage_settings& values) {
    storage.read("path", values.path, path());
    storage.read("retention", values.retention, duration_or_zero(1h, 100 * year));
    storage.read("min_free_disk", values.min_free_disk, size(0, 1024 * tebibyte));
}

void read_concurrency(section concurrency, concurrency_settings& values) {
    concurrency.read("max_agents", values.max_agents, whole_number(1, 1'000));
    concurrency.read("queue_size", values.queue_size, whole_number(1, 1'000'000));
    concurrency.read("max_wait", values.max_wait, duration_or_zero(1s, year));
}

void read_logging(section logging, logging_settings& values) {
    logging.read("dir", values.dir, path());
    logging.read("retention_days", values.retention_days, whole_number(0, 36'500));
    logging.read("max_log", values.max_log, size(kibibyte, tebibyte));
    logging.read("level", values.level,
                 choice<log_level>({{"debug", log_level::debug},
                                    {"info", log_level::info},
                                    {"warn", log_level::warn},
                                    {"error", log_level::error}}));
    logging.read("format", values.format,
                 choice<log_format>({{"logfmt", log_format::logfmt}, {"json", log_format::json}}));
    if (const auto unused = logging.take_old("host_dir", "host_dir"))
        logging.warn("host_dir", unused->where,
                     "is not used: logs are named by their path in this program's file system");
}

void read_retry(section retry, retry_settings& values) {
    retry.read("max_retries", values.max_retries, whole_number(0, 100));
    retry.read("initial_backoff", values.initial_backoff, duration(1ms, 1h));
    retry.read("max_backoff", values.max_backoff, duration(1ms, 24h));
    at_least(retry, "max_backoff", values.max_backoff, "initial_backoff", values.initial_backoff);
}

}  // namespace familiar::config
