#pragma once

#include "config/settings.hpp"
#include "core/error.hpp"
#include "core/secret.hpp"
#include "core/time.hpp"
#include "event/event.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

/// What Familiar asks of the forges and tells them, in the words of neither.
namespace familiar::provider {

/// Whom the credentials belong to.
struct identity {
    std::string login;    ///< as comments show it; an App's ends in "[bot]"
    bool person = false;  ///< the forge calls it a user like any other, so it may be somebody's own account
};

/// A merge request as the forge has it now. All of `request` is known then, but for `origin` and `source_path` of a
/// fork that was deleted.
struct merge_request_state {
    event::merge_request request;
    bool open = true;
};

/// Where a job stands, for the mark that the forge shows beside a commit.
enum class progress {
    queued,
    running,
    succeeded,
    failed,
    stopped,  ///< ended without having failed (superseded, cancelled, refused): nothing red
};

struct commit_status {
    std::string commit;
    progress now = progress::queued;
    std::string description;  ///< a few words; cut to what the forge takes
    std::string link;         ///< what people find behind it; empty: nothing
};

enum class access { read, write };

/// What git and the forge's own tools send.
struct credential {
    std::string username;                      ///< goes with the token in Basic authentication
    core::secret token;                        ///< empty: anonymous
    std::optional<core::wall_time> expires{};  ///< none: when somebody revokes it
};

/// A webhook that the forge could not deliver, with all it said.
struct missed_delivery {
    std::string id;          ///< as the delivery itself would have been named
    std::string event_name;  ///< X-GitHub-Event
    std::string body;        ///< the payload, as the forge shows it; its bytes need not be those that were signed
    core::wall_time sent{};
};

/// One forge behind its REST API. Repositories are named by their path ("owner/name").
///
/// Every call is bounded in time and makes one attempt, or as many requests as a listing has pages: whoever wants more
/// awaits `async::retry`. A call is not made while a limit that the forge told of lasts: it fails at once, with
/// retry_after saying for how long.
///
/// Errors of all: what `http::client` and `http::classify` say. unavailable and timed_out pass, with retry_after where
/// the forge told it; authentication_failed: the credentials are not accepted, or lack a permission; not_found: no
/// such thing, or none that the credentials may see; invalid: an answer of another shape than documented, with the
/// field. Throw operation_aborted when cancelled.
class forge {
public:
    virtual ~forge() = default;

    virtual boost::asio::awaitable<core::result<identity>> identify() = 0;

    virtual boost::asio::awaitable<core::result<merge_request_state>> merge_request(std::string path,
                                                                                    std::int64_t number) = 0;

    /// What somebody may do in the repository, by whatever way he got it (a team, a group above): asked anew each time.
    /// `none` for whom the forge does not know there.
    virtual boost::asio::awaitable<core::result<config::permission>> permission(std::string path, event::actor who) = 0;

    /// All comments of a merge request, the oldest first, without the forge's own remarks; the newest 500 where there
    /// are more.
    virtual boost::asio::awaitable<core::result<std::vector<event::remark>>> comments(std::string path,
                                                                                      std::int64_t number) = 0;

    /// Writes a comment below the merge request; as the forge shows it. Not to be repeated without a look for it: an
    /// answer that got lost may have been a success.
    virtual boost::asio::awaitable<core::result<event::remark>> post_comment(std::string path, std::int64_t number,
                                                                             std::string body) = 0;

    /// Replaces the text of a comment that stands in the conversation.
    virtual boost::asio::awaitable<core::result<void>> edit_comment(std::string path, std::int64_t number,
                                                                    std::int64_t comment, std::string body) = 0;

    /// Puts eyes on a comment, or on the merge request itself if there is none. Fine if they are there already, and
    /// where the forge knows no such thing (a review as a whole at GitHub).
    virtual boost::asio::awaitable<core::result<void>> react(std::string path, std::int64_t number,
                                                             std::optional<event::comment> note) = 0;

    virtual boost::asio::awaitable<core::result<void>> set_status(std::string path, commit_status status) = 0;

    /// Credentials for git and the API, for this one repository and no more than that access where the forge can be
    /// asked for such (`narrows`); else the configured ones, whatever they may do. One that expires is good for ten
    /// minutes at least.
    virtual boost::asio::awaitable<core::result<credential>> credential_for(std::string path, access wanted) = 0;

    /// Whether credential_for() makes credentials that can do only what was asked for.
    virtual bool narrows() const = 0;

    /// The webhooks for this server that the forge could not deliver since then, the oldest first, and none that was
    /// delivered meanwhile. `hook_path`: the end of our hook's URL ("/webhook/github"); `paths`: the repositories whose
    /// hooks are looked at where an App has none of its own. Forges that keep no such list give an empty one.
    virtual boost::asio::awaitable<core::result<std::vector<missed_delivery>>> missed_deliveries(
        std::string hook_path, std::vector<std::string> paths, core::wall_time since) = 0;

    /// The open merge requests of a repository that changed since then.
    virtual boost::asio::awaitable<core::result<std::vector<merge_request_state>>> open_requests(
        std::string path, core::wall_time since) = 0;
};

/// The forge's API; null where there is none to ask: the forge is off, has no credentials, or no API URL.
using forge_lookup = std::function<forge*(event::provider)>;

}  // namespace familiar::provider
