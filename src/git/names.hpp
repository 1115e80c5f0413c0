#pragma once

#include "core/error.hpp"
#include "git/types.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Names that come from outside and end up in a path or on git's command line. Pure.
namespace familiar::git {

/// True for what `git check-ref-format --branch` takes for a branch: the rules for refs, no leading '-', not "HEAD".
bool is_branch_name(std::string_view name) noexcept;

/// True for refs/pull/N/head and refs/merge-requests/N/head.
bool is_head_ref(std::string_view ref) noexcept;

/// True for "<provider>/<path>" with at least two segments that are plain file names: no "..", nothing that ends in
/// ".git" (that would lie inside of another mirror), no control characters.
bool is_mirror_key(std::string_view key) noexcept;

/// True for letters, digits, '-' and '_', 1 to 64 of them.
bool is_job_name(std::string_view name) noexcept;

/// "https" of "https://host/path"; empty if it isn't one of https, http, git and file.
std::string url_scheme(std::string_view url);

/// "https://host:8443/" of "https://host:8443/a/b.git": what a token is bound to. Empty without a scheme and a host.
std::string url_origin(std::string_view url);

/// errc::invalid with the name of the first field that would not do.
core::result<void> check(const workspace_request& request);

/// Which branch is checked out, and whether `git push` is to go there.
struct branch_choice {
    std::string name;
    bool push = false;
};

/// The source branch if it is known and may be pushed to; else the one branch of the repository that points at the
/// head, the target branch aside; else "familiar/mr-N" without push. So is everything that may not be pushed to: with
/// the fork's own name (often "main") a plain push would land on the base's branch of that name.
branch_choice choose_branch(bool may_push, std::string_view source, std::string_view target,
                            const std::vector<std::string>& branches_at_head, std::int64_t number);

}  // namespace familiar::git
