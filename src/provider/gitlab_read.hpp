#pragma once

#include "core/error.hpp"
#include "core/time.hpp"
#include "provider/forge.hpp"

#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What GitLab's API v4 answers, translated; and what goes the other way. errc::invalid, with the field, for an answer
/// of another shape than documented. `what` is what was asked, for messages. Pure.
namespace familiar::provider::gitlab {

/// A merge request ("Merge requests API"). Its fork's path is not part of the answer.
struct found_request {
    merge_request_state state;
    std::int64_t source_project = 0;  ///< of a fork that is still there, else 0
};

/// `path` is the repository's, for a branch that is in it.
core::result<found_request> read_merge_request(const boost::json::value& answer, const std::string& path,
                                               std::string_view what);

/// "path_with_namespace" of a project ("Projects API").
core::result<std::string> read_project_path(const boost::json::value& answer, std::string_view what);

/// The user whom the token belongs to ("Users API").
core::result<identity> read_identity(const boost::json::value& answer, std::string_view what);

/// The id of the one user with exactly this name in a list of users; 0 if there is none.
core::result<std::int64_t> find_user(const std::vector<boost::json::value>& users, std::string_view login,
                                     std::string_view what);

/// What a member may do ("Group and project members API"): Reporter and what is below read, Developer writes,
/// Maintainer maintains, Owner administers. None for who is blocked or not yet approved, and from the day on which the
/// membership ends.
core::result<config::permission> read_permission(const boost::json::value& member, core::wall_time now,
                                                 std::string_view what);

/// The comments of a thread ("Discussions API"), without GitLab's own ("system") ones. `request_url` is the merge
/// request's page: comments have no URL of their own in the answers.
core::result<std::vector<event::remark>> read_discussion(const boost::json::value& answer,
                                                         const std::string& request_url, std::string_view what);

/// A single comment ("Notes API"), outside of its thread.
core::result<event::remark> read_note(const boost::json::value& answer, const std::string& request_url,
                                      std::string_view what);

/// The word for a commit status' state ("Commits API").
std::string_view to_state(progress value) noexcept;

/// The text with a backslash before every '/' that begins a line and a word: GitLab obeys what stands there ("/merge",
/// "/approve": quick actions) with the permissions of who posts it, and our comments have words of others in them. It
/// is shown without the backslash, but in code.
std::string without_quick_actions(std::string_view text);

/// At most `most` bytes of it, whole characters, ending in "..." if it was longer.
std::string shortened(std::string_view text, std::size_t most);

}  // namespace familiar::provider::gitlab
