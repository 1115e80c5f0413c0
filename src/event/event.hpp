#pragma once

#include "core/error.hpp"
#include "core/time.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The vocabulary that both forges are translated into. Plain data: no behaviour beyond its JSON form.
namespace familiar::event {

enum class provider { github, gitlab };

/// What happened to the merge request, before anything is decided about it.
enum class action { opened, updated, commented, closed };

/// What a job is about, as the configuration (`events:`, `prompts:`) names it.
enum class kind { mr_opened, mr_updated, mr_comment, mention };

/// Whether the head branch lives in the repository itself. Unknown (a comment on GitHub carries no head; a deleted
/// fork) is treated like a fork wherever something may be pushed.
enum class origin { same_repository, fork, unknown };

/// Where a comment stands: GitHub keeps the three apart, each under ids of its own.
enum class place {
    conversation,  ///< below the merge request
    line,          ///< on a line of the diff
    review,        ///< the text of a review as a whole
};

struct repository {
    provider forge = provider::github;
    std::string path;            ///< "owner/name", at GitLab with any number of segments; no leading or trailing slash
    std::string default_branch;  ///< empty if the payload does not say
};

struct actor {
    std::string login;    ///< empty for a ghost (a deleted user)
    std::int64_t id = 0;  ///< 0 if the payload has none
    bool bot = false;     ///< the forge says so (GitHub `type: Bot`)
};

struct merge_request {
    std::int64_t number = 0;
    std::string title;
    std::string description;
    std::string url;
    std::string source_branch;  ///< empty if the payload does not say
    std::string target_branch;  ///< empty if the payload does not say
    std::string head;           ///< commit id the payload names; empty if it does not say
    std::string source_path;    ///< the head's repository; empty if deleted or unknown
    origin head_origin = origin::unknown;
    bool draft = false;
    actor author;
};

struct comment {
    std::int64_t id = 0;
    std::string body;
    std::string url;
    std::string file;        ///< for a comment on a line of the diff
    std::int64_t line = 0;   ///< 0 if it is not on a line
    std::string discussion;  ///< GitLab discussion id, GitHub's review or reply id; empty if none
    place where = place::conversation;
};

/// A comment as the forge shows it, whoever wrote it and whenever.
struct remark {
    comment said;
    actor author;
    core::wall_time written{};
    bool resolved = false;  ///< its thread is
};

/// What an agent can do to a merge request, each asked for or permitted, or not.
struct actions {
    bool push_commits = false;
    bool merge = false;
    bool approve = false;
    bool dismiss_reviews = false;

    bool operator==(const actions&) const = default;
};

/// What somebody asks the agent for in a comment.
struct wish {
    actor who;
    actions wanted;            ///< asked for by somebody who may do them himself; nothing else counts
    std::string instructions;  ///< what is left of the comment without the mention; may be empty
};

struct event {
    action what = action::opened;
    std::string delivery;  ///< the delivery's id, unique per forge
    repository repo;
    merge_request request;
    actor sender;
    std::optional<comment> note{};
    std::string before;  ///< for an update: the head before it, if the payload says
};

std::string_view to_text(provider value) noexcept;
std::string_view to_text(action value) noexcept;
std::string_view to_text(kind value) noexcept;
std::string_view to_text(origin value) noexcept;
std::string_view to_text(place value) noexcept;
std::optional<provider> parse_provider(std::string_view text) noexcept;
std::optional<kind> parse_kind(std::string_view text) noexcept;

/// The form kept in the journal and shown to agents as /familiar/event.json.
boost::json::object to_json(const event& value);

/// Reads back what to_json wrote; errc::invalid names the field that does not fit.
core::result<event> from_json(const boost::json::object& object);

}  // namespace familiar::event
