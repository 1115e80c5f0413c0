#include "provider/app_tokens.hpp"

#include "async/signal.hpp"
#include "event/fields.hpp"
#include "observe/redact.hpp"
#include "provider/app_jwt.hpp"
#include "provider/github_call.hpp"

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/json/object.hpp>

#include <array>
#include <optional>
#include <utility>

namespace asio = boost::asio;
namespace json = boost::json;

namespace familiar::provider {

namespace {

using core::errc;

/// What is left at least of a token that is handed out.
constexpr std::chrono::minutes least_left{10};

struct permission_row {
    grant what;
    const char* name;
    const char* level;
};

/// GitHub docs: "Permissions required for GitHub Apps".
constexpr std::array permission_rows{
    permission_row{grant::own, "contents", "read"},         permission_row{grant::own, "issues", "write"},
    permission_row{grant::own, "metadata", "read"},         permission_row{grant::own, "pull_requests", "write"},
    permission_row{grant::own, "statuses", "write"},        permission_row{grant::read, "contents", "read"},
    permission_row{grant::read, "issues", "read"},          permission_row{grant::read, "metadata", "read"},
    permission_row{grant::read, "pull_requests", "read"},   permission_row{grant::write, "contents", "write"},
    permission_row{grant::write, "issues", "write"},        permission_row{grant::write, "metadata", "read"},
    permission_row{grant::write, "pull_requests", "write"},
};

json::object permissions_of(grant what) {
    json::object permissions;
    for (const auto& row : permission_rows)
        if (row.what == what) permissions[row.name] = row.level;
    return permissions;
}

std::string in_words(const json::object& permissions) {
    std::string text;
    for (const auto& [name, level] : permissions) {
        text += (text.empty() ? "" : ", ") + std::string(name) + ": " + std::string(level.as_string());
    }
    return text;
}

std::string key_of(const config::github_settings& settings, const std::string& path, grant what) {
    return settings.api_url + '\n' + settings.app_id + '\n' + core::sha256_hex(settings.private_key.reveal()) + '\n' +
           boost::algorithm::to_lower_copy(path) + '\n' + std::to_string(static_cast<int>(what));
}

/// All repositories of an owner are in one installation, and one limit.
std::string account_of(const config::github_settings& settings, const std::string& path) {
    return "App " + settings.app_id + " at " + boost::algorithm::to_lower_copy(path.substr(0, path.find('/')));
}

bool is_good(const std::optional<core::result<installation_token>>& outcome) {
    return outcome && outcome->has_value() && (*outcome)->expires - core::now() >= least_left;
}

}  // namespace

/// Where the token of one purpose lies. A coroutine that waits for it holds it, too.
struct app_tokens::shelf {
    explicit shelf(const asio::any_io_executor& executor) : changed(executor) {}

    std::optional<core::result<installation_token>> outcome{};  ///< of the last fetch that was not cancelled
    bool fetching = false;
    std::uint64_t fetched = 0;  ///< how often there was an outcome
    async::signal changed;

    /// While it lives somebody fetches; whether an outcome came of it or a cancellation, the others look then.
    struct turn {
        explicit turn(shelf& here) : at(here) { at.fetching = true; }
        turn(const turn&) = delete;
        turn& operator=(const turn&) = delete;
        ~turn() {
            at.fetching = false;
            at.changed.notify();
        }
        shelf& at;
    };
};

core::error app_not_known(core::error failure) {
    failure.message +=
        "; check that providers.github.app_id and private_key are those of one App, and this machine's clock";
    return failure;
}

app_tokens::app_tokens(rest& api) : api_(api) {}

app_tokens::~app_tokens() = default;

/// The one of that name. Those that hold nothing good any more go first.
std::shared_ptr<app_tokens::shelf> app_tokens::shelf_for(const std::string& name,
                                                         const asio::any_io_executor& executor) {
    std::erase_if(shelves_, [](const auto& entry) {
        const auto& [key, place] = entry;
        return place.use_count() == 1 && !is_good(place->outcome);
    });
    auto& place = shelves_[name];
    if (!place) place = std::make_shared<shelf>(executor);
    return place;
}

asio::awaitable<core::result<installation_token>> app_tokens::get(std::shared_ptr<const config::settings> settings,
                                                                  std::string path, grant what) {
    const auto place = shelf_for(key_of(settings->providers.github, path, what), co_await asio::this_coro::executor);
    while (!is_good(place->outcome)) {
        if (!place->fetching) {
            const shelf::turn mine(*place);
            auto made = co_await fetch(settings, path, what);
            if (made) observe::redact_issued(made->token);
            place->outcome = made;
            ++place->fetched;
            co_return made;
        }
        const auto before = place->fetched;
        co_await place->changed.wait();
        if (place->fetched != before && place->outcome) break;
    }
    co_return *place->outcome;
}

void app_tokens::drop(const config::github_settings& settings, const std::string& path, grant what) {
    const auto found = shelves_.find(key_of(settings, path, what));
    if (found != shelves_.end()) found->second->outcome.reset();
}

core::result<rest::call> app_tokens::as_app(const config::github_settings& settings, rest::call call) const {
    const auto jwt = make_app_jwt(settings.app_id, settings.private_key, api_.their_now());
    if (!jwt) return core::fail(errc::invalid, call.what + ": " + core::describe(jwt.error()));
    auto ready = github_call(settings, std::move(call), *jwt);
    ready.account = "App " + settings.app_id;
    return ready;
}

asio::awaitable<core::result<json::value>> app_tokens::send(const config::github_settings& settings, rest::call call) {
    auto ready = as_app(settings, std::move(call));
    if (!ready) co_return ready.error();
    auto answer = co_await api_.send(std::move(*ready));
    if (!answer && answer.error().code == errc::authentication_failed) co_return app_not_known(answer.error());
    co_return answer;
}

asio::awaitable<core::result<installation_token>> app_tokens::fetch(std::shared_ptr<const config::settings> settings,
                                                                    std::string path, grant what) {
    const auto& github = settings->providers.github;
    const auto found = co_await send(
        github, {.what = "the App's installation in " + path, .url = repository_path(path) + "/installation"});
    if (!found && found.error().code == errc::not_found)
        co_return core::fail(errc::not_found, "the App is not installed in " + path + ", or there is no such " +
                                                  "repository: " + core::describe(found.error()));
    if (!found) co_return found.error();
    const auto installation = read_object<std::int64_t>(
        "the App's installation in " + path, *found, [](const event::fields& answer) { return answer.number("id"); });
    if (!installation) co_return installation.error();

    const auto permissions = permissions_of(what);
    const auto name = "a token of the App for " + path + " (" + in_words(permissions) + ")";
    rest::call ask{.what = name,
                   .method = "POST",
                   .url = "/app/installations/" + std::to_string(*installation) + "/access_tokens"};
    ask.body =
        json::object{{"repositories", json::array{path.substr(path.find('/') + 1)}}, {"permissions", permissions}};
    const auto answer = co_await send(github, std::move(ask));
    if (!answer) co_return answer.error();
    co_return read_object<installation_token>(name, *answer, [&](const event::fields& in) {
        const auto expires = core::parse_time(in.text("expires_at"));
        if (!expires) in.reject("expires_at");
        auto token = in.text("token");
        if (token.empty()) in.reject("token");
        // Its clock need not be ours.
        const auto left = expires.value_or(core::wall_time()) - api_.their_now();
        return installation_token{.token = core::secret(std::move(token)),
                                  .expires = core::now() + left,
                                  .account = account_of(github, path)};
    });
}

}  // namespace familiar::provider
