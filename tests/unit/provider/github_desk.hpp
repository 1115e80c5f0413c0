#pragma once

#include "provider/github.hpp"
#include "support/app_key.hpp"
#include "support/run_coroutine.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace familiar::test {

/// GitHub's API at some URL, as the server has it.
struct github_desk {
    static constexpr auto token = "ghp_a_token_of_the_bots_own";

    static config::settings with_token(const std::string& api_url) {
        config::settings values;
        values.providers.github.api_url = api_url;
        values.providers.github.token = core::secret(token);
        return values;
    }

    static config::settings as_app(const std::string& api_url) {
        config::settings values;
        auto& github = values.providers.github;
        github.api_url = api_url;
        github.auth_method = config::auth_kind::app;
        github.app_id = "4711";
        github.private_key = core::secret(app_key::rsa().private_pem);
        return values;
    }

    explicit github_desk(config::settings first, http::client_settings how = {})
        : settings(std::move(first)), client(context.get_executor(), unkept(std::move(how)), {}) {}

    template <class T>
    T run(boost::asio::awaitable<T> asking) {
        return run_coroutine(context, std::move(asking));
    }

    boost::asio::io_context context{1};
    config::current settings;
    http::client client;
    std::vector<std::string> codes{};  ///< what the observer was told
    std::vector<double> remaining{};
    std::unique_ptr<provider::forge> github = provider::make_github(
        settings, client,
        {.requested = [this](std::string_view, std::string_view code) { codes.emplace_back(code); },
         .remaining = [this](std::string_view, double left) { remaining.push_back(left); }});

private:
    /// The loop would wait for a kept connection's end.
    static http::client_settings unkept(http::client_settings how) {
        how.idle_per_origin = 0;
        return how;
    }
};

}  // namespace familiar::test
