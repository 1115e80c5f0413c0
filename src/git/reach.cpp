#include "git/cache.hpp"
#include "git/client.hpp"

namespace familiar::git {

namespace {

namespace asio = boost::asio;

/// It need not exist, and no forge takes it for one of its own pages.
constexpr const char* probed = "familiar/probe.git";

std::string probe_url(std::string base) {
    if (!base.ends_with('/')) base += '/';
    return base + probed;
}

}  // namespace

asio::awaitable<core::result<void>> cache::reach(std::string base_url, std::chrono::milliseconds limit,
                                                 std::filesystem::path ca_file) {
    remote there{
        .key = base_url, .url = probe_url(base_url), .username = {}, .token = {}, .ca_file = std::move(ca_file)};
    client git(settings_, there);
    client::call call{.operation = "ls-remote"};
    call.arguments = {"ls-remote", "--quiet", "--end-of-options", there.url, "HEAD"};
    call.deadline = limit;
    auto asked = co_await git.network(std::move(call));
    // No such repository, nobody known here, no certificate that is trusted: each is an answer.
    if (!asked && (core::is_transient(asked.error()) || asked.error().code == core::errc::program_missing))
        co_return asked;
    co_return core::result<void>{};
}

}  // namespace familiar::git
