#include "provider/github_api.hpp"

#include "provider/github_call.hpp"

#include <utility>

namespace asio = boost::asio;
namespace json = boost::json;

namespace familiar::provider {

using core::result;

namespace {

bool speaks_as_app(const config::settings& settings) {
    return settings.providers.github.auth_method == config::auth_kind::app;
}

}  // namespace

github_api::github_api(const config::current& settings, http::client& client, api_observer observer)
    : settings_(settings), api_(client, "github", std::move(observer)), tokens_(api_) {}

bool github_api::is_app() const {
    return speaks_as_app(*settings_);
}

/// The call with what lets it in.
asio::awaitable<result<rest::call>> github_api::admitted(settings_ptr with, std::string path, rest::call call) {
    const auto& github = with->providers.github;
    if (!speaks_as_app(*with)) co_return github_call(github, std::move(call), github.token);
    if (path.empty()) co_return tokens_.as_app(github, std::move(call));
    auto token = co_await tokens_.get(with, std::move(path), grant::own);
    if (!token) co_return token.error();
    auto ready = github_call(github, std::move(call), token->token);
    ready.account = std::move(token->account);
    co_return ready;
}

/// A token that is kept may have been revoked: the next call has a new one.
core::error github_api::refused(const config::settings& with, const std::string& path, core::error failure) {
    if (!speaks_as_app(with) || failure.code != core::errc::authentication_failed) return failure;
    if (path.empty()) return app_not_known(std::move(failure));
    tokens_.drop(with.providers.github, path, grant::own);
    return failure;
}

asio::awaitable<result<json::value>> github_api::send(std::string path, rest::call call) {
    const auto with = settings_.snapshot();
    auto ready = co_await admitted(with, path, std::move(call));
    if (!ready) co_return ready.error();
    auto answer = co_await api_.send(std::move(*ready));
    if (!answer) co_return refused(*with, path, answer.error());
    co_return answer;
}

asio::awaitable<result<std::vector<json::value>>> github_api::list(std::string path, rest::call first, std::size_t most,
                                                                   element_test goes_on) {
    const auto with = settings_.snapshot();
    auto ready = co_await admitted(with, path, std::move(first));
    if (!ready) co_return ready.error();
    auto elements = co_await api_.list(std::move(*ready), most, std::move(goes_on));
    if (!elements) co_return refused(*with, path, elements.error());
    co_return elements;
}

/// The user name is the one of GitHub's docs, for both kinds of tokens; only the token counts.
asio::awaitable<result<credential>> github_api::credential_for(std::string path, access wanted) {
    constexpr const char* username = "x-access-token";
    const auto with = settings_.snapshot();
    if (!speaks_as_app(*with)) co_return credential{.username = username, .token = with->providers.github.token};
    const auto token =
        co_await tokens_.get(with, std::move(path), wanted == access::write ? grant::write : grant::read);
    if (!token) co_return token.error();
    co_return credential{.username = username, .token = token->token, .expires = token->expires};
}

}  // namespace familiar::provider
