#include "e2e/support/whole_forge.hpp"

#include "e2e/support/wait_for.hpp"

#include <algorithm>
#include <map>

namespace familiar::test {

namespace json = boost::json;

namespace {

/// The ids that the sample payloads have.
const std::map<std::string, std::int64_t> people{{"ada", 101}, {"grace", 102}, {"mallory", 666}, {"robby", 900}};

constexpr auto fork = "mallory/widgets";

/// Puts the account in the place of another.
void set_actor(json::value& place, const std::string& login) {
    auto& actor = place.as_object();
    actor[actor.contains("username") ? "username" : "login"] = login;
    actor["id"] = people.at(login);
}

}  // namespace

whole_forge::whole_forge(const std::string& address) : test_forge(address), api({.address = address}) {
    for (const auto& [login, id] : people) api.add_user({.login = login, .id = id});
    api.add_token(git_forge::password, bot);
}

configuration::entries whole_forge::configured(const configuration::entries& changes) const {
    configuration::entries all{{"providers.github.api_url", api.github_url()},
                               {"providers.gitlab.base_url", api.gitlab_url()},
                               {"triggers.minimum_permission", "write"},
                               {"permissions.push_commits", "on_request"}};
    for (const auto& [key, value] : changes) all[key] = value;
    return all;
}

merge_request whole_forge::known(merge_request made, api_request what) {
    what.number = made.number;
    what.head = made.head;
    what.source_branch = made.branch;
    api.open(made.path, std::move(what));
    for (const auto* login : {"ada", "grace"}) api.allow(made.path, login, "write");
    return made;
}

merge_request whole_forge::open(const files& changes, api_request what) {
    return known(test_forge::open(changes), std::move(what));
}

merge_request whole_forge::open_from_fork() {
    return known(test_forge::open(), {.author = "mallory", .source_path = fork});
}

void whole_forge::push(merge_request& to, const files& changes) {
    test_forge::push(to, changes);
    api.change(to.path, to.number, [&](api_request& known) { known.head = to.head; });
}

void whole_forge::follow(merge_request& pushed) {
    point_requests_at_branch(pushed);
    pushed.head = branch_tip(pushed);
    api.change(pushed.path, pushed.number, [&](api_request& known) { known.head = pushed.head; });
}

webhook whole_forge::about_request(const std::string& forge, const std::string& at_github, const std::string& at_gitlab,
                                   const merge_request& about) const {
    const auto what = api.merge_request(about.path, about.number);
    const bool from_fork = what.source_path != about.path;
    if (forge == "github") {
        auto hook = github(at_github, about);
        hook.at("/pull_request/head/repo/full_name") = what.source_path;
        set_actor(hook.at("/pull_request/user"), what.author);
        set_actor(hook.at("/sender"), what.author);
        return hook;
    }
    auto hook = gitlab(at_gitlab, about);
    hook.at("/object_attributes/source/path_with_namespace") = what.source_path;
    if (from_fork) hook.at("/object_attributes/source_project_id") = 77;
    hook.at("/object_attributes/author_id") = people.at(what.author);
    set_actor(hook.at("/user"), what.author);
    return hook;
}

webhook whole_forge::opened(const std::string& forge, const merge_request& about) const {
    return about_request(forge, "pull_request.opened", "merge_request.open", about);
}

webhook whole_forge::updated(const std::string& forge, const merge_request& about) const {
    return about_request(forge, "pull_request.synchronize", "merge_request.update.oldrev", about);
}

webhook whole_forge::closed(const std::string& forge, const merge_request& about) const {
    return about_request(forge, "pull_request.closed", "merge_request.close", about);
}

whole_forge::told whole_forge::comment(const std::string& forge, const merge_request& about, const std::string& author,
                                       const std::string& text, api_place where) {
    const bool on_line = where == api_place::line;
    const bool at_github = forge == "github";
    // A review as a whole is GitHub's; GitLab has its text below the merge request.
    if (!at_github && !on_line) where = api_place::conversation;
    const auto id = api.comment(about.path, about.number,
                                {.author = author, .body = text, .where = where, .file = "lib/spin.txt", .line = 1});
    if (!at_github) {
        auto hook = gitlab(on_line ? "note.diff" : "note.create.mention", about);
        hook.at("/object_attributes/id") = id;
        hook.at("/object_attributes/note") = text;
        hook.at("/object_attributes/description") = text;
        set_actor(hook.at("/user"), author);
        return {id, std::move(hook)};
    }
    const bool in_review = where == api_place::review;
    const std::string said = in_review ? "/review" : "/comment";
    auto hook = github(in_review ? "pull_request_review.submitted"
                       : on_line ? "pull_request_review_comment.created"
                                 : "issue_comment.created.mention",
                       about);
    hook.at((said + "/id").c_str()) = id;
    hook.at((said + "/body").c_str()) = text;
    set_actor(hook.at((said + "/user").c_str()), author);
    set_actor(hook.at("/sender"), author);
    return {id, std::move(hook)};
}

std::vector<api_comment> whole_forge::wait_for_answers(const merge_request& about, std::size_t count,
                                                       const std::string& text) const {
    std::vector<api_comment> found;
    const auto has_it = [&](const api_comment& one) { return one.body.find(text) != std::string::npos; };
    wait_for("the bot has written \"" + text + "\"", [&] {
        found = answers(about);
        return static_cast<std::size_t>(std::ranges::count_if(found, has_it)) >= count;
    });
    return found;
}

std::vector<std::string> whole_forge::states(const merge_request& about, const std::string& commit) const {
    std::vector<std::string> all;
    for (const auto& one : api.statuses(about.path, commit)) all.push_back(one.state);
    return all;
}

void whole_forge::wait_for_status(const merge_request& about, const std::string& commit,
                                  const std::string& state) const {
    wait_for("the status at " + commit + " is " + state, [&] {
        const auto all = states(about, commit);
        return !all.empty() && all.back() == state;
    });
}

}  // namespace familiar::test
