#pragma once

#include "core/error.hpp"
#include "git/client.hpp"
#include "git/types.hpp"

#include <boost/asio/awaitable.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace familiar::git {

/// What a mirror knows about a merge request.
struct history {
    std::string head;                           ///< commit
    std::string default_branch;                 ///< empty if the forge has none
    std::string target_branch;                  ///< as asked for, else the default one
    std::string target;                         ///< commit; empty if no branch was asked for and there is no default
    std::vector<std::string> branches_at_head;  ///< names
    std::string refs;                           ///< branches and tags, "<object> <name>" in a line each, by name
};

/// Reads it in one look at the refs. errc::ref_missing if the head or a target branch that was asked for does not
/// exist.
boost::asio::awaitable<core::result<history>> read_history(client& git, std::filesystem::path mirror,
                                                           const workspace_request& request);

/// The object that a ref of such a listing points at; empty if it isn't there. Pure.
std::string_view object_of(std::string_view refs, std::string_view name);

/// The files that differ between the merge base and the head.
struct changes {
    std::vector<std::string> files;  ///< none without a target or a common ancestor
    bool all = true;                 ///< false if there were too many to list them all
};

/// Reads them into `into`.
boost::asio::awaitable<core::result<void>> read_changes(client& git, std::filesystem::path mirror, const history& of,
                                                        changes& into);

}  // namespace familiar::git
