#include "core/secret.hpp"
#include "support/api_forge_state.hpp"

#include <boost/json/parse.hpp>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>

// GitHub's REST API: Apps with their tokens, and what became of webhooks.
namespace familiar::test {

namespace {

namespace json = boost::json;
using system_clock = std::chrono::system_clock;

api_reply get_app(api_state& state, const api_ask&) {
    return {200,
            json::object{{"id", state.app->id},
                         {"slug", state.app->slug},
                         {"name", state.app->slug},
                         {"owner", json::object{{"login", "acme"}}}},
            {}};
}

bool is_installed(const api_state& state, const std::string& path) {
    return std::ranges::find(state.app->repositories, path) != state.app->repositories.end();
}

json::object as_json(const std::map<std::string, std::string>& permissions) {
    json::object out;
    for (const auto& [name, access] : permissions) out[name] = access;
    return out;
}

api_reply get_installation(api_state& state, const api_ask& ask) {
    if (!is_installed(state, github_repository(ask))) return github_error(404, "Not Found");
    return {200,
            json::object{{"id", state.app->installation},
                         {"app_id", state.app->id},
                         {"app_slug", state.app->slug},
                         {"repository_selection", "selected"},
                         {"permissions", as_json(state.app->permissions)}},
            {}};
}

/// The repositories that are asked for, by name or id; all of the installation if none are. None if one isn't of it.
std::optional<std::vector<std::string>> wanted_repositories(const api_state& state, const api_ask& ask) {
    const auto* names = ask.body.if_contains("repositories");
    const auto* ids = ask.body.if_contains("repository_ids");
    if (names == nullptr && ids == nullptr) return state.app->repositories;
    std::vector<std::string> out;
    for (const auto& path : state.app->repositories) {
        const auto named = [&](const json::value& one) { return one == json::value(path.substr(path.rfind('/') + 1)); };
        const auto meant = [&](const json::value& one) {
            const auto found = state.repositories.find(path);
            return found != state.repositories.end() && one == json::value(found->second.id);
        };
        if ((names != nullptr && std::ranges::any_of(names->as_array(), named)) ||
            (ids != nullptr && std::ranges::any_of(ids->as_array(), meant)))
            out.push_back(path);
    }
    const auto asked =
        (names == nullptr ? 0 : names->as_array().size()) + (ids == nullptr ? 0 : ids->as_array().size());
    if (out.size() != asked) return std::nullopt;
    return out;
}

/// The permissions that are asked for; all of the installation if none are. None if one is more than it has.
std::optional<std::map<std::string, std::string>> wanted_permissions(const api_state& state, const api_ask& ask) {
    const auto* asked = ask.body.if_contains("permissions");
    if (asked == nullptr) return state.app->permissions;
    std::map<std::string, std::string> out;
    for (const auto& one : asked->as_object()) {
        const std::string access(one.value().as_string());
        const auto granted = state.app->permissions.find(std::string(one.key()));
        const bool has = one.key() == "metadata" ||
                         (granted != state.app->permissions.end() && (access == "read" || granted->second == access));
        if (!has) return std::nullopt;
        out[std::string(one.key())] = access;
    }
    return out;
}

api_reply post_access_token(api_state& state, const api_ask& ask) {
    if (ask.number(0) != state.app->installation) return github_error(404, "Not Found");
    const auto repositories = wanted_repositories(state, ask);
    if (!repositories)
        return github_error(422,
                            "There is at least one repository that does not exist or is not accessible to the "
                            "parent installation.");
    const auto permissions = wanted_permissions(state, ask);
    if (!permissions) return github_error(422, "The permissions requested are not granted to this installation.");

    auto& made = state.installation_tokens;
    const auto number = made.size();
    const auto token = number < state.app->tokens.size() ? state.app->tokens[number]
                                                         : "ghs_installation-token-" + std::to_string(state.next_id());
    made.push_back({token, *repositories, *permissions, system_clock::now() + state.app->token_life});
    return {201,
            json::object{{"token", token},
                         {"expires_at", api_time(made.back().expires)},
                         {"permissions", as_json(*permissions)},
                         {"repository_selection", "selected"}},
            {}};
}

api_reply get_hooks(api_state& state, const api_ask& ask) {
    const auto in = state.repositories.find(github_repository(ask));
    if (in == state.repositories.end()) return github_error(404, "Not Found");
    std::vector<json::value> all;
    for (const auto& [id, url] : in->second.hooks)
        all.emplace_back(json::object{{"id", id},
                                      {"type", "Repository"},
                                      {"name", "web"},
                                      {"active", true},
                                      {"events", json::array{"pull_request", "issue_comment"}},
                                      {"config", json::object{{"url", url}, {"content_type", "json"}}}});
    return page_of(state, ask, all, 30);
}

json::object delivery_json(const api_delivery& of) {
    return {{"id", of.id},
            {"guid", of.guid},
            {"delivered_at", api_time(of.delivered)},
            {"redelivery", of.redelivery},
            {"duration", 0.1},
            {"status", of.status_code / 100 == 2 ? "OK" : "failed to connect to host"},
            {"status_code", of.status_code},
            {"event", of.event},
            {"action", of.action.empty() ? json::value(nullptr) : json::value(of.action)},
            {"throttled_at", nullptr}};
}

/// The newest first; the next page is named by a cursor.
api_reply delivery_page(const api_state& state, const api_ask& ask, std::int64_t hook) {
    std::vector<api_delivery> all;
    if (const auto found = state.deliveries.find(hook); found != state.deliveries.end()) all = found->second;
    std::ranges::sort(all, std::greater{}, [](const api_delivery& one) { return std::pair(one.delivered, one.id); });

    const std::string begin = "v1_";
    const auto cursor = ask.field("cursor");
    auto at = cursor.empty() ? all.begin() : std::ranges::find_if(all, [&](const api_delivery& one) {
        return begin + std::to_string(one.id) == cursor;
    });
    if (at == all.end() && !cursor.empty()) return github_error(422, "Invalid cursor");
    const auto wanted = ask.field("per_page").empty() ? 30 : std::stoi(ask.field("per_page"));
    json::array page;
    for (int left = std::min(wanted, state.page_size); left > 0 && at != all.end(); --left)
        page.push_back(delivery_json(*at++));
    api_reply out{200, std::move(page), {}};
    if (at != all.end())
        out.headers.emplace_back("Link", "<" + origin_of(ask) + ask.target.substr(0, ask.target.find('?')) +
                                             "?per_page=" + std::to_string(wanted) + "&cursor=" + begin +
                                             std::to_string(at->id) + ">; rel=\"next\"");
    return out;
}

api_reply whole_delivery(const api_state& state, std::int64_t hook, std::int64_t id) {
    const auto found = state.deliveries.find(hook);
    if (found == state.deliveries.end()) return github_error(404, "Not Found");
    const auto one = std::ranges::find(found->second, id, &api_delivery::id);
    if (one == found->second.end()) return github_error(404, "Not Found");
    auto out = delivery_json(*one);
    out["request"] = {{"headers", json::object{{"X-GitHub-Event", one->event}, {"X-GitHub-Delivery", one->guid}}},
                      {"payload", json::parse(one->payload)}};
    out["response"] = {{"headers", json::object{}}, {"payload", nullptr}};
    return {200, std::move(out), {}};
}

bool has_hook(const api_state& state, const api_ask& ask) {
    const auto in = state.repositories.find(github_repository(ask));
    return in != state.repositories.end() &&
           std::ranges::any_of(in->second.hooks, [&](const auto& one) { return one.first == ask.number(2); });
}

api_reply get_deliveries(api_state& state, const api_ask& ask) {
    return has_hook(state, ask) ? delivery_page(state, ask, ask.number(2)) : github_error(404, "Not Found");
}

api_reply get_delivery(api_state& state, const api_ask& ask) {
    return has_hook(state, ask) ? whole_delivery(state, ask.number(2), ask.number(3)) : github_error(404, "Not Found");
}

api_reply get_app_deliveries(api_state& state, const api_ask& ask) {
    return delivery_page(state, ask, 0);
}

api_reply get_app_delivery(api_state& state, const api_ask& ask) {
    return whole_delivery(state, 0, ask.number(0));
}

std::string from_base64url(std::string text) {
    std::ranges::replace(text, '-', '+');
    std::ranges::replace(text, '_', '/');
    return core::from_base64(text);
}

}  // namespace

std::optional<json::object> verified_claims(const std::string& jwt, const std::string& public_key) {
    const auto first = jwt.find('.');
    const auto second = jwt.rfind('.');
    if (first == std::string::npos || first == second) return std::nullopt;
    boost::system::error_code wrong;
    const auto header = json::parse(from_base64url(jwt.substr(0, first)), wrong);
    if (wrong || !header.is_object() || !header.as_object().contains("alg") || header.at("alg") != "RS256")
        return std::nullopt;
    auto claims = json::parse(from_base64url(jwt.substr(first + 1, second - first - 1)), wrong);
    if (wrong || !claims.is_object()) return std::nullopt;

    const std::unique_ptr<BIO, decltype(&BIO_free)> text(
        BIO_new_mem_buf(public_key.data(), static_cast<int>(public_key.size())), &BIO_free);
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
        PEM_read_bio_PUBKEY(text.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> check(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    const auto signature = from_base64url(jwt.substr(second + 1));
    const auto bytes = [](const std::string& of) { return reinterpret_cast<const unsigned char*>(of.data()); };
    const bool good = key != nullptr &&
                      EVP_DigestVerifyInit(check.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
                      EVP_DigestVerify(check.get(), bytes(signature), signature.size(), bytes(jwt), second) == 1;
    if (!good) return std::nullopt;
    return std::move(claims.get_object());
}

const std::vector<api_route>& github_app_routes() {
    static const std::vector<api_route> routes{
        {"GET", "/app", "jwt", get_app},
        {"GET", "/repos/*/*/installation", "jwt", get_installation},
        {"POST", "/app/installations/*/access_tokens", "jwt", post_access_token},
        {"GET", "/app/hook/deliveries", "jwt", get_app_deliveries},
        {"GET", "/app/hook/deliveries/*", "jwt", get_app_delivery},
        {"GET", "/repos/*/*/hooks", "repository_hooks:read", get_hooks},
        {"GET", "/repos/*/*/hooks/*/deliveries", "repository_hooks:read", get_deliveries},
        {"GET", "/repos/*/*/hooks/*/deliveries/*", "repository_hooks:read", get_delivery},
    };
    return routes;
}

}  // namespace familiar::test
