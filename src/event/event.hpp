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
std::optional<provider> parse_provider(std::string_view text) noexcept;
std::optional<kind> parse_kind(std::string_view text) noexcept;

/// The form kept in the journal and shown to agents as /familiar/event.json.
boost::json::object to_json(const event& value);

/// Reads back what to_json wrote; errc::invalid names the field that does not fit.
core::result<event> from_json(const boost::json::object& object);

}  // namespace familiar::event
