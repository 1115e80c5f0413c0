#include "webhook/github.hpp"

#include "webhook/payload.hpp"

#include <algorithm>
#include <functional>
#include <optional>

namespace familiar::webhook::github {

namespace {

using event::action;
using event::fields;

constexpr std::size_t path_segments = 2;  // owner/name

std::optional<action> pull_request_action(std::string_view name) {
    if (name == "opened" || name == "reopened" || name == "ready_for_review") return action::opened;
    if (name == "synchronize") return action::updated;
    if (name == "closed") return action::closed;
    return std::nullopt;
}

constexpr field actor_fields[] = {{"login"}, {"id"}, {"type"}};

/// A user may be null: GitHub's ghost, whose account was deleted.
event::actor read_actor(const fields& in, std::string_view name) {
    const auto user = in.maybe_object(name);
    if (!user) return {};
    return {.login = user->text("login"), .id = user->maybe_number("id"), .bot = user->maybe_text("type") == "Bot"};
}

constexpr field repository_fields[] = {{"full_name"}, {"default_branch"}};

event::repository read_repository(const fields& payload) {
    const auto repository = payload.object("repository");
    return {.forge = event::provider::github,
            .path = read_path(repository, "full_name", path_segments),
            .default_branch = maybe_branch(repository, "default_branch")};
}

constexpr field source_fields[] = {{"full_name"}};
constexpr field head_fields[] = {{"ref"}, {"sha"}, {"repo", source_fields}};
constexpr field base_fields[] = {{"ref"}};
constexpr field pull_request_fields[] = {
    {"number"},
    {"title"},
    {"body"},
    {"html_url"},
    {"draft"},
    {"user", actor_fields},
    {"head", head_fields},
    {"base", base_fields},
};

/// The `pull_request` object, in full and in the shorter form that reviews carry. `head.repo` is null or absent once
/// the fork has been deleted.
event::merge_request read_pull_request(const fields& payload, const event::repository& repo) {
    const auto pull = payload.object("pull_request");
    const auto head = pull.object("head");
    event::merge_request request{.number = read_positive(pull, "number"),
                                 .title = pull.maybe_text("title"),
                                 .description = pull.maybe_text("body"),
                                 .url = pull.maybe_text("html_url"),
                                 .source_branch = maybe_branch(head, "ref"),
                                 .target_branch = maybe_branch(pull.object("base"), "ref"),
                                 .head = read_commit(head, "sha"),
                                 .source_path = {},
                                 .draft = pull.maybe_flag("draft"),
                                 .author = read_actor(pull, "user")};
    if (const auto source = head.maybe_object("repo")) {
        request.source_path = read_path(*source, "full_name", path_segments);
        request.head_origin = request.source_path == repo.path ? event::origin::same_repository : event::origin::fork;
    }
    return request;
}

constexpr field issue_fields[] = {
    {"number"}, {"title"}, {"body"}, {"html_url"}, {"draft"}, {"user", actor_fields}, {"pull_request"},
};

/// The `issue` object of a comment on a pull request: it says nothing of the head.
event::merge_request read_issue(const fields& payload) {
    const auto issue = payload.object("issue");
    return {.number = read_positive(issue, "number"),
            .title = issue.maybe_text("title"),
            .description = issue.maybe_text("body"),
            .url = issue.maybe_text("html_url"),
            .source_branch = {},
            .target_branch = {},
            .head = {},
            .source_path = {},
            .head_origin = event::origin::unknown,
            .draft = issue.maybe_flag("draft"),
            .author = read_actor(issue, "user")};
}

constexpr field comment_fields[] = {{"id"}, {"body"}, {"html_url"}, {"path"}, {"line"}, {"in_reply_to_id"}};
constexpr field review_fields[] = {{"id"}, {"body"}, {"html_url"}};

event::comment read_comment(const fields& in) {
    return {.id = read_positive(in, "id"),
            .body = in.maybe_text("body"),
            .url = in.maybe_text("html_url"),
            .file = {},
            .line = 0,
            .discussion = {}};
}

event::event read_event(const fields& payload, const delivery& origin, action what) {
    return {.what = what,
            .delivery = origin.id,
            .repo = read_repository(payload),
            .request = {},
            .sender = read_actor(payload, "sender"),
            .before = {}};
}

parsed parse_pull_request(const fields& payload, const delivery& origin, const std::string& fault) {
    const auto name = payload.text("action");
    const auto what = pull_request_action(name);
    if (fault.empty() && !what) return ignored{"pull_request " + name};

    auto value = read_event(payload, origin, what.value_or(action::opened));
    value.request = read_pull_request(payload, value.repo);
    if (what == action::updated) value.before = maybe_commit(payload, "before");
    return unless_malformed(std::move(value), fault);
}

parsed parse_issue_comment(const fields& payload, const delivery& origin, const std::string& fault) {
    const auto name = payload.text("action");
    if (fault.empty() && name != "created") return ignored{"issue_comment " + name};
    const bool on_pull_request = payload.object("issue").maybe_object("pull_request").has_value();
    if (fault.empty() && !on_pull_request) return ignored{"a comment on an issue"};

    auto value = read_event(payload, origin, action::commented);
    value.request = read_issue(payload);
    value.note = read_comment(payload.object("comment"));
    return unless_malformed(std::move(value), fault);
}

parsed parse_review(const fields& payload, const delivery& origin, const std::string& fault) {
    const auto name = payload.text("action");
    if (fault.empty() && name != "submitted") return ignored{"pull_request_review " + name};

    auto value = read_event(payload, origin, action::commented);
    value.request = read_pull_request(payload, value.repo);
    value.note = read_comment(payload.object("review"));
    value.note->discussion = std::to_string(value.note->id);
    value.note->where = event::place::review;
    if (fault.empty() && value.note->body.empty()) return ignored{"a review without a body"};
    return unless_malformed(std::move(value), fault);
}

/// A comment on a line of the diff. The line is null for one on a whole file and for an answer to what has become
/// outdated. Its discussion is the comment that began the thread: the one an answer is posted to.
parsed parse_review_comment(const fields& payload, const delivery& origin, const std::string& fault) {
    const auto name = payload.text("action");
    if (fault.empty() && name != "created") return ignored{"pull_request_review_comment " + name};

    auto value = read_event(payload, origin, action::commented);
    value.request = read_pull_request(payload, value.repo);
    const auto comment = payload.object("comment");
    value.note = read_comment(comment);
    value.note->where = event::place::line;
    value.note->file = comment.maybe_text("path");
    value.note->line = comment.maybe_number("line");
    const auto thread = comment.maybe_number("in_reply_to_id");
    value.note->discussion = std::to_string(thread != 0 ? thread : value.note->id);
    return unless_malformed(std::move(value), fault);
}

/// All that is asked for here, which is little of a payload.
constexpr field payload_fields[] = {
    {"action"},
    {"before"},
    {"sender", actor_fields},
    {"repository", repository_fields},
    {"pull_request", pull_request_fields},
    {"issue", issue_fields},
    {"comment", comment_fields},
    {"review", review_fields},
};

}  // namespace

core::result<void> verify(const keys& known, const request& incoming) {
    const auto refuse = [](std::string reason) {
        return core::fail(core::errc::authentication_failed, "a GitHub webhook " + std::move(reason));
    };
    const auto given = incoming.header("X-Hub-Signature-256");
    if (!given && incoming.header("X-Hub-Signature"))
        return refuse("is signed with SHA-1 only (X-Hub-Signature), which is not accepted");
    if (!given) return refuse("has no X-Hub-Signature-256: set a secret in the hook's settings");

    for (const auto& key : known.webhook_secrets) {
        if (key.empty()) continue;
        const core::secret expected("sha256=" + core::to_hex(core::hmac_sha256(key.reveal(), incoming.body)));
        if (core::matches(expected, *given)) return {};
    }
    return refuse("has a wrong X-Hub-Signature-256: the hook's secret and webhook_secret differ");
}

delivery identify(const request& incoming) {
    return {.id = delivery_id(incoming, "X-GitHub-Delivery"), .event_name = plain_header(incoming, "X-GitHub-Event")};
}

parsed read(const delivery& origin, const event::fields& payload, const std::string& fault) {
    if (origin.event_name == "ping") return pong{};
    if (origin.event_name == "pull_request") return parse_pull_request(payload, origin, fault);
    if (origin.event_name == "issue_comment") return parse_issue_comment(payload, origin, fault);
    if (origin.event_name == "pull_request_review") return parse_review(payload, origin, fault);
    if (origin.event_name == "pull_request_review_comment") return parse_review_comment(payload, origin, fault);
    if (origin.event_name.empty()) return malformed("X-GitHub-Event");
    return ignored{"event " + origin.event_name};
}

parsed parse(const delivery& origin, std::string_view body) {
    return parse_body(body, payload_fields, std::bind_front(read, std::cref(origin)));
}

}  // namespace familiar::webhook::github
