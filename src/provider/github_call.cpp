#include "provider/github_call.hpp"

#include <algorithm>

namespace familiar::provider {

rest::call github_call(const config::github_settings& settings, rest::call call, const core::secret& token) {
    call.url = settings.api_url + call.url;
    call.headers.emplace_back("Accept", "application/vnd.github+json");
    call.headers.emplace_back("X-GitHub-Api-Version", "2022-11-28");
    if (!token.empty()) call.headers.emplace_back("Authorization", "Bearer " + token.reveal());
    return call;
}

std::string repository_path(const std::string& path) {
    const auto slash = std::min(path.find('/'), path.size());
    auto url = "/repos/" + encoded(path.substr(0, slash));
    if (slash < path.size()) url += '/' + encoded(path.substr(slash + 1));
    return url;
}

std::string by_hundreds(std::string url) {
    return std::move(url) + (url.find('?') == std::string::npos ? "?" : "&") + "per_page=100";
}

}  // namespace familiar::provider
