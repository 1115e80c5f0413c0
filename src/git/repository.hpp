#pragma once

#include "core/error.hpp"
#include "git/client.hpp"
#include "git/history.hpp"
#include "git/types.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include <string>

/// The repository in a job's workspace.
///
/// It has no objects of its own: .git/objects/info/alternates points at the mirror's, by the host's path while the host
/// checks out, and at last by the path at which a container sees them, read-only. From then on no git runs there on the
/// host any more. Submodules are not fetched, filters (LFS) do not run, and symbolic links stay what they are.
namespace familiar::git {

/// Where a container finds the mirror's objects and the secrets.
inline constexpr const char* container_objects = "/familiar/objects";
inline constexpr const char* container_secrets = "/familiar/secrets";

/// What is added to the .git/config that `git init` wrote: origin at the forge, with the branch as its upstream or with
/// pushes disabled; the identity; and a credential helper that needs nothing but git and sh. It reads
/// `container_secrets`/git_username and git_password, if whoever starts the container has put them there, and answers
/// for this one URL. Pure.
std::string workspace_config(const remote& origin, const settings& chosen, const std::string& branch, bool push);

/// The packed-refs file of a workspace, from history::refs of its mirror: the branch at `head`, the mirror's branches
/// as origin's, and its tags. Pure.
std::string workspace_refs(const std::string& mirror_refs, const std::string& branch, const std::string& head);

/// Makes the repository in `into.directory`, which is there and empty, from `from`, checks out `into.branch` at
/// `into.head`, and, unless the change's configuration of agents is trusted, puts the target's in its place
/// (guarded.hpp, `into.replaced`).
boost::asio::awaitable<core::result<void>> make_repository(client& git, boost::asio::thread_pool& pool,
                                                           const history& from, bool trusts_configuration,
                                                           workspace& into);

}  // namespace familiar::git
