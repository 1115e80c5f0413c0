#pragma once

#include "config/settings.hpp"
#include "docker/engine.hpp"

#include <boost/asio/awaitable.hpp>

/// Whether the engine's host has the folders where the configuration says, found out with throw-away containers: they
/// carry the label familiar.doctor=true, use no network, and are removed, also when the caller is cancelled.
namespace familiar::agent {

enum class host_path_proof {
    as_agent,  ///< the agent's user read a file that was just written, and wrote one
    seen,      ///< the engine sees the file; the image has no /bin/sh to try it as the agent's user
};

/// Sees that what is written below repo_cache.dir appears where repo_cache.host_dir says, with a container of
/// `agents.image`. The folder repo_cache.dir/tmp is made for it where it is missing, and goes again.
///
/// errc::not_found: the engine's host has no such folder; errc::refused: the agent's user may not read or write there;
/// errc::conflict: it is another folder. Everything else is no proof of anything: errc::image_missing,
/// engine_unreachable, timed_out, storage_failed and what docker calls have besides.
boost::asio::awaitable<core::result<host_path_proof>> prove_cache_path(const config::settings& settings,
                                                                       docker::engine& engine);

/// Sees that the engine's host has agents.auth_dir; nothing is run. Errors as above.
boost::asio::awaitable<core::result<void>> prove_auth_path(const config::agents_settings& agents,
                                                           docker::engine& engine);

/// True for an error of the two that says that the path is wrong, and not that nobody could look.
bool disproves(const core::error& failure) noexcept;

}  // namespace familiar::agent
