#include "support/api_forge_state.hpp"

#include <algorithm>
#include <array>

// GitHub's REST API (docs.github.com/rest, version 2022-11-28): merge requests and what is said about them.
namespace familiar::test {

namespace {

namespace json = boost::json;
using system_clock = std::chrono::system_clock;

constexpr std::array reactions{"+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"};
constexpr std::array states{"error", "failure", "pending", "success"};
constexpr std::size_t longest_comment = 65536;
constexpr std::size_t longest_description = 140;

json::value text_or_null(const std::string& text) {
    return text.empty() ? json::value(nullptr) : json::value(text);
}

json::object repository_json(const api_repository& of) {
    const auto slash = of.path.rfind('/');
    return {
        {"id", of.id},          {"name", of.path.substr(slash + 1)},
        {"full_name", of.path}, {"owner", json::object{{"login", of.path.substr(0, slash)}, {"type", "Organization"}}},
        {"private", false},     {"default_branch", of.default_branch}};
}

json::object branch_json(const api_state& state, const std::string& path, const std::string& name,
                         const std::string& commit, bool deleted = false) {
    const auto found = state.repositories.find(path);
    const bool there = !deleted && found != state.repositories.end();
    const auto owner = path.substr(0, path.rfind('/'));
    json::object out{{"label", owner + ":" + name}, {"ref", name}, {"sha", commit}};
    out["user"] = deleted ? json::value(nullptr) : json::value(json::object{{"login", owner}});
    out["repo"] = there ? json::value(repository_json(found->second)) : json::value(nullptr);
    return out;
}

json::object pull_json(const api_state& state, const api_repository& in, const api_entry& of, const api_ask& ask) {
    const auto& what = of.what;
    const auto number = std::to_string(what.number);
    return {{"id", of.id},
            {"number", what.number},
            {"state", what.open ? "open" : "closed"},
            {"locked", false},
            {"title", what.title},
            {"body", text_or_null(what.description)},
            {"user", github_user(state, what.author)},
            {"draft", what.draft},
            {"merged", what.merged},
            {"html_url", origin_of(ask) + "/" + in.path + "/pull/" + number},
            {"url", origin_of(ask) + state.prefix + "/repos/" + in.path + "/pulls/" + number},
            {"head", branch_json(state, what.source_path, what.source_branch, what.head, what.source_deleted)},
            {"base", branch_json(state, in.path, what.target_branch, std::string(40, '0'))},
            {"author_association", "NONE"},
            {"updated_at", api_time(what.updated)},
            {"created_at", api_time(what.updated)}};
}

std::string page_address(const api_ask& ask, const api_entry& of, const std::string& path) {
    return origin_of(ask) + "/" + path + "/pull/" + std::to_string(of.what.number);
}

/// A ghost is null.
json::value author_json(const api_state& state, const std::string& login) {
    return login.empty() ? json::value(nullptr) : json::value(github_user(state, login));
}

json::object comment_json(const api_state& state, const api_comment& of, const std::string& address) {
    return {{"id", of.id},
            {"body", of.body},
            {"user", author_json(state, of.author)},
            {"html_url", address + "#issuecomment-" + std::to_string(of.id)},
            {"author_association", "NONE"},
            {"created_at", api_time(of.written)},
            {"updated_at", api_time(of.written)}};
}

json::object line_comment_json(const api_state& state, const api_comment& of, const api_entry& in,
                               const std::string& address) {
    json::object out = comment_json(state, of, address);
    out["html_url"] = address + "#discussion_r" + std::to_string(of.id);
    out["path"] = of.file;
    out["line"] = of.outdated ? json::value(nullptr) : json::value(of.line);
    out["original_line"] = of.line;
    out["side"] = of.removed_line ? "LEFT" : "RIGHT";
    out["commit_id"] = in.what.head;
    out["diff_hunk"] = "@@ -1 +1 @@";
    out["pull_request_review_id"] = of.id + 1'000'000;
    const auto first = std::ranges::find(in.comments, of.thread, &api_comment::thread);
    if (first->id != of.id) out["in_reply_to_id"] = first->id;
    return out;
}

json::object review_json(const api_state& state, const api_comment& of, const api_entry& in,
                         const std::string& address) {
    return {{"id", of.id},
            {"body", of.body},
            {"user", author_json(state, of.author)},
            {"state", "COMMENTED"},
            {"html_url", address + "#pullrequestreview-" + std::to_string(of.id)},
            {"author_association", "NONE"},
            {"commit_id", in.what.head},
            {"submitted_at", api_time(of.written)}};
}

api_repository* repository_of(api_state& state, const api_ask& ask) {
    const auto found = state.repositories.find(github_repository(ask));
    return found == state.repositories.end() ? nullptr : &found->second;
}

/// The merge request whose number is the third part.
api_entry* entry_of(api_state& state, const api_ask& ask) {
    auto* in = repository_of(state, ask);
    const auto found = in == nullptr ? decltype(in->requests.end()){} : in->requests.find(ask.number(2));
    return in == nullptr || found == in->requests.end() ? nullptr : &found->second;
}

/// The comment whose id is the third part, and where it stands.
struct placed {
    api_entry* in = nullptr;
    api_comment* said = nullptr;
};

placed comment_of(api_state& state, const api_ask& ask, api_place where) {
    if (auto* repository = repository_of(state, ask))
        for (auto& [number, entry] : repository->requests)
            for (auto& comment : entry.comments)
                if (comment.id == ask.number(2) && comment.where == where) return {&entry, &comment};
    return {};
}

api_reply not_found() {
    return github_error(404, "Not Found");
}

api_reply unprocessable() {
    return github_error(422, "Validation Failed");
}

api_reply get_user(api_state& state, const api_ask& ask) {
    return {200, github_user(state, ask.login), {}};
}

api_reply get_account(api_state& state, const api_ask& ask) {
    if (state.user(ask.parts[0]) == nullptr) return not_found();
    return {200, github_user(state, ask.parts[0]), {}};
}

api_reply get_repository(api_state& state, const api_ask& ask) {
    const auto* found = repository_of(state, ask);
    return found == nullptr ? not_found() : api_reply{200, repository_json(*found), {}};
}

api_reply get_pull(api_state& state, const api_ask& ask) {
    const auto* found = entry_of(state, ask);
    if (found == nullptr) return not_found();
    return {200, pull_json(state, *repository_of(state, ask), *found, ask), {}};
}

api_reply get_pulls(api_state& state, const api_ask& ask) {
    const auto* in = repository_of(state, ask);
    if (in == nullptr) return not_found();
    const auto wanted = ask.field("state").empty() ? "open" : ask.field("state");
    const bool by_update = ask.field("sort") == "updated";
    const auto direction = ask.field("direction");
    std::vector<const api_entry*> found;
    for (const auto& [number, entry] : in->requests)
        if (wanted == "all" || (wanted == "open") == entry.what.open) found.push_back(&entry);
    std::ranges::sort(found, {}, [&](const api_entry* one) {
        return std::pair(by_update ? one->what.updated : system_clock::time_point{}, one->id);
    });
    // Without a sort the newest come first.
    if (direction == "desc" || (direction.empty() && ask.field("sort").empty())) std::ranges::reverse(found);
    std::vector<json::value> all;
    for (const auto* one : found) all.emplace_back(pull_json(state, *in, *one, ask));
    return page_of(state, ask, all, 30);
}

/// The comments of a merge request that stand in one place, each as `form` has it.
template <class Form>
api_reply listing(api_state& state, const api_ask& ask, api_place where, Form form) {
    const auto* in = entry_of(state, ask);
    if (in == nullptr) return not_found();
    std::vector<json::value> all;
    for (const auto& one : in->comments)
        if (one.where == where && !one.system)
            all.emplace_back(form(one, *in, page_address(ask, *in, github_repository(ask))));
    if (where == api_place::line && !ask.field("sort").empty() && ask.field("direction") == "desc")
        std::ranges::reverse(all);
    return page_of(state, ask, all, 30);
}

api_reply get_comments(api_state& state, const api_ask& ask) {
    return listing(state, ask, api_place::conversation, [&](const auto& one, const auto&, const auto& address) {
        return comment_json(state, one, address);
    });
}

/// The one listing of comments that can be had from the newest on.
api_reply get_line_comments(api_state& state, const api_ask& ask) {
    return listing(state, ask, api_place::line, [&](const auto& one, const auto& in, const auto& address) {
        return line_comment_json(state, one, in, address);
    });
}

api_reply get_reviews(api_state& state, const api_ask& ask) {
    return listing(state, ask, api_place::review, [&](const auto& one, const auto& in, const auto& address) {
        return review_json(state, one, in, address);
    });
}

bool fits(const std::string& body) {
    return !body.empty() && body.size() <= longest_comment;
}

api_reply post_comment(api_state& state, const api_ask& ask) {
    auto* in = entry_of(state, ask);
    if (in == nullptr) return not_found();
    if (!fits(ask.field("body"))) return unprocessable();
    const auto id = state.next_id();
    in->comments.push_back({.author = ask.login,
                            .body = ask.field("body"),
                            .thread = "thread-" + std::to_string(id),
                            .written = system_clock::now(),
                            .id = id});
    return {201, comment_json(state, in->comments.back(), page_address(ask, *in, github_repository(ask))), {}};
}

api_reply patch_comment(api_state& state, const api_ask& ask) {
    const auto [in, said] = comment_of(state, ask, api_place::conversation);
    if (in == nullptr) return not_found();
    if (said->author != ask.login) return github_error(403, "Must have admin rights to Repository.");
    if (!fits(ask.field("body"))) return unprocessable();
    said->body = ask.field("body");
    ++said->edits;
    return {200, comment_json(state, *said, page_address(ask, *in, github_repository(ask))), {}};
}

/// 201 for a new one, 200 for one that is there already.
api_reply react(const api_ask& ask, api_entry& in, std::int64_t comment) {
    const auto name = ask.field("content");
    if (std::ranges::find(reactions, name) == reactions.end()) return unprocessable();
    const bool there = std::ranges::any_of(in.reactions, [&](const api_reaction& one) {
        return one.comment == comment && one.name == name && one.author == ask.login;
    });
    if (!there) in.reactions.push_back({github_repository(ask), in.what.number, comment, name, ask.login});
    return {there ? 200U : 201U, json::object{{"id", 1}, {"content", name}}, {}};
}

api_reply react_to_request(api_state& state, const api_ask& ask) {
    auto* in = entry_of(state, ask);
    return in == nullptr ? not_found() : react(ask, *in, 0);
}

api_reply react_to_comment(api_state& state, const api_ask& ask) {
    const auto [in, said] = comment_of(state, ask, api_place::conversation);
    return in == nullptr ? not_found() : react(ask, *in, said->id);
}

api_reply react_to_line_comment(api_state& state, const api_ask& ask) {
    const auto [in, said] = comment_of(state, ask, api_place::line);
    return in == nullptr ? not_found() : react(ask, *in, said->id);
}

/// `permission` knows four words; the role says what is behind them.
api_reply get_permission(api_state& state, const api_ask& ask) {
    const auto* in = repository_of(state, ask);
    if (in == nullptr) return not_found();
    const auto& login = ask.parts[2];
    if (state.user(login) == nullptr) return github_error(404, login + " is not a user");
    const auto found = in->roles.find(lower_case(login));
    const auto role = found == in->roles.end() ? "read" : found->second;
    const auto word = role == "maintain" ? "write" : role == "triage" ? "read" : role;
    return {200, json::object{{"permission", word}, {"role_name", role}, {"user", github_user(state, login)}}, {}};
}

api_reply post_status(api_state& state, const api_ask& ask) {
    if (repository_of(state, ask) == nullptr) return not_found();
    const auto status = ask.field("state");
    if (std::ranges::find(states, status) == states.end() || ask.parts[2].size() != 40 ||
        ask.field("description").size() > longest_description)
        return unprocessable();
    const auto context = ask.field("context").empty() ? "default" : ask.field("context");
    state.statuses.push_back({github_repository(ask), ask.parts[2], status, context, ask.field("description"),
                              ask.field("target_url"), ask.login});
    return {201, json::object{{"id", state.next_id()}, {"state", status}, {"context", context}}, {}};
}

}  // namespace

const std::vector<api_route>& github_routes() {
    static const std::vector<api_route> routes{
        {"GET", "/user", "user", get_user},
        {"GET", "/users/*", "", get_account},
        {"GET", "/repos/*/*", "", get_repository},
        {"GET", "/repos/*/*/pulls", "pull_requests:read", get_pulls},
        {"GET", "/repos/*/*/pulls/*", "pull_requests:read", get_pull},
        {"GET", "/repos/*/*/issues/*/comments", "issues:read|pull_requests:read", get_comments},
        {"POST", "/repos/*/*/issues/*/comments", "issues:write|pull_requests:write", post_comment},
        {"PATCH", "/repos/*/*/issues/comments/*", "issues:write|pull_requests:write", patch_comment},
        {"POST", "/repos/*/*/issues/comments/*/reactions", "issues:write|pull_requests:write", react_to_comment},
        {"POST", "/repos/*/*/issues/*/reactions", "issues:write|pull_requests:write", react_to_request},
        {"GET", "/repos/*/*/pulls/*/comments", "pull_requests:read", get_line_comments},
        {"POST", "/repos/*/*/pulls/comments/*/reactions", "pull_requests:write", react_to_line_comment},
        {"GET", "/repos/*/*/pulls/*/reviews", "pull_requests:read", get_reviews},
        {"GET", "/repos/*/*/collaborators/*/permission", "", get_permission},
        {"POST", "/repos/*/*/statuses/*", "statuses:write", post_status},
    };
    return routes;
}

}  // namespace familiar::test
