#pragma once

#include "support/api_forge.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <deque>
#include <mutex>
#include <optional>
#include <string_view>

/// The inside of api_forge.
namespace familiar::test {

using api_headers = std::vector<std::pair<std::string, std::string>>;

struct api_membership {
    int level = 0;
    bool inherited = false;
};

struct api_entry {
    std::int64_t id = 0;
    api_request what;
    std::vector<api_comment> comments{};
    std::vector<api_reaction> reactions{};
};

struct api_repository {
    std::int64_t id = 0;
    std::string path;
    std::string default_branch;
    std::map<std::string, std::string> roles{};                 ///< by login, in lower case
    std::map<std::string, api_membership> levels{};             ///< by login, in lower case
    std::map<std::int64_t, api_entry> requests{};               ///< by number
    std::vector<std::pair<std::int64_t, std::string>> hooks{};  ///< id and URL
};

/// All that the forge knows. Whoever reads or writes it holds `guard`.
struct api_state {
    mutable std::mutex guard{};
    std::string prefix;
    int page_size = 100;
    std::int64_t last_id = 1000;

    std::vector<api_user> users{};
    std::map<std::string, std::string> tokens{};  ///< to a login
    std::optional<api_app> app{};
    std::vector<api_installation_token> installation_tokens{};
    std::map<std::string, api_repository> repositories{};            ///< by path
    std::map<std::int64_t, std::vector<api_delivery>> deliveries{};  ///< by hook, 0 is the App's
    std::vector<api_status> statuses{};

    std::deque<api_fault> faults{};
    std::vector<api_call> calls{};
    std::int64_t limit = 5000;
    std::int64_t remaining = 5000;
    std::chrono::system_clock::time_point reset = std::chrono::system_clock::now() + std::chrono::hours(1);

    std::int64_t next_id() { return ++last_id; }
    const api_user* user(std::string_view login) const;     ///< null if there is none; any case
    const api_user& needed_user(const std::string& login);  ///< made if there is none
    api_repository& repository(const std::string& path);    ///< throws out_of_range
    api_entry& entry(const std::string& path, std::int64_t number);
};

/// A request that was read.
struct api_ask {
    std::string method;
    std::string target;  ///< below the server's root, with the query, as sent
    std::string path;    ///< below the API's root, as sent
    std::map<std::string, std::string> query{};
    std::map<std::string, std::string> headers{};  ///< names in lower case
    boost::json::object body{};
    std::vector<std::string> parts{};  ///< what stands in place of a pattern's stars, decoded
    std::string login{};               ///< whose credentials
    const api_installation_token* installation = nullptr;

    std::string header(const std::string& lower_case_name) const;
    /// A text or number of the query or the body; empty without it.
    std::string field(const std::string& name) const;
    std::int64_t number(std::size_t part) const;  ///< 0 for what is none
};

struct api_reply {
    unsigned status = 200;
    boost::json::value body{};  ///< null: none
    api_headers headers{};
};

struct api_route {
    std::string_view method;
    std::string_view pattern;  ///< "/repos/*/*/pulls/*"
    /// GitHub: permissions of which an installation token needs one ("issues:write|pull_requests:write"); "jwt" for
    /// what an App asks as itself, "user" for what no App may.
    std::string_view needs;
    api_reply (*answer)(api_state&, const api_ask&);
};

/// The route of a request, with `parts` filled in; null without one.
const api_route* find_route(const std::vector<api_route>& routes, api_ask& ask);

/// The page of a listing that is asked for, with the Link header (RFC 8288) and GitLab's own.
api_reply page_of(const api_state& state, const api_ask& ask, const std::vector<boost::json::value>& all,
                  int usual_size);

/// "2026-01-31T12:00:00Z"
std::string api_time(std::chrono::system_clock::time_point when);

std::string lower_case(std::string_view text);
std::string url_decoded(std::string_view text);
/// The address of the server as the client wrote it: "http://127.0.0.1:4711".
std::string origin_of(const api_ask& ask);

/// The claims of a JWT that this key has signed with RS256 (RFC 7519, RFC 7518); none if it has not.
std::optional<boost::json::object> verified_claims(const std::string& jwt, const std::string& public_key);

/// One API each: authenticates and answers.
api_reply answer_as_github(api_state& state, api_ask ask, std::string& login);
api_reply answer_as_gitlab(api_state& state, api_ask ask, std::string& login);

/// GitHub's: merge requests and what is said about them; Apps and webhooks.
const std::vector<api_route>& github_routes();
const std::vector<api_route>& github_app_routes();
api_reply github_error(unsigned status, std::string_view message);
std::string github_repository(const api_ask& ask);  ///< the first two parts
boost::json::object github_user(const api_state& state, const std::string& login);

}  // namespace familiar::test
