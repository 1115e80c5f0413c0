#include "app/host_dir.hpp"

#include "agent/host_path_proof.hpp"
#include "async/timeout.hpp"
#include "observe/log.hpp"

namespace asio = boost::asio;

namespace familiar::app {

namespace {

/// A container is made, run and removed in a second; an engine that is busy may take a while.
constexpr std::chrono::seconds proof_bound{20};

}  // namespace

asio::awaitable<core::result<void>> host_dir::prove_at_start() {
    if (settings_->repo_cache.host_dir.empty() || !gate_.open()) co_return core::result<void>{};
    co_return co_await prove();
}

asio::awaitable<void> host_dir::prove_later() {
    if (settings_->repo_cache.host_dir.empty() || tried_) co_return;
    co_await gate_.wait_until_open();
    const auto proved = co_await prove();
    if (!proved)
        observe::error(
            "no agent can be started: the engine's host does not have repo_cache.dir where "
            "repo_cache.host_dir says",
            {{"reason", describe(proved.error())}});
}

asio::awaitable<core::result<void>> host_dir::prove() {
    tried_ = true;
    const auto settings = settings_.snapshot();
    const auto proved = co_await async::with_timeout(agent::prove_cache_path(*settings, engine_), proof_bound);
    if (proved) {
        observe::info("the engine's host has the cache where repo_cache.host_dir says",
                      {{"host_dir", settings->repo_cache.host_dir.string()}});
        co_return core::result<void>{};
    }
    if (agent::disproves(proved.error())) co_return proved.error();
    observe::warning("repo_cache.host_dir could not be proved; `familiar doctor` tries again",
                     {{"reason", describe(proved.error())}});
    co_return core::result<void>{};
}

}  // namespace familiar::app
