#include "docker/parse.hpp"

#include <boost/json.hpp>

#include <utility>

namespace json = boost::json;

namespace familiar::docker {

namespace {

using core::errc;
using core::fail;

core::error odd(std::string_view text) {
    return fail(errc::invalid, "docker printed what is not understood: " + std::string(text.substr(0, 200)));
}

/// An object or nothing.
std::optional<json::object> parse_object(std::string_view text) {
    json::error_code failure;
    auto value = json::parse(text, failure);
    if (failure || !value.is_object()) return std::nullopt;
    return std::move(value.as_object());
}

const json::value* find(const json::object& in, std::initializer_list<std::string_view> path) {
    const json::object* object = &in;
    const json::value* value = nullptr;
    for (const auto key : path) {
        if (object == nullptr) return nullptr;
        value = object->if_contains(key);
        if (value == nullptr) return nullptr;
        object = value->if_object();
    }
    return value;
}

std::string text_at(const json::object& in, std::initializer_list<std::string_view> path) {
    const auto* value = find(in, path);
    const auto* text = value ? value->if_string() : nullptr;
    return text ? std::string(*text) : std::string();
}

bool flag_at(const json::object& in, std::initializer_list<std::string_view> path) {
    const auto* value = find(in, path);
    const auto* flag = value ? value->if_bool() : nullptr;
    return flag != nullptr && *flag;
}

label_map labels_at(const json::object& in, std::initializer_list<std::string_view> path) {
    label_map labels;
    const auto* value = find(in, path);
    const auto* object = value ? value->if_object() : nullptr;
    if (object == nullptr) return labels;
    for (const auto& [key, label] : *object)
        if (const auto* text = label.if_string()) labels.emplace(std::string(key), std::string(*text));
    return labels;
}

/// Docker says "0001-01-01T00:00:00Z" for never.
std::optional<core::wall_time> time_at(const json::object& in, std::initializer_list<std::string_view> path) {
    const auto text = text_at(in, path);
    if (text.starts_with("0001-")) return std::nullopt;
    return core::parse_time(text);
}

}  // namespace

core::result<container_state> parse_container(std::string_view line) {
    const auto object = parse_object(line);
    if (!object) return odd(line);
    container_state state;
    state.id = text_at(*object, {"Id"});
    state.name = text_at(*object, {"Name"});
    state.status = text_at(*object, {"State", "Status"});
    if (state.name.starts_with('/')) state.name.erase(0, 1);
    if (state.id.empty() || state.name.empty() || state.status.empty()) return odd(line);

    state.image = text_at(*object, {"Config", "Image"});
    state.running = flag_at(*object, {"State", "Running"});
    state.oom_killed = flag_at(*object, {"State", "OOMKilled"});
    state.error = text_at(*object, {"State", "Error"});
    const auto* code = find(*object, {"State", "ExitCode"});
    // One that is no number is not taken for 0, which is success, and neither is one whose lowest bits are 0.
    if (code != nullptr && (!code->is_int64() || !std::in_range<int>(code->get_int64()))) return odd(line);
    if (code != nullptr) state.exit_code = static_cast<int>(code->get_int64());
    state.created = time_at(*object, {"Created"}).value_or(core::wall_time{});
    state.started_at = time_at(*object, {"State", "StartedAt"});
    state.finished_at = time_at(*object, {"State", "FinishedAt"});
    state.labels = labels_at(*object, {"Config", "Labels"});
    return state;
}

core::result<image_info> parse_image(std::string_view line) {
    const auto object = parse_object(line);
    if (!object) return odd(line);
    image_info info{.id = text_at(*object, {"Id"}), .labels = labels_at(*object, {"Config", "Labels"})};
    if (info.id.empty()) return odd(line);
    return info;
}

std::optional<std::string> parse_event_name(std::string_view line) {
    const auto object = parse_object(line);
    if (!object) return std::nullopt;
    auto name = text_at(*object, {"Actor", "Attributes", "name"});
    if (name.empty()) return std::nullopt;
    return name;
}

core::result<std::string> parse_string(std::string_view text) {
    json::error_code failure;
    const auto value = json::parse(text, failure);
    if (failure || !value.is_string() || value.as_string().empty()) return odd(text);
    return std::string(value.as_string());
}

}  // namespace familiar::docker
