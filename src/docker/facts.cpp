#include "docker/facts.hpp"

#include <boost/json.hpp>

namespace json = boost::json;

namespace familiar::docker {

namespace {

using core::errc;

core::error odd(std::string_view text) {
    return core::fail(errc::invalid, "docker printed what is not understood: " + std::string(text.substr(0, 200)));
}

std::optional<json::object> parse_object(std::string_view text) {
    json::error_code failure;
    auto value = json::parse(text, failure);
    if (failure || !value.is_object()) return std::nullopt;
    return std::move(value.as_object());
}

std::string text_at(const json::object& in, std::string_view key) {
    const auto* value = in.if_contains(key);
    const auto* text = value ? value->if_string() : nullptr;
    return text ? std::string(*text) : std::string();
}

/// True also for what an engine does not tell: it says so of what it cannot do.
bool can(const json::object& in, std::string_view key) {
    const auto* value = in.if_contains(key);
    const auto* flag = value ? value->if_bool() : nullptr;
    return flag == nullptr || *flag;
}

const json::object* object_at(const json::object& in, std::string_view key) {
    const auto* value = in.if_contains(key);
    return value ? value->if_object() : nullptr;
}

}  // namespace

core::result<versions> parse_versions(std::string_view line) {
    const auto object = parse_object(line);
    const auto* client = object ? object_at(*object, "Client") : nullptr;
    if (client == nullptr) return odd(line);
    versions read{.client = text_at(*client, "Version"), .client_api = text_at(*client, "ApiVersion")};
    if (read.client.empty()) return odd(line);
    if (const auto* engine = object_at(*object, "Server")) {
        read.engine = text_at(*engine, "Version");
        read.engine_api = text_at(*engine, "ApiVersion");
    }
    return read;
}

core::result<engine_facts> parse_facts(std::string_view line) {
    const auto object = parse_object(line);
    if (!object || text_at(*object, "ServerVersion").empty()) return odd(line);
    engine_facts read;
    read.name = text_at(*object, "Name");
    read.operating_system = text_at(*object, "OperatingSystem");
    read.clock = core::parse_time(text_at(*object, "SystemTime"));
    read.limits_memory = can(*object, "MemoryLimit");
    read.limits_swap = can(*object, "SwapLimit");
    read.limits_cpus = can(*object, "CpuCfsQuota");
    read.limits_pids = can(*object, "PidsLimit");
    return read;
}

}  // namespace familiar::docker
