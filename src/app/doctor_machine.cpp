#include "app/doctor_checks.hpp"
#include "http/client.hpp"
#include "http/listen.hpp"

#include <boost/asio/this_coro.hpp>
#include <boost/json/parse.hpp>

#include <optional>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace familiar::app::checkup {

namespace {

/// /health reads what a background task learnt; it is not slow.
constexpr std::chrono::seconds health_bound{3};

std::optional<uid_t> owner_of(const fs::path& path) {
    struct stat found{};
    if (::stat(path.c_str(), &found) != 0) return std::nullopt;
    return found.st_uid;
}

/// The "status" of /health; empty if it is no server of ours that answers.
std::string status_in(const std::string& body) {
    boost::system::error_code failure;
    const auto parsed = boost::json::parse(body, failure);
    const auto* object = failure ? nullptr : parsed.if_object();
    const auto* status = object ? object->if_contains("status") : nullptr;
    const auto* text = status ? status->if_string() : nullptr;
    return text ? std::string(*text) : std::string();
}

/// " (version 1.2.3)" where /metrics says so.
asio::awaitable<std::string> version_at(std::string url) {
    const auto metrics = co_await http::fetch("GET", url + "/metrics", {}, {}, health_bound);
    if (!metrics) co_return std::string();
    const std::string_view body = metrics->body;
    constexpr std::string_view sample = "familiar_build_info{version=\"";
    const auto begin = body.find(sample);
    if (begin == body.npos) co_return std::string();
    const auto rest = body.substr(begin + sample.size());
    co_return " (version " + std::string(rest.substr(0, rest.find('"'))) + ")";
}

asio::awaitable<findings> look_who_answers(config::server_settings server, unsigned status, std::string body) {
    const auto said = status_in(body);
    const auto url = local_url(server);
    if (said.empty())
        co_return fail("something answers at " + url + " that is no familiar",
                       "stop it, or choose another server.port");
    const auto version = co_await version_at(local_operators_url(server));
    const auto who = "a server" + version + " runs at " + url + " and is " + said;
    if (status / 100 == 2 && said == "ok") co_return ok(who);
    co_return warn(who, "its /health says why");
}

}  // namespace

/// What one user may do says little about another.
asio::awaitable<findings> user(const patient& who) {
    const auto& settings = who.settings();
    const auto self = ::geteuid();
    for (const auto& path : {settings.storage.path, settings.repo_cache.dir, settings.logging.dir}) {
        const auto owner = owner_of(path);
        if (owner && *owner != self)
            co_return warn("doctor runs as uid " + std::to_string(self) + ", and " + path.string() +
                               " belongs to uid " + std::to_string(*owner),
                           "run it as the server's user, or what it says may not hold for the server");
    }
    co_return ok("uid " + std::to_string(self));
}

asio::awaitable<findings> port(const patient& who) {
    const auto& server = who.settings().server;
    if (server.port == 0) co_return ok("0: any that is free");
    const auto answer = co_await http::fetch("GET", local_url(server) + "/health", {}, {}, health_bound);
    if (answer) co_return co_await look_who_answers(server, answer->status, answer->body);

    for (const auto wanted : {server.port, server.admin_port}) {
        if (wanted == 0) continue;
        asio::ip::tcp::acceptor trial(co_await asio::this_coro::executor);
        const auto opened = http::open_listener(trial, server.host, wanted);
        if (!opened) co_return fail(describe(opened.error()), "");
    }
    // Not that no server runs: it may in another container. The database's lock says that.
    co_return ok(std::to_string(server.port) + " is free");
}

std::uint64_t descriptors_for(std::uint32_t connections) noexcept {
    constexpr std::uint64_t besides = 256;
    return connections + besides;
}

/// The server raises its limit as far as it may.
asio::awaitable<findings> open_files(const patient& who) {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    const auto connections = who.settings().server.max_connections;
    const auto needed = descriptors_for(connections);
    if (limit.rlim_max != RLIM_INFINITY && limit.rlim_max < needed)
        co_return warn("a process may have " + std::to_string(limit.rlim_max) + " files open, and " +
                           std::to_string(connections) + " connections (server.max_connections) need " +
                           std::to_string(needed),
                       "raise the hard limit (LimitNOFILE=, ulimit -Hn) or lower max_connections");
    co_return ok(limit.rlim_max == RLIM_INFINITY ? "no limit" : std::to_string(limit.rlim_max) + " allowed");
}

}  // namespace familiar::app::checkup
