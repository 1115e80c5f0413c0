#pragma once

#include "event/fields.hpp"
#include "provider/forge.hpp"

#include <cstddef>
#include <string>
#include <string_view>

/// GitHub's objects in the words of both forges. What does not fit is noted in the fields. Pure.
namespace familiar::provider::github_facts {

/// A pull request of the repository `path`, as the API and a listing have it.
merge_request_state read_pull(const event::fields& pull, const std::string& path);

/// A comment in the conversation, on a line of the diff, and the text of a review as a whole. A review that is not
/// submitted has no time.
event::remark read_comment(const event::fields& comment);
event::remark read_line_comment(const event::fields& comment);
event::remark read_review(const event::fields& review);

/// The answer about a collaborator. An organisation's own role (`role_name` is then its name) is what it is built on,
/// which `permission` tells; `triage` may do no more to code than `read`.
config::permission read_permission(const event::fields& answer);

/// GitHub's word for it (docs: "Commit statuses").
std::string status_word(progress now);

/// At most `most` bytes (three or more) of valid UTF-8, whole characters; what is cut ends in an ellipsis.
std::string shortened(std::string_view text, std::size_t most);

}  // namespace familiar::provider::github_facts
