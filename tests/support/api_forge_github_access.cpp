#include "support/api_forge_state.hpp"

#include <algorithm>
#include <optional>

// GitHub's REST API: who asks, and what he may.
namespace familiar::test {

namespace {

namespace json = boost::json;
using system_clock = std::chrono::system_clock;

/// "write" is more than "read".
bool grants(const api_installation_token& token, std::string_view one) {
    const auto colon = one.find(':');
    const auto found = token.permissions.find(std::string(one.substr(0, colon)));
    return found != token.permissions.end() && (found->second != "read" || one.substr(colon + 1) == "read");
}

/// What an installation token is kept from: repositories that it isn't for do not exist, permissions are named.
std::optional<api_reply> kept_from(const api_ask& ask, std::string_view needs) {
    const auto& token = *ask.installation;
    const bool in_repository = ask.path.starts_with("/repos/");
    if (in_repository && std::ranges::find(token.repositories, github_repository(ask)) == token.repositories.end())
        return github_error(404, "Not Found");
    for (auto rest = needs; !rest.empty();) {
        const auto one = rest.substr(0, rest.find('|'));
        if (one != "user" && grants(token, one)) return std::nullopt;
        rest.remove_prefix(std::min(one.size() + 1, rest.size()));
    }
    if (needs.empty()) return std::nullopt;
    return github_error(403, "Resource not accessible by integration");
}

/// Fills in who asks; false for credentials that are none.
bool authenticate(const api_state& state, api_ask& ask) {
    const auto given = ask.header("authorization");
    const auto token = given.substr(std::min(given.find(' ') + 1, given.size()));
    if (const auto found = state.tokens.find(token); found != state.tokens.end()) {
        ask.login = found->second;
        return true;
    }
    for (const auto& one : state.installation_tokens)
        if (one.token == token && one.expires > system_clock::now()) {
            ask.installation = &one;
            ask.login = state.app->slug + "[bot]";
            return true;
        }
    return false;
}

/// An App as itself: RS256, issued by its id, not from the future, and good for ten minutes at most.
std::optional<api_reply> not_the_app(const api_state& state, api_ask& ask) {
    const auto given = ask.header("authorization");
    const auto claims = state.app && given.starts_with("Bearer ")
                            ? verified_claims(given.substr(7), state.app->public_key)
                            : std::nullopt;
    if (!claims) return github_error(401, "A JSON web token could not be decoded");
    const auto now = std::chrono::system_clock::to_time_t(system_clock::now());
    const auto number = [&](const char* name) {
        const auto* value = claims->if_contains(name);
        return value != nullptr && value->is_int64() ? value->get_int64() : -1;
    };
    const auto* issuer = claims->if_contains("iss");
    const auto id = std::to_string(state.app->id);
    const bool is_it =
        issuer != nullptr &&
        (issuer->is_string() ? issuer->get_string() == id : issuer->is_int64() && issuer->get_int64() == state.app->id);
    if (!is_it) return github_error(401, "'Issuer' claim ('iss') must be an Integer");
    if (number("exp") <= now) return github_error(401, "'Expiration time' claim ('exp') must be in the future");
    if (number("exp") > now + 600) return github_error(401, "'Expiration time' claim ('exp') is too far in the future");
    if (number("iat") < 0 || number("iat") > now) return github_error(401, "'Issued at' claim ('iat') is wrong");
    ask.login = state.app->slug + "[bot]";
    return std::nullopt;
}

}  // namespace

api_reply github_error(unsigned status, std::string_view message) {
    return {status,
            json::object{{"message", message},
                         {"documentation_url", "https://docs.github.com/rest"},
                         {"status", std::to_string(status)}},
            {}};
}

std::string github_repository(const api_ask& ask) {
    return ask.parts.at(0) + "/" + ask.parts.at(1);
}

json::object github_user(const api_state& state, const std::string& login) {
    const auto* who = state.user(login);
    return {{"login", who == nullptr ? login : who->login},
            {"id", who == nullptr ? 0 : who->id},
            {"type", who != nullptr && who->bot ? "Bot" : "User"},
            {"site_admin", false}};
}

api_reply answer_as_github(api_state& state, api_ask ask, std::string& login) {
    if (ask.header("user-agent").empty()) return github_error(403, "Request forbidden by administrative rules.");
    const auto* route = find_route(github_routes(), ask);
    if (route == nullptr) route = find_route(github_app_routes(), ask);
    if (route != nullptr && route->needs == "jwt") {
        if (auto refused = not_the_app(state, ask)) return std::move(*refused);
    } else if (!authenticate(state, ask)) {
        return github_error(401, "Bad credentials");
    }
    login = ask.login;
    if (route == nullptr) return github_error(404, "Not Found");
    if (ask.installation != nullptr)
        if (auto refused = kept_from(ask, route->needs)) return std::move(*refused);
    return route->answer(state, ask);
}

}  // namespace familiar::test
