#pragma once

#include "async/retry.hpp"
#include "core/error.hpp"
#include "core/secret.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace familiar::git {

/// A repository of a forge, and how the host gets at it.
struct remote {
    std::string key;                ///< "<provider>/<path>": names the mirror's folder
    std::string url;                ///< git_url + path + ".git"; https, http, git or file, without a user or a password
    std::string username;           ///< sent with the token (Basic)
    core::secret token;             ///< empty: anonymous
    std::filesystem::path ca_file;  ///< trusted certificates instead of the system's; empty: the system's
};

/// What holds for every repository.
struct settings {
    std::filesystem::path cache_dir;    ///< holds mirrors/, jobs/ and tmp/
    std::chrono::milliseconds timeout;  ///< for one clone or fetch with all its retries, and for each local command
    std::string author_name;            ///< user.name in a workspace
    std::string author_email;           ///< user.email in a workspace
    async::retry_policy retry;          ///< for what fails on the way to the forge
};

/// What a job needs a workspace of.
struct workspace_request {
    remote from;
    std::string job;            ///< names the job's folder: letters, digits, '-' and '_'
    std::string head_ref;       ///< refs/pull/N/head or refs/merge-requests/N/head
    std::string source_branch;  ///< empty if nobody knows it
    std::string target_branch;  ///< empty: the forge's default branch
    bool may_push = false;      ///< the same repository, known to be, and pushing is permitted
    std::int64_t number = 0;    ///< the merge request's
    std::string approved_head;  ///< if not empty, the head has to be this commit: errc::head_moved

    /// Whether what agents take as their configuration (guarded.hpp) is the change's own; else the target branch's is
    /// put in its place.
    bool trusts_configuration = false;
};

/// Told of `.familiar/config.yaml` on the target branch (empty if there is none; 64 KiB at most) once the mirror is up
/// to date and before anything is made of it. May narrow the request; an error ends the preparation.
using configuration_reader = std::function<core::result<void>(const std::string& text, const std::string& target_branch,
                                                              workspace_request& request)>;

/// What the caller does while the folders are made: begun once the configuration has been read, and awaited with them.
/// A failure of either cancels the other, and ends the preparation.
using companion = std::function<boost::asio::awaitable<core::result<void>>()>;

/// A job's folders on the host, and what is checked out in them.
struct workspace {
    std::filesystem::path root;       ///< <cache_dir>/jobs/<job>
    std::filesystem::path directory;  ///< root/workspace: the work tree, mounted at /workspace
    std::filesystem::path familiar;   ///< root/familiar: for prompt.md and its like, mounted below /familiar
    std::filesystem::path secrets;    ///< root/secrets: mounted at /familiar/secrets
    std::filesystem::path out;        ///< root/out: mounted at /familiar/out
    std::filesystem::path objects;    ///< the mirror's objects on the host, mounted read-only at /familiar/objects
    std::string head;                 ///< the commit that head_ref points at
    std::string branch;               ///< the branch that is checked out
    bool push_enabled = false;        ///< a plain `git push` goes to `branch` of origin
    std::string target_branch;        ///< as asked for, else the default one
    std::vector<std::string> changed_files;  ///< merge base to head, relative, bytes as git has them
    std::vector<std::string> replaced;       ///< paths whose content is the target branch's, not the change's
    std::string working_directory;           ///< relative to `directory`, "" for its top
};

/// Told of every finished attempt of an operation ("clone", "fetch", "workspace", "remove", "hand_over"): "ok",
/// "failed", or "retried" for one that failed and is tried again.
using operation_observer = std::function<void(std::string_view operation, std::string_view result)>;

}  // namespace familiar::git
