#include "app/doctor_checks.hpp"
#include "config/current.hpp"
#include "event/login.hpp"
#include "http/client.hpp"
#include "provider/forges.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <optional>

namespace asio = boost::asio;

namespace familiar::app::checkup {

namespace {

using core::errc;

constexpr std::chrono::seconds answer_bound{10};

/// A few are enough to see a token or an App that was made for other repositories.
constexpr std::size_t most_repositories = 5;

const std::string& url_of(const config::providers_settings& providers, event::provider forge) {
    return forge == event::provider::github ? providers.github.api_url : providers.gitlab.base_url;
}

std::string_view url_key(event::provider forge) {
    return forge == event::provider::github ? "api_url" : "base_url";
}

bool is_app(const config::settings& settings, event::provider forge) {
    return forge == event::provider::github && settings.providers.github.auth_method == config::auth_kind::app;
}

/// Why there is nothing to ask; empty if there is.
std::string nothing_to_ask(const config::settings& settings, event::provider forge) {
    constexpr std::string_view so = ": nobody's permission is known, and nothing is answered on merge requests";
    if (!config::enabled(settings.providers, forge)) return "off: it has no webhook_secret";
    if (url_of(settings.providers, forge).empty())
        return "no API: there is a git_url and no " + std::string(url_key(forge)) + std::string(so);
    if (!config::has_api(settings.providers, forge)) return "no token for it" + std::string(so);
    return {};
}

std::string hint_for(const core::error& failure, const config::settings& settings, event::provider forge) {
    if (failure.code == errc::authentication_failed && is_app(settings, forge))
        return "look at app_id and private_key, and at this machine's clock";
    if (failure.code == errc::authentication_failed)
        return "look at the token: it was revoked, has ended, or was made without the scope for the API";
    if (failure.code == errc::not_found || failure.code == errc::invalid)
        return std::string(url_key(forge)) + " is not where the API is";
    if (failure.code == errc::refused) return "name the CA that signed its certificate in git.ca_file";
    if (failure.retry_after) return "jobs wait until then";
    return "look at " + std::string(url_key(forge)) + ", the network and its proxies; jobs wait until it answers";
}

/// The events of the token's owner never start an agent, lest the bot answer itself.
finding judge(const provider::identity& owner, const config::settings& settings, const std::string& url) {
    const bool is_bot = event::same_login(event::without_app_suffix(owner.login), settings.bot_username);
    if (owner.person && !is_bot)
        return {verdict::warn,
                url + " answers, and the token is that of " + owner.login +
                    ", who looks like a person: no event of that account ever starts an agent",
                "make an account for the bot, and name it in bot_username"};
    return {verdict::ok, url + " answers, and calls us " + owner.login, {}};
}

/// Those of `triggers.repositories` that are names and no patterns.
std::vector<std::string> named_repositories(const config::settings& settings) {
    std::vector<std::string> named;
    for (const auto& one : settings.triggers.repositories)
        if (one.find('*') == std::string::npos && named.size() < most_repositories) named.push_back(one);
    return named;
}

/// What a job needs there first: the App's token for it, or that the token sees it at all.
asio::awaitable<core::result<void>> try_repository(provider::forge& api, std::string path) {
    if (api.narrows()) {
        const auto given = co_await api.credential_for(path, provider::access::write);
        if (!given) co_return given.error();
    }
    const auto seen = co_await api.open_requests(path, core::now());
    if (!seen) co_return seen.error();
    co_return core::result<void>{};
}

std::optional<finding> judge(const core::result<void>& tried, const std::string& path, const config::settings& settings,
                             event::provider forge) {
    if (tried) return std::nullopt;
    const auto& failure = tried.error();
    if (failure.code != errc::not_found)
        return finding{verdict::fail, path + ": " + describe(failure), hint_for(failure, settings, forge)};
    // The list is for both forges, and does not say which of them has it.
    return finding{verdict::warn, path + " of triggers.repositories is not to be seen: " + describe(failure),
                   is_app(settings, forge) ? "install the App there, or correct the name"
                                           : "give the token's account access, or correct the name"};
}

asio::awaitable<findings> api_answers(const patient& who, event::provider forge) {
    const auto& settings = who.settings();
    if (auto why = nothing_to_ask(settings, forge); !why.empty()) co_return skip(std::move(why));

    const config::current in_force(settings);
    http::client client(co_await asio::this_coro::executor,
                        {.total_timeout = answer_bound, .idle_per_origin = 0, .ca_file = settings.git.ca_file},
                        http::proxies_of_process());
    provider::forges forges(in_force, client, {});
    auto& api = *forges.of(forge);

    const auto owner = co_await api.identify();
    if (!owner) co_return fail(describe(owner.error()), hint_for(owner.error(), settings, forge));
    findings all{judge(*owner, settings, url_of(settings.providers, forge))};
    for (const auto& path : named_repositories(settings)) {
        const auto tried = co_await try_repository(api, path);
        if (auto found = judge(tried, path, settings, forge)) all.push_back(std::move(*found));
    }
    co_return all;
}

}  // namespace

asio::awaitable<findings> github_api(const patient& who) {
    return api_answers(who, event::provider::github);
}

asio::awaitable<findings> gitlab_api(const patient& who) {
    return api_answers(who, event::provider::gitlab);
}

}  // namespace familiar::app::checkup
