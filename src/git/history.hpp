#pragma once

#include "core/error.hpp"
#include "git/client.hpp"
#include "git/types.hpp"

#include <boost/asio/awaitable.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace familiar::git {

/// What a mirror knows about a merge request.
struct history {
    std::string head;                           ///< commit
    std::string default_branch;                 ///< empty if the forge has none
    std::string target_branch;                  ///< as asked for, else the default one
    std::string target;                         ///< commit; empty if no branch was asked for and there is no default
    std::vector<std::string> branches_at_head;  ///< names
    std::vector<std::string> changed_files;     ///< merge base to head; empty without a common ancestor
    bool all_files = true;                      ///< false if there were too many to list them all
};

/// errc::ref_missing if the head or a target branch that was asked for does not exist.
boost::asio::awaitable<core::result<history>> read_history(client& git, std::filesystem::path mirror,
                                                           const workspace_request& request);

}  // namespace familiar::git
