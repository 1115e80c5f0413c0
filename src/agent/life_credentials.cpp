#include "agent/credentials.hpp"
#include "agent/life.hpp"
#include "agent/permitted.hpp"
#include "async/blocking.hpp"
#include "async/race.hpp"
#include "async/sleep.hpp"
#include "observe/log.hpp"

#include <algorithm>

namespace asio = boost::asio;

namespace familiar::agent {

namespace {

using std::chrono::milliseconds;

/// How long before its end a credential is renewed: as long as provider::forge promises that a fresh one is good for.
constexpr milliseconds ahead = std::chrono::minutes(10);

/// Between two attempts to renew one, and after a renewal that gave one which is about to end as well.
constexpr milliseconds between = std::chrono::minutes(1);

milliseconds until_renewal(core::wall_time end) {
    const auto left = end - core::now() - ahead;
    return left > milliseconds(0) ? left : between;
}

}  // namespace

/// Null if the credentials are the configured ones, whatever is asked of the forge.
provider::forge* life::issuer() const {
    auto* forge = with_.forges ? with_.forges(what_.forge) : nullptr;
    return forge != nullptr && forge->narrows() ? forge : nullptr;
}

asio::awaitable<core::result<provider::credential>> life::issue(provider::access wanted) {
    auto issued = co_await async::retry(patience(), [this, wanted] { return try_to_issue(wanted); });
    if (issued) observe::redact_issued(issued->token);
    co_return issued;
}

/// A reload may have taken the forge away meanwhile.
asio::awaitable<core::result<provider::credential>> life::try_to_issue(provider::access wanted) {
    auto* forge = issuer();
    if (forge == nullptr)
        co_return core::fail(core::errc::not_found,
                             "the configuration names no GitHub App any more that could make credentials");
    co_return co_await forge->credential_for(what_.path, wanted);
}

/// For git on the host, which has the configured token already.
asio::awaitable<core::result<void>> life::let_in(git::remote& origin) {
    if (issuer() == nullptr) co_return core::result<void>();
    auto issued = co_await issue(provider::access::read);
    if (!issued) co_return issued.error();
    origin.username = std::move(issued->username);
    origin.token = std::move(issued->token);
    co_return core::result<void>();
}

/// After the workspace is there: only then is it known what a repository's own configuration permits.
asio::awaitable<core::result<void>> life::give_credentials() {
    auto may = permitted(settings_->permissions, *setup_->what);
    may.push_commits = may.push_commits && setup_->where.push_enabled;
    const auto access = credential_access(may, setup_->what->subject.request.head_origin, issuer() != nullptr);
    if (!access) co_return core::result<void>();

    auto given = configured_credential(settings_->providers, what_.forge);
    if (issuer() != nullptr) {
        auto issued = co_await issue(*access);
        if (!issued) co_return issued.error();
        given = std::move(*issued);
    }
    if (given.token.empty()) co_return core::result<void>();
    if (auto written = co_await put(given); !written) co_return written.error();
    has_credentials_ = true;
    if (!given.expires) co_return core::result<void>();

    access_ = access;
    renew_after_ = until_renewal(*given.expires);
    co_return co_await async::run_blocking(with_.pool, [this] { return note_access(folder() / "familiar", *access_); });
}

asio::awaitable<core::result<void>> life::put(const provider::credential& what) {
    const auto files = credential_files(settings_->providers, what_.forge, what);
    co_return co_await async::run_blocking(with_.pool, [&] { return put_credentials(folder() / "secrets", files); });
}

/// Those of one that an earlier process has started: nobody knows any more when they end, but how far they go.
asio::awaitable<void> life::recall_credentials() {
    if (issuer() == nullptr) co_return;
    access_ = co_await async::run_blocking(with_.pool, [this] { return noted_access(folder() / "familiar"); });
}

/// Watches it to its end, and has its credentials renewed as long as that takes.
asio::awaitable<void> life::accompany() {
    if (access_)
        co_await async::race(watch(), renew_credentials());
    else
        co_await watch();
}

/// Until it is cancelled.
asio::awaitable<void> life::renew_credentials() {
    for (;;) {
        co_await async::sleep_for(renew_after_);
        const auto renewed = co_await renew_once();
        if (renewed) continue;
        renew_after_ = std::max(between, renewed.error().retry_after.value_or(milliseconds(0)));
        observe::warning("the agent's credentials could not be renewed", about(what_),
                         {{"reason", describe(renewed.error())}, {"next", renew_after_}});
    }
}

asio::awaitable<core::result<void>> life::renew_once() {
    auto issued = co_await issue(*access_);
    if (!issued) co_return issued.error();
    if (auto replaced = co_await put(*issued); !replaced) co_return replaced.error();
    renew_after_ = until_renewal(issued->expires.value_or(core::now() + std::chrono::hours(24)));
    observe::log(observe::level::debug, "the agent's credentials were renewed", about(what_), {{"next", renew_after_}});
    co_return core::result<void>();
}

}  // namespace familiar::agent
