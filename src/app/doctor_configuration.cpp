#include "app/doctor_checks.hpp"
#include "config/files.hpp"
#include "observe/redact.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <system_error>

namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace familiar::app::checkup {

namespace {

constexpr std::size_t largest_file = std::size_t{1} << 20;

constexpr auto make_secret = "make one with `openssl rand -hex 32` and tell it to the forge, too";

/// Every secret of the configuration is known to the redaction by now.
bool holds_secret(const std::string& text) {
    return observe::redacted(text) != text;
}

/// What stands there apart from ${NAME} and ${NAME:-default}.
std::string without_variables(std::string_view text) {
    std::string rest;
    for (;;) {
        const auto begin = text.find("${");
        const auto end = text.find('}', begin);
        if (end == std::string_view::npos) return rest.append(text);
        rest.append(text.substr(0, begin)).append("${}");
        text.remove_prefix(end + 1);
    }
}

findings judge_readable(const fs::path& file) {
    constexpr auto open = ", and every user of this machine may read it";
    const auto text = config::read_small_file(file, largest_file);
    if (!text || !holds_secret(*text)) return {};
    if (holds_secret(without_variables(*text)))
        return warn(file.string() + " holds secrets" + open, "chmod 640 it and give it to the server's group");
    return warn(file.string() + " holds a secret, the default of a variable that has no other value" + open,
                "give the variable a value of your own");
}

/// Those that a start reads: what the command line named, or else what there is in the usual places.
std::vector<fs::path> files_read(const patient& who) {
    std::vector<fs::path> files{who.configured.file};
    const config::search_places places;
    if (who.chosen.env_file)
        files.push_back(*who.chosen.env_file);
    else
        files.insert(files.end(), places.env_files.begin(), places.env_files.end());
    return files;
}

bool is_open_to_all(const fs::path& file) {
    std::error_code absent;
    const auto status = fs::status(file, absent);
    return !absent && (status.permissions() & fs::perms::others_read) != fs::perms::none;
}

findings judge(const std::string& provider, const std::vector<core::secret>& secrets, bool has_credentials,
               bool is_on) {
    if (!is_on) return skip("off: it has no webhook_secret");
    if (std::ranges::any_of(secrets, [](const auto& one) { return one.reveal().size() < short_secret; }))
        return warn("a webhook_secret has fewer than 16 characters; whoever guesses it starts agents", make_secret);
    if (!has_credentials)
        return warn("no token: only public repositories are cloned, and no agent can push",
                    "set providers." + provider + ".token");
    return ok("webhooks are verified, and git has credentials");
}

}  // namespace

asio::awaitable<findings> configuration(const patient& who) {
    findings all;
    for (const auto& warning : who.configured.warnings) all.push_back({verdict::warn, config::to_text(warning), {}});
    if (all.empty()) all = ok(who.configured.file);
    co_return all;
}

asio::awaitable<findings> secrets_in_files(const patient& who) {
    findings all;
    for (const auto& file : files_read(who))
        if (is_open_to_all(file)) std::ranges::move(judge_readable(file), std::back_inserter(all));
    if (all.empty()) all = ok("no file that everybody may read holds one");
    co_return all;
}

asio::awaitable<findings> api_token(const patient& who) {
    const auto& token = who.settings().server.api_token;
    if (token.empty()) co_return ok("none: there is no API, and `familiar jobs` and its like have nobody to ask");
    if (token.reveal().size() < short_secret)
        co_return warn("it has fewer than 16 characters; whoever guesses it stops and starts jobs",
                       "make one with `openssl rand -hex 32`");
    co_return ok("set");
}

asio::awaitable<findings> github_secrets(const patient& who) {
    const auto& github = who.settings().providers.github;
    const bool has_credentials = github.auth_method == config::auth_kind::app || !github.token.empty();
    co_return judge("github", github.webhook_secret, has_credentials, github.enabled());
}

/// A signing token is GitLab's own and long.
asio::awaitable<findings> gitlab_secrets(const patient& who) {
    const auto& gitlab = who.settings().providers.gitlab;
    co_return judge("gitlab", gitlab.signing_token.empty() ? gitlab.webhook_secret : std::vector<core::secret>{},
                    !gitlab.token.empty(), gitlab.enabled());
}

}  // namespace familiar::app::checkup
