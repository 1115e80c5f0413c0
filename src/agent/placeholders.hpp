#pragma once

#include "agent/assignment.hpp"
#include "git/types.hpp"

#include <string>
#include <string_view>

/// What a configured prompt can name.
namespace familiar::agent {

/// The prompt with its placeholders replaced, once: what comes in their place is not looked at again. They are
///
///     {MR_NUMBER} {MR_TITLE} {MR_URL} {MR_AUTHOR} {SOURCE_BRANCH} {TARGET_BRANCH} {HEAD}
///     {REPOSITORY} {REPO_OWNER} {REPO_NAME} {PROVIDER} {COMMENT_AUTHOR} {COMMENT_FILE} {COMMENT_LINE}
///
/// where {MR_NUMBER}, {REPO_OWNER} and {REPO_NAME} are those of the Go program of the same name, and the comment is the
/// first one the agent is there for. What there is not becomes nothing; any other {NAME} stays as it is.
///
/// A value is one line of 256 bytes at most, and cannot end a quotation, code or a tag around it: quotes and backticks
/// become ’, angle brackets ‹ and ›. A title, and a name with a character that could mean something to a reader or a
/// shell, stands in quotation marks of its own, “like this”.
std::string with_placeholders(std::string_view prompt, const assignment& what, const git::workspace& where);

}  // namespace familiar::agent
