#pragma once

#include "provider/gitlab.hpp"
#include "support/run_coroutine.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace familiar::test {

/// GitLab's API at some URL, as the server has it.
struct gitlab_desk {
    static constexpr auto token = "glpat-a-token-of-the-bots-own";

    static config::settings settings_for(const std::string& base_url) {
        config::settings values;
        values.providers.gitlab.base_url = base_url;
        values.providers.gitlab.token = core::secret(token);
        return values;
    }

    explicit gitlab_desk(const std::string& base_url, http::client_settings how = {})
        : settings(settings_for(base_url)), client(context.get_executor(), unkept(std::move(how)), {}) {}

    template <class T>
    T run(boost::asio::awaitable<T> asking) {
        return run_coroutine(context, std::move(asking));
    }

    boost::asio::io_context context{1};
    config::current settings;
    http::client client;
    std::vector<std::string> codes{};  ///< what the observer was told
    std::vector<double> remaining{};
    std::unique_ptr<provider::forge> gitlab = provider::make_gitlab(
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
