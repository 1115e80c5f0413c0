#include "app/doctor_checks.hpp"
#include "git/client.hpp"
#include "process/run.hpp"

#include <algorithm>
#include <charconv>

namespace asio = boost::asio;

namespace familiar::app::checkup {

namespace {

constexpr std::chrono::seconds local_bound{5};
constexpr std::chrono::seconds forge_bound{10};

/// The first that heeds safe.directory where it is given here (git's release notes, 2.35.2).
constexpr program_version oldest_git{2, 35};

/// An answer about a repository that need not exist is one, also a refusal.
bool has_answered(const core::result<void>& asked) {
    if (asked) return true;
    const auto& code = asked.error().code;
    return code == core::errc::not_found || code == core::errc::authentication_failed ||
           code == core::errc::ref_missing;
}

/// Not git::cache::reach: a certificate that nobody trusts is an answer there, and here a reason to fail.
asio::awaitable<core::result<void>> ask(const config::settings& settings, std::string base) {
    const auto bound = std::min<std::chrono::milliseconds>(settings.git.timeout, forge_bound);
    const git::settings chosen{.cache_dir = "/", .timeout = bound, .author_name = {}, .author_email = {}, .retry = {}};
    const git::remote there{.key = base,
                            .url = base + "/familiar/doctor.git",
                            .username = {},
                            .token = {},
                            .ca_file = settings.git.ca_file};
    git::client client(chosen, there);
    git::client::call call{.operation = "ls-remote"};
    call.arguments = {"ls-remote", "--quiet", "--end-of-options", there.url, "HEAD"};
    call.deadline = bound;
    co_return co_await client.network(std::move(call));
}

std::string hint_for(const core::error& failure) {
    if (failure.code == core::errc::timed_out)
        return "it takes connections and says nothing, or a firewall drops them: look at the way there";
    if (failure.message.find("certificate") != std::string::npos) return "name the CA that signed it in git.ca_file";
    if (failure.message.find("resolve") != std::string::npos) return "look at the name, and at this machine's DNS";
    return "look at git_url (base_url), the network and its proxies; jobs wait until it answers";
}

asio::awaitable<findings> forge_answers(const patient& who, event::provider forge) {
    const auto& settings = who.settings();
    if (!config::enabled(settings.providers, forge)) co_return skip("off: it has no webhook_secret");
    const auto& url = config::git_url(settings.providers, forge);
    const auto asked = co_await ask(settings, url);
    if (has_answered(asked)) co_return ok(url + " answers");
    co_return fail(describe(asked.error()), hint_for(asked.error()));
}

int number_at(std::string_view& text) {
    int number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return failed == std::errc{} ? number : 0;
}

}  // namespace

program_version git_version(std::string_view line) {
    constexpr std::string_view before = "git version ";
    if (!line.starts_with(before)) return {};
    line.remove_prefix(before.size());
    program_version read;
    read.major = number_at(line);
    if (!line.starts_with('.')) return {};
    line.remove_prefix(1);
    read.minor = number_at(line);
    return read;
}

asio::awaitable<findings> git_program(const patient&) {
    const auto ended = co_await process::run({.argv = {"git", "--version"}}, {.deadline = local_bound});
    if (!ended) co_return fail(describe(ended.error()), "install git");
    const auto line = ended->out.substr(0, ended->out.find('\n'));
    if (git_version(line) < oldest_git)
        co_return fail(line.empty() ? "git does not tell its version" : line, "install git 2.35 or later");
    co_return ok(line);
}

asio::awaitable<findings> github_answers(const patient& who) {
    return forge_answers(who, event::provider::github);
}

asio::awaitable<findings> gitlab_answers(const patient& who) {
    return forge_answers(who, event::provider::gitlab);
}

}  // namespace familiar::app::checkup
