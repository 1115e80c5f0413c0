#include "webhook/gitlab.hpp"

#include "event/gitlab_login.hpp"
#include "webhook/payload.hpp"

#include <charconv>
#include <chrono>
#include <functional>
#include <optional>

namespace familiar::webhook::gitlab {

namespace {

using event::action;
using event::fields;

constexpr std::size_t path_segments = 22;       // twenty nested groups, the project, and one to spare
constexpr std::chrono::seconds tolerance{300};  // standardwebhooks.com; longer lets a recorded request be played again

std::optional<std::chrono::sys_seconds> read_timestamp(std::string_view text) {
    std::int64_t seconds = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    // 2^40 s is the year 36812: above it the difference to now could overflow.
    if (failed != std::errc{} || end != text.data() + text.size() || seconds < 0 || seconds >> 40 != 0)
        return std::nullopt;
    return std::chrono::sys_seconds(std::chrono::seconds(seconds));
}

/// The signature that `token` gives; empty if the token is not "whsec_" + base64.
core::secret sign(const core::secret& token, std::string_view signed_text) {
    constexpr std::string_view prefix = "whsec_";
    const std::string_view text = token.reveal();
    if (!text.starts_with(prefix)) return {};
    const core::secret key(core::from_base64(text.substr(prefix.size())));
    if (key.empty()) return {};
    return core::secret("v1," + core::to_base64(core::hmac_sha256(key.reveal(), signed_text)));
}

/// `given` is a list separated by spaces; while a token is rotated the sender signs with the old and the new one.
bool holds(std::string_view given, const core::secret& expected) {
    while (!given.empty()) {
        const auto space = given.find(' ');
        if (core::matches(expected, given.substr(0, space))) return true;
        given = space == std::string_view::npos ? std::string_view() : given.substr(space + 1);
    }
    return false;
}

core::error refuse(std::string reason) {
    return core::fail(core::errc::authentication_failed, "a GitLab webhook " + std::move(reason));
}

core::result<void> verify_signature(const keys& known, const request& incoming) {
    const auto id = incoming.header("webhook-id");
    const auto timestamp = incoming.header("webhook-timestamp");
    const auto given = incoming.header("webhook-signature");
    if (!id || !timestamp || !given)
        return refuse(
            "is not signed (webhook-id, webhook-timestamp, webhook-signature), and with a signing_token only signed "
            "ones are accepted");

    const auto sent = read_timestamp(*timestamp);
    if (!sent) return refuse("has a webhook-timestamp that is no time");
    if (incoming.received - *sent > tolerance || *sent - incoming.received > tolerance)
        return refuse("has a webhook-timestamp more than 300 s away: an old request played again, or a wrong clock");

    std::string signed_text = *id + '.' + *timestamp + '.';
    signed_text += incoming.body;
    for (const auto& token : known.signing_tokens)
        if (holds(*given, sign(token, signed_text))) return {};
    return refuse("has a wrong webhook-signature: the hook's signing token and signing_token differ");
}

core::result<void> verify_token(const keys& known, const request& incoming) {
    const auto given = incoming.header("X-Gitlab-Token");
    if (!given) return refuse("has no X-Gitlab-Token: set a secret token in the hook's settings");
    for (const auto& secret : known.webhook_secrets)
        if (core::matches(secret, *given)) return {};
    return refuse("has a wrong X-Gitlab-Token: the hook's secret token and webhook_secret differ");
}

constexpr field user_fields[] = {{"username"}, {"id"}};

event::actor read_user(const fields& payload) {
    const auto user = payload.maybe_object("user");
    if (!user) return {};
    auto login = user->text("username");
    const bool bot = event::is_gitlab_bot(login);
    return {.login = std::move(login), .id = user->maybe_number("id"), .bot = bot};
}

constexpr field project_fields[] = {{"path_with_namespace"}, {"default_branch"}};

event::repository read_project(const fields& payload) {
    const auto project = payload.object("project");
    return {.forge = event::provider::gitlab,
            .path = read_path(project, "path_with_namespace", path_segments),
            .default_branch = maybe_branch(project, "default_branch")};
}

/// By the projects' ids: `source` is null, and its id too, once the fork has been deleted.
event::origin read_origin(const fields& in) {
    const auto source = in.maybe_number("source_project_id");
    const auto target = in.maybe_number("target_project_id");
    if (source == 0 || target == 0) return event::origin::unknown;
    return source == target ? event::origin::same_repository : event::origin::fork;
}

constexpr field commit_fields[] = {{"id"}};
constexpr field source_fields[] = {{"path_with_namespace"}};
constexpr field position_fields[] = {{"new_line"}, {"new_path"}, {"old_line"}, {"old_path"}};

/// Of a merge request and of a note: `object_attributes` is either.
constexpr field attribute_fields[] = {
    {"iid"},
    {"title"},
    {"description"},
    {"url"},
    {"source_branch"},
    {"target_branch"},
    {"source_project_id"},
    {"target_project_id"},
    {"draft"},
    {"work_in_progress"},
    {"author_id"},
    {"last_commit", commit_fields},
    {"source", source_fields},
    {"action"},
    {"oldrev"},
    {"id"},
    {"note"},
    {"noteable_type"},
    {"system"},
    {"discussion_id"},
    {"position", position_fields},
};

/// The merge request, which is `object_attributes` of its own events and `merge_request` of a note's.
event::merge_request read_merge_request(const fields& in, const event::actor& user) {
    event::merge_request request{.number = read_positive(in, "iid"),
                                 .title = in.maybe_text("title"),
                                 .description = in.maybe_text("description"),
                                 .url = in.maybe_text("url"),
                                 .source_branch = maybe_branch(in, "source_branch"),
                                 .target_branch = maybe_branch(in, "target_branch"),
                                 .head = {},
                                 .source_path = {},
                                 .head_origin = read_origin(in),
                                 .draft = in.maybe_flag("draft") || in.maybe_flag("work_in_progress"),
                                 .author = {.login = {}, .id = in.maybe_number("author_id")}};
    if (request.author.id != 0 && request.author.id == user.id) request.author = user;
    if (const auto commit = in.maybe_object("last_commit")) request.head = read_commit(*commit, "id");
    if (const auto source = in.maybe_object("source"))
        request.source_path = read_path(*source, "path_with_namespace", path_segments);
    return request;
}

constexpr field draft_fields[] = {{"previous"}, {"current"}};
constexpr field change_fields[] = {{"draft", draft_fields}};

bool ends_draft(const fields& payload) {
    const auto changes = payload.maybe_object("changes");
    const auto draft = changes ? changes->maybe_object("draft") : std::nullopt;
    return draft && draft->maybe_flag("previous") && !draft->maybe_flag("current");
}

std::optional<action> merge_request_action(const fields& payload, const fields& attributes, std::string_view name) {
    if (name == "open" || name == "reopen") return action::opened;
    if (name == "close" || name == "merge") return action::closed;
    if (name != "update") return std::nullopt;
    if (ends_draft(payload)) return action::opened;
    if (!attributes.maybe_text("oldrev").empty()) return action::updated;
    return std::nullopt;
}

event::event read_event(const fields& payload, const delivery& origin, action what) {
    return {.what = what,
            .delivery = origin.id,
            .repo = read_project(payload),
            .request = {},
            .sender = read_user(payload),
            .before = {}};
}

parsed parse_merge_request(const fields& payload, const delivery& origin, const std::string& fault) {
    const auto attributes = payload.object("object_attributes");
    const auto name = attributes.maybe_text("action");
    const auto what = merge_request_action(payload, attributes, name);
    if (fault.empty() && name.empty()) return ignored{"merge_request without an action: GitLab's test of a hook"};
    if (fault.empty() && name == "update" && !what) return ignored{"merge_request update without new commits"};
    if (fault.empty() && !what) return ignored{"merge_request " + name};

    auto value = read_event(payload, origin, what.value_or(action::opened));
    value.request = read_merge_request(attributes, value.sender);
    if (what == action::updated) value.before = maybe_commit(attributes, "oldrev");
    return unless_malformed(std::move(value), fault);
}

/// `position` is there for a comment on the diff. An old line without a new one is a comment on what was removed.
void read_position(const fields& note, event::comment& comment) {
    const auto position = note.maybe_object("position");
    if (!position) return;
    comment.where = event::place::line;
    comment.line = position->maybe_number("new_line");
    comment.file = position->maybe_text("new_path");
    if (comment.line == 0) comment.line = position->maybe_number("old_line");
    if (comment.file.empty()) comment.file = position->maybe_text("old_path");
}

parsed parse_note(const fields& payload, const delivery& origin, const std::string& fault) {
    const auto note = payload.object("object_attributes");
    const auto target = note.text("noteable_type");
    if (fault.empty() && target != "MergeRequest") return ignored{"a note on " + target};
    if (fault.empty() && note.maybe_flag("system")) return ignored{"a system note"};
    const auto name = note.maybe_text("action");
    if (fault.empty() && !name.empty() && name != "create") return ignored{"note " + name};

    auto value = read_event(payload, origin, action::commented);
    value.request = read_merge_request(payload.object("merge_request"), value.sender);
    value.note = event::comment{.id = read_positive(note, "id"),
                                .body = note.maybe_text("note"),
                                .url = note.maybe_text("url"),
                                .file = {},
                                .line = 0,
                                .discussion = note.maybe_text("discussion_id")};
    read_position(note, *value.note);
    return unless_malformed(std::move(value), fault);
}

/// All that is asked for here, which is little of a payload.
constexpr field payload_fields[] = {
    {"object_kind"},
    {"event_name"},
    {"user", user_fields},
    {"project", project_fields},
    {"object_attributes", attribute_fields},
    {"merge_request", attribute_fields},
    {"changes", change_fields},
};

}  // namespace

core::result<void> verify(const keys& known, const request& incoming) {
    return known.signing_tokens.empty() ? verify_token(known, incoming) : verify_signature(known, incoming);
}

delivery identify(const request& incoming) {
    return {.id = delivery_id(incoming, "Idempotency-Key"), .event_name = plain_header(incoming, "X-Gitlab-Event")};
}

parsed read(const delivery& origin, const event::fields& payload, const std::string& fault) {
    auto kind = payload.maybe_text("object_kind");
    if (kind.empty()) kind = payload.text("event_name");  // of system hooks, for what is no merge request
    if (kind == "merge_request") return parse_merge_request(payload, origin, fault);
    if (kind == "note") return parse_note(payload, origin, fault);
    if (!fault.empty()) return malformed("object_kind");
    return ignored{"event " + kind};
}

parsed parse(const delivery& origin, std::string_view body) {
    return parse_body(body, payload_fields, std::bind_front(read, std::cref(origin)));
}

}  // namespace familiar::webhook::gitlab
