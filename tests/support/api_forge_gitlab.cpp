#include "support/api_forge_state.hpp"

#include <algorithm>
#include <array>

// GitLab's REST API, v4 (docs.gitlab.com/api).
namespace familiar::test {

namespace {

namespace json = boost::json;
using system_clock = std::chrono::system_clock;

constexpr std::array states{"pending", "running", "success", "failed", "canceled", "skipped"};
constexpr std::size_t longest_description = 255;
constexpr std::size_t longest_comment = 1'000'000;

api_reply error(unsigned status, std::string_view message) {
    return {status, json::object{{"message", message}}, {}};
}

json::object user_json(const api_state& state, const std::string& login) {
    const auto* who = state.user(login);
    return {{"id", who == nullptr ? 0 : who->id},
            {"username", who == nullptr ? login : who->login},
            {"name", login},
            {"state", "active"},
            {"bot", who != nullptr && who->bot}};
}

json::object project_json(const api_repository& of, const api_ask& ask) {
    return {{"id", of.id},
            {"path_with_namespace", of.path},
            {"path", of.path.substr(of.path.rfind('/') + 1)},
            {"default_branch", of.default_branch},
            {"visibility", "public"},
            {"web_url", origin_of(ask) + "/" + of.path}};
}

json::object request_json(const api_state& state, const api_repository& in, const api_entry& of, const api_ask& ask) {
    const auto& what = of.what;
    json::value source(nullptr);
    if (const auto found = state.repositories.find(what.source_path);
        !what.source_deleted && found != state.repositories.end())
        source = found->second.id;
    return {{"id", of.id},
            {"iid", what.number},
            {"project_id", in.id},
            {"title", what.title},
            {"description", what.description.empty() ? json::value(nullptr) : json::value(what.description)},
            {"state", what.open     ? "opened"
                      : what.merged ? "merged"
                                    : "closed"},
            {"draft", what.draft},
            {"source_branch", what.source_branch},
            {"target_branch", what.target_branch},
            {"source_project_id", source},
            {"target_project_id", in.id},
            {"sha", what.head},
            {"author", user_json(state, what.author)},
            {"updated_at", api_time(what.updated)},
            {"created_at", api_time(what.updated)},
            {"web_url", origin_of(ask) + "/" + in.path + "/-/merge_requests/" + std::to_string(what.number)}};
}

json::object position_json(const api_comment& of, const api_entry& in) {
    json::object out{{"position_type", "text"}, {"old_path", of.file}, {"new_path", of.file}};
    out["old_line"] = of.removed_line ? json::value(of.line) : json::value(nullptr);
    out["new_line"] = of.removed_line ? json::value(nullptr) : json::value(of.line);
    out["head_sha"] = in.what.head;
    return out;
}

json::object note_json(const api_state& state, const api_comment& of, const api_entry& in) {
    const bool on_line = of.where == api_place::line;
    json::object out{{"id", of.id},
                     {"type", on_line ? json::value("DiffNote") : json::value(nullptr)},
                     {"body", of.body},
                     {"author", user_json(state, of.author.empty() ? "ghost" : of.author)},
                     {"created_at", api_time(of.written)},
                     {"updated_at", api_time(of.written)},
                     {"system", of.system},
                     {"noteable_id", in.id},
                     {"noteable_type", "MergeRequest"},
                     {"noteable_iid", in.what.number},
                     {"resolvable", on_line}};
    if (on_line) {
        out["resolved"] = of.resolved;
        out["position"] = position_json(of, in);
    }
    return out;
}

/// The project that the first part names, by path or id.
api_repository* project_of(api_state& state, const api_ask& ask) {
    for (auto& [path, one] : state.repositories)
        if (path == ask.parts.at(0) || one.id == ask.number(0)) return &one;
    return nullptr;
}

/// The merge request whose iid is the second part.
api_entry* entry_of(api_state& state, const api_ask& ask) {
    auto* in = project_of(state, ask);
    if (in == nullptr) return nullptr;
    const auto found = in->requests.find(ask.number(1));
    return found == in->requests.end() ? nullptr : &found->second;
}

/// The note whose id is the third part.
api_comment* note_of(api_entry& in, const api_ask& ask) {
    const auto found = std::ranges::find(in.comments, ask.number(2), &api_comment::id);
    return found == in.comments.end() ? nullptr : &*found;
}

api_reply no_project() {
    return error(404, "404 Project Not Found");
}

api_reply not_found() {
    return error(404, "404 Not found");
}

api_reply get_user(api_state& state, const api_ask& ask) {
    return {200, user_json(state, ask.login), {}};
}

api_reply get_users(api_state& state, const api_ask& ask) {
    json::array found;
    if (state.user(ask.field("username")) != nullptr) found.push_back(user_json(state, ask.field("username")));
    return {200, std::move(found), {}};
}

api_reply get_project(api_state& state, const api_ask& ask) {
    const auto* in = project_of(state, ask);
    return in == nullptr ? no_project() : api_reply{200, project_json(*in, ask), {}};
}

api_reply get_request(api_state& state, const api_ask& ask) {
    const auto* in = entry_of(state, ask);
    return in == nullptr ? not_found() : api_reply{200, request_json(state, *project_of(state, ask), *in, ask), {}};
}

/// `updated_after` is compared as text: api_time's form, which a client's fraction of a second doesn't disturb.
api_reply get_requests(api_state& state, const api_ask& ask) {
    const auto* in = project_of(state, ask);
    if (in == nullptr) return no_project();
    const auto wanted = ask.field("state");
    const auto after = ask.field("updated_after").substr(0, 19);
    std::vector<const api_entry*> found;
    for (const auto& [number, one] : in->requests)
        if ((wanted.empty() || wanted == "all" || (wanted == "opened") == one.what.open) &&
            api_time(one.what.updated).substr(0, 19) >= after)
            found.push_back(&one);
    const bool by_update = ask.field("order_by") == "updated_at";
    std::ranges::sort(found, {}, [&](const api_entry* one) {
        return std::pair(by_update ? one->what.updated : system_clock::time_point{}, one->id);
    });
    if (ask.field("sort") != "asc") std::ranges::reverse(found);
    std::vector<json::value> all;
    for (const auto* one : found) all.emplace_back(request_json(state, *in, *one, ask));
    return page_of(state, ask, all, 20);
}

/// Threads in the order of their first notes.
api_reply get_discussions(api_state& state, const api_ask& ask) {
    const auto* in = entry_of(state, ask);
    if (in == nullptr) return not_found();
    std::vector<json::value> all;
    std::vector<std::string> names;
    for (const auto& one : in->comments) {
        const auto known = std::ranges::find(names, one.thread);
        if (known == names.end()) {
            names.push_back(one.thread);
            all.emplace_back(json::object{{"id", one.thread}, {"individual_note", true}, {"notes", json::array{}}});
            all.back().at("notes").as_array().push_back(note_json(state, one, *in));
            if (one.where == api_place::line) all.back().at("individual_note") = false;
        } else {
            auto& thread = all[static_cast<std::size_t>(known - names.begin())];
            thread.at("notes").as_array().push_back(note_json(state, one, *in));
            thread.at("individual_note") = false;
        }
    }
    return page_of(state, ask, all, 20);
}

/// The newest first unless told.
api_reply get_notes(api_state& state, const api_ask& ask) {
    const auto* in = entry_of(state, ask);
    if (in == nullptr) return not_found();
    std::vector<json::value> all;
    for (const auto& one : in->comments) all.emplace_back(note_json(state, one, *in));
    if (ask.field("sort") != "asc") std::ranges::reverse(all);
    return page_of(state, ask, all, 20);
}

std::optional<api_reply> unfit(const std::string& body) {
    if (body.empty()) return api_reply{400, json::object{{"error", "body is missing"}}, {}};
    if (body.size() > longest_comment) return error(400, "Note is too long (maximum is 1000000 characters)");
    return std::nullopt;
}

api_reply post_note(api_state& state, const api_ask& ask) {
    auto* in = entry_of(state, ask);
    if (in == nullptr) return not_found();
    if (auto refused = unfit(ask.field("body"))) return std::move(*refused);
    const auto id = state.next_id();
    in->comments.push_back({.author = ask.login,
                            .body = ask.field("body"),
                            .thread = "thread-" + std::to_string(id),
                            .written = system_clock::now(),
                            .id = id});
    return {201, note_json(state, in->comments.back(), *in), {}};
}

api_reply get_note(api_state& state, const api_ask& ask) {
    auto* in = entry_of(state, ask);
    const auto* said = in == nullptr ? nullptr : note_of(*in, ask);
    return said == nullptr ? not_found() : api_reply{200, note_json(state, *said, *in), {}};
}

api_reply put_note(api_state& state, const api_ask& ask) {
    auto* in = entry_of(state, ask);
    auto* said = in == nullptr ? nullptr : note_of(*in, ask);
    if (said == nullptr) return not_found();
    if (said->author != ask.login) return error(403, "403 Forbidden");
    if (auto refused = unfit(ask.field("body"))) return std::move(*refused);
    said->body = ask.field("body");
    ++said->edits;
    return {200, note_json(state, *said, *in), {}};
}

/// An emoji that is there already is a 404 with these words.
api_reply award(api_state& state, const api_ask& ask, api_entry& in, std::int64_t note) {
    const auto name = ask.field("name");
    if (name.empty()) return {400, json::object{{"error", "name is missing"}}, {}};
    for (const auto& one : in.reactions)
        if (one.comment == note && one.name == name && one.author == ask.login)
            return error(404, "404 Award Emoji Name has already been taken Not Found");
    in.reactions.push_back({project_of(state, ask)->path, in.what.number, note, name, ask.login});
    return {201, json::object{{"id", state.next_id()}, {"name", name}, {"user", user_json(state, ask.login)}}, {}};
}

api_reply award_request(api_state& state, const api_ask& ask) {
    auto* in = entry_of(state, ask);
    return in == nullptr ? not_found() : award(state, ask, *in, 0);
}

api_reply award_note(api_state& state, const api_ask& ask) {
    auto* in = entry_of(state, ask);
    const auto* said = in == nullptr ? nullptr : note_of(*in, ask);
    return said == nullptr ? not_found() : award(state, ask, *in, said->id);
}

api_reply awards(api_state& state, const api_ask& ask, const api_entry& in, std::int64_t note) {
    std::vector<json::value> all;
    for (const auto& one : in.reactions)
        if (one.comment == note)
            all.emplace_back(json::object{{"id", 1}, {"name", one.name}, {"user", user_json(state, one.author)}});
    return page_of(state, ask, all, 20);
}

api_reply get_request_awards(api_state& state, const api_ask& ask) {
    const auto* in = entry_of(state, ask);
    return in == nullptr ? not_found() : awards(state, ask, *in, 0);
}

api_reply get_note_awards(api_state& state, const api_ask& ask) {
    auto* in = entry_of(state, ask);
    const auto* said = in == nullptr ? nullptr : note_of(*in, ask);
    return said == nullptr ? not_found() : awards(state, ask, *in, said->id);
}

/// A status that is begun is one job of a pipeline until it ends, and the same state twice is no step for it.
bool can_become(const api_state& state, const api_status& next) {
    if (next.state != "pending" && next.state != "running") return true;
    const auto last = std::find_if(state.statuses.rbegin(), state.statuses.rend(), [&](const api_status& one) {
        return one.path == next.path && one.commit == next.commit && one.name == next.name;
    });
    if (last == state.statuses.rend()) return true;
    return next.state == "pending" ? last->state != "pending" && last->state != "running" : last->state != "running";
}

api_reply post_status(api_state& state, const api_ask& ask) {
    const auto* in = project_of(state, ask);
    if (in == nullptr) return no_project();
    const auto name = ask.field("name").empty() ? ask.field("context") : ask.field("name");
    api_status made{in->path,
                    ask.parts.at(1),
                    ask.field("state"),
                    name.empty() ? "default" : name,
                    ask.field("description"),
                    ask.field("target_url"),
                    ask.login};
    if (made.commit.size() != 40) return error(404, "404 Commit Not Found");
    if (std::ranges::find(states, made.state) == states.end())
        return {400, json::object{{"error", "state does not have a valid value"}}, {}};
    if (made.description.size() > longest_description) return error(400, "description is too long");
    if (!can_become(state, made))
        return error(400, "Cannot transition status via :" + std::string(made.state == "pending" ? "enqueue" : "run"));
    state.statuses.push_back(made);
    return {201,
            json::object{{"id", state.next_id()}, {"sha", made.commit}, {"status", made.state}, {"name", made.name}},
            {}};
}

/// `inherited` ones are members of a group above only.
api_reply member(api_state& state, const api_ask& ask, bool with_inherited) {
    const auto* in = project_of(state, ask);
    if (in == nullptr) return no_project();
    for (const auto& [login, held] : in->levels) {
        const auto* who = state.user(login);
        if (who == nullptr || who->id != ask.number(1) || (held.inherited && !with_inherited)) continue;
        auto out = user_json(state, login);
        out["access_level"] = held.level;
        return {200, std::move(out), {}};
    }
    return not_found();
}

api_reply get_any_member(api_state& state, const api_ask& ask) {
    return member(state, ask, true);
}

api_reply get_direct_member(api_state& state, const api_ask& ask) {
    return member(state, ask, false);
}

const std::vector<api_route> routes{
    {"GET", "/user", "", get_user},
    {"GET", "/users", "", get_users},
    {"GET", "/projects/*", "", get_project},
    {"GET", "/projects/*/merge_requests", "", get_requests},
    {"GET", "/projects/*/merge_requests/*", "", get_request},
    {"GET", "/projects/*/merge_requests/*/discussions", "", get_discussions},
    {"GET", "/projects/*/merge_requests/*/notes", "", get_notes},
    {"POST", "/projects/*/merge_requests/*/notes", "", post_note},
    {"GET", "/projects/*/merge_requests/*/notes/*", "", get_note},
    {"PUT", "/projects/*/merge_requests/*/notes/*", "", put_note},
    {"GET", "/projects/*/merge_requests/*/award_emoji", "", get_request_awards},
    {"POST", "/projects/*/merge_requests/*/award_emoji", "", award_request},
    {"GET", "/projects/*/merge_requests/*/notes/*/award_emoji", "", get_note_awards},
    {"POST", "/projects/*/merge_requests/*/notes/*/award_emoji", "", award_note},
    {"POST", "/projects/*/statuses/*", "", post_status},
    {"GET", "/projects/*/members/all/*", "", get_any_member},
    {"GET", "/projects/*/members/*", "", get_direct_member},
};

}  // namespace

api_reply answer_as_gitlab(api_state& state, api_ask ask, std::string& login) {
    auto token = ask.header("private-token");
    if (const auto given = ask.header("authorization"); token.empty() && given.starts_with("Bearer "))
        token = given.substr(7);
    const auto known = state.tokens.find(token);
    if (known == state.tokens.end()) return error(401, "401 Unauthorized");
    login = ask.login = known->second;
    const auto* route = find_route(routes, ask);
    return route == nullptr ? error(404, "404 Not Found") : route->answer(state, ask);
}

}  // namespace familiar::test
