#include "app/missed.hpp"

#include "core/secret.hpp"
#include "event/login.hpp"
#include "triage/glob.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

namespace familiar::app {

namespace {

constexpr std::chrono::minutes slack{1};
constexpr std::chrono::hours farthest{72};

bool is_watched(std::string_view path, const std::vector<std::string>& watched) {
    return watched.empty() ||
           std::ranges::any_of(watched, [path](const auto& pattern) { return triage::glob_match(pattern, path); });
}

}  // namespace

std::optional<core::wall_time> missed_since(std::optional<core::wall_time> last_in_use, core::wall_time now) {
    if (!last_in_use) return std::nullopt;
    return std::max(*last_in_use - slack, now - farthest);
}

std::vector<std::string> repositories_to_ask(std::vector<std::string> known, const std::vector<std::string>& watched) {
    for (const auto& pattern : watched)
        if (pattern.find('*') == std::string::npos && !event::names(known, pattern)) known.push_back(pattern);
    std::erase_if(known, [&](const auto& path) { return !is_watched(path, watched); });
    return known;
}

missed_event unheard_of(const std::string& path, const provider::merge_request_state& now,
                        std::optional<std::string> before, core::wall_time received) {
    const auto& request = now.request;
    event::event incoming;
    incoming.what = before ? event::action::updated : event::action::opened;
    incoming.delivery =
        "recovered-" + core::sha256_hex(path + ' ' + std::to_string(request.number) + ' ' + request.head).substr(0, 32);
    incoming.repo.forge = event::provider::gitlab;
    incoming.repo.path = path;
    incoming.request = request;
    incoming.sender = request.author;
    incoming.before = before.value_or("");
    journal::delivery origin{.forge = event::provider::gitlab,
                             .id = incoming.delivery,
                             .event_name = "Merge Request Hook",
                             .body = {},
                             .received = received};
    return {std::move(origin), std::move(incoming)};
}

}  // namespace familiar::app
