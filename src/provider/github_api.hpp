#pragma once

#include "config/current.hpp"
#include "core/error.hpp"
#include "http/client.hpp"
#include "provider/app_tokens.hpp"
#include "provider/forges.hpp"
#include "provider/rest.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace familiar::provider {

/// Calls to GitHub as whoever the configuration in force says. `url` of a call is below the API's root; `path` is the
/// repository that it is about: an App has a token for each. Without one an App speaks for itself, with its JWT.
/// Errors are those of rest and, for an App, of app_tokens.
class github_api {
public:
    github_api(const config::current& settings, http::client& client, api_observer observer);

    bool is_app() const;

    boost::asio::awaitable<core::result<boost::json::value>> send(std::string path, rest::call call);
    boost::asio::awaitable<core::result<std::vector<boost::json::value>>> list(std::string path, rest::call first,
                                                                               std::size_t most,
                                                                               element_test goes_on = {});

    /// What somebody else may show for the repository: the App's token for that, or the configured one.
    boost::asio::awaitable<core::result<credential>> credential_for(std::string path, access wanted);

private:
    using settings_ptr = std::shared_ptr<const config::settings>;

    boost::asio::awaitable<core::result<rest::call>> admitted(settings_ptr with, std::string path, rest::call call);
    core::error refused(const config::settings& with, const std::string& path, core::error failure);

    const config::current& settings_;
    rest api_;
    app_tokens tokens_;
};

}  // namespace familiar::provider
