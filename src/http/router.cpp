#include "http/router.hpp"

#include <optional>
#include <utility>

namespace familiar::http {

namespace {

constexpr std::string_view placeholder = "{id}";

/// What stands in the place of "{id}" (empty for an exact pattern), or nothing if the path does not fit.
std::optional<std::string_view> fit(std::string_view pattern, std::string_view path) {
    const auto at = pattern.find(placeholder);
    if (at == std::string_view::npos) return pattern == path ? std::optional<std::string_view>("") : std::nullopt;
    const auto head = pattern.substr(0, at);
    const auto tail = pattern.substr(at + placeholder.size());
    if (path.size() <= head.size() + tail.size() || !path.starts_with(head) || !path.ends_with(tail)) return {};
    const auto id = path.substr(head.size(), path.size() - head.size() - tail.size());
    return id.find('/') == std::string_view::npos ? std::optional(id) : std::nullopt;
}

bool answers(const router::route& route, std::string_view method) {
    return route.method == method || (route.method == "GET" && method == "HEAD");
}

}  // namespace

void router::add(std::string method, std::string pattern, handler handle, std::string label, body_type body) {
    if (label.empty()) label = pattern;
    routes_.push_back({std::move(method), std::move(pattern), std::move(handle), std::move(label), body});
}

router::match router::find(std::string_view method, std::string_view path) const {
    match known;
    for (const auto& route : routes_) {
        const auto id = fit(route.pattern, path);
        if (!id) continue;
        if (answers(route, method)) return {.found = &route, .id = std::string(*id)};
        if (!known.allow.empty()) known.allow += ", ";
        known.allow += route.method == "GET" ? "GET, HEAD" : route.method;
    }
    return known;
}

}  // namespace familiar::http
