#pragma once

#include "config/settings.hpp"
#include "core/error.hpp"
#include "core/secret.hpp"
#include "core/time.hpp"
#include "provider/rest.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/json/value.hpp>

#include <map>
#include <memory>
#include <string>

namespace familiar::provider {

/// What an installation token is for. Each can do that and no more, in one repository.
enum class grant {
    own,    ///< Familiar's calls: comments, reactions, statuses
    read,   ///< an agent that may look
    write,  ///< an agent that may push
};

struct installation_token {
    core::secret token;
    core::wall_time expires{};  ///< by our clock
    std::string account;        ///< whose limits its calls count against: rest::call::account
};

/// What is said to somebody whose App's JWT was not accepted, besides that.
core::error app_not_known(core::error failure);

/// The tokens of a GitHub App's installations (GitHub docs: "Authenticating as a GitHub App installation"). They end an
/// hour after they were made. They are registered as secrets (observe::redact_issued).
class app_tokens {
public:
    /// `api` outlives it.
    explicit app_tokens(rest& api);
    ~app_tokens();
    app_tokens(const app_tokens&) = delete;
    app_tokens& operator=(const app_tokens&) = delete;

    /// A token that is good for ten minutes at least, if the server gives such: a kept one, else a new one. Whoever
    /// asks for the same meanwhile gets what comes of that one request, also its failure. The settings are those in
    /// force when it is called; tokens of others are not handed out.
    ///
    /// Errors besides those of all calls: invalid for a private key that is none; not_found where the App is not
    /// installed; refused where the installation lacks a permission.
    boost::asio::awaitable<core::result<installation_token>> get(std::shared_ptr<const config::settings> settings,
                                                                 std::string path, grant what);

    /// The server did not accept a token of this repository: the next one is a new one.
    void drop(const config::github_settings& settings, const std::string& path, grant what);

    /// The call made ready for the App itself, with its JWT; `url` is below the API's root. errc::invalid for a private
    /// key that is none.
    core::result<rest::call> as_app(const config::github_settings& settings, rest::call call) const;

private:
    struct shelf;

    std::shared_ptr<shelf> shelf_for(const std::string& name, const boost::asio::any_io_executor& executor);
    boost::asio::awaitable<core::result<installation_token>> fetch(std::shared_ptr<const config::settings> settings,
                                                                   std::string path, grant what);
    boost::asio::awaitable<core::result<boost::json::value>> send(const config::github_settings& settings,
                                                                  rest::call call);

    rest& api_;
    std::map<std::string, std::shared_ptr<shelf>> shelves_{};
};

}  // namespace familiar::provider
