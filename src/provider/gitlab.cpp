#include "provider/gitlab.hpp"

#include "provider/gitlab_read.hpp"
#include "provider/rest.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

namespace asio = boost::asio;
namespace json = boost::json;

namespace familiar::provider {

namespace {

using core::errc;

/// The most that GitLab puts on a page.
constexpr std::string_view page_size = "per_page=100";

/// Threads that are looked through for the newest comments; GitLab lists the oldest first and nothing else.
constexpr std::size_t most_threads = 5000;
constexpr std::size_t most_comments = 500;
constexpr std::size_t most_requests = 1000;

/// Of a commit status' description and target_url, which are columns of that width.
constexpr std::size_t longest_column = 255;

/// What a status is listed as beside the commit.
constexpr std::string_view status_name = "familiar";

class gitlab_forge final : public forge {
public:
    gitlab_forge(const config::current& settings, http::client& client, api_observer observer)
        : settings_(settings), rest_(client, "gitlab", std::move(observer)) {}

    asio::awaitable<core::result<identity>> identify() override;
    asio::awaitable<core::result<merge_request_state>> merge_request(std::string path, std::int64_t number) override;
    asio::awaitable<core::result<config::permission>> permission(std::string path, event::actor who) override;
    asio::awaitable<core::result<std::vector<event::remark>>> comments(std::string path, std::int64_t number) override;
    asio::awaitable<core::result<event::remark>> post_comment(std::string path, std::int64_t number,
                                                              std::string body) override;
    asio::awaitable<core::result<void>> edit_comment(std::string path, std::int64_t number, std::int64_t comment,
                                                     std::string body) override;
    asio::awaitable<core::result<void>> react(std::string path, std::int64_t number,
                                              std::optional<event::comment> note) override;
    asio::awaitable<core::result<void>> set_status(std::string path, commit_status status) override;
    asio::awaitable<core::result<credential>> credential_for(std::string path, access wanted) override;
    bool narrows() const override { return false; }
    asio::awaitable<core::result<std::vector<missed_delivery>>> missed_deliveries(std::string hook_path,
                                                                                  std::vector<std::string> paths,
                                                                                  core::wall_time since) override;
    asio::awaitable<core::result<std::vector<merge_request_state>>> open_requests(std::string path,
                                                                                  core::wall_time since) override;

private:
    /// Paths of forks by their ids, as far as they were asked for.
    using fork_paths = std::map<std::int64_t, std::string>;

    rest::call get(std::string what, const std::string& resource) const;
    rest::call change(std::string method, std::string what, const std::string& resource, json::value body) const;
    std::string page_of(const std::string& path, std::int64_t number) const;

    asio::awaitable<core::result<std::int64_t>> user_id(event::actor who, std::string what);
    asio::awaitable<core::result<std::string>> project_path(std::int64_t id);
    asio::awaitable<core::result<merge_request_state>> completed(gitlab::found_request found, fork_paths& known);

    const config::current& settings_;
    rest rest_;
};

std::string project(const std::string& path) {
    return "/projects/" + encoded(path);
}

std::string request(const std::string& path, std::int64_t number) {
    return project(path) + "/merge_requests/" + std::to_string(number);
}

/// For messages: "acme/widgets!7".
std::string name_of(const std::string& path, std::int64_t number) {
    return path + '!' + std::to_string(number);
}

core::result<void> done(const core::result<json::value>& answer) {
    if (!answer) return answer.error();
    return {};
}

rest::call gitlab_forge::get(std::string what, const std::string& resource) const {
    const auto& gitlab = settings_->providers.gitlab;
    return {.what = std::move(what),
            .url = gitlab.base_url + "/api/v4" + resource,
            .headers = {{"PRIVATE-TOKEN", gitlab.token.reveal()}}};
}

rest::call gitlab_forge::change(std::string method, std::string what, const std::string& resource,
                                json::value body) const {
    auto call = get(std::move(what), resource);
    call.method = std::move(method);
    call.body = std::move(body);
    return call;
}

std::string gitlab_forge::page_of(const std::string& path, std::int64_t number) const {
    return settings_->providers.gitlab.base_url + '/' + path + "/-/merge_requests/" + std::to_string(number);
}

asio::awaitable<core::result<identity>> gitlab_forge::identify() {
    const std::string what = "whose the GitLab token is";
    const auto answer = co_await rest_.send(get(what, "/user"));
    if (!answer) co_return answer.error();
    co_return gitlab::read_identity(*answer, what);
}

asio::awaitable<core::result<merge_request_state>> gitlab_forge::merge_request(std::string path, std::int64_t number) {
    const auto what = "the merge request " + name_of(path, number);
    const auto answer = co_await rest_.send(get(what, request(path, number)));
    if (!answer) co_return answer.error();
    auto found = gitlab::read_merge_request(*answer, path, what);
    if (!found) co_return found.error();
    fork_paths known;
    co_return co_await completed(std::move(*found), known);
}

/// With the fork's path, which GitLab tells with the fork alone.
asio::awaitable<core::result<merge_request_state>> gitlab_forge::completed(gitlab::found_request found,
                                                                           fork_paths& known) {
    if (found.source_project == 0) co_return std::move(found.state);
    if (!known.contains(found.source_project)) {
        auto path = co_await project_path(found.source_project);
        if (!path) co_return path.error();
        known.emplace(found.source_project, std::move(*path));
    }
    found.state.request.source_path = known.at(found.source_project);
    co_return std::move(found.state);
}

/// Empty for a project that the token may not see.
asio::awaitable<core::result<std::string>> gitlab_forge::project_path(std::int64_t id) {
    const auto what = "the project " + std::to_string(id);
    const auto answer = co_await rest_.send(get(what, "/projects/" + std::to_string(id)));
    if (!answer && answer.error().code == errc::not_found) co_return std::string();
    if (!answer) co_return answer.error();
    co_return gitlab::read_project_path(*answer, what);
}

asio::awaitable<core::result<config::permission>> gitlab_forge::permission(std::string path, event::actor who) {
    if (who.login.empty() && who.id == 0) co_return config::permission::none;
    const auto what = "the permission of " + who.login + " in " + path;
    const auto id = co_await user_id(std::move(who), what);
    if (!id) co_return id.error();
    if (*id == 0) co_return config::permission::none;

    // "all": with the members of the groups above and of groups that were invited, at their highest level.
    const auto answer = co_await rest_.send(get(what, project(path) + "/members/all/" + std::to_string(*id)));
    if (!answer && answer.error().code == errc::not_found) co_return config::permission::none;
    if (!answer) co_return answer.error();
    co_return gitlab::read_permission(*answer, rest_.their_now(), what);
}

/// 0 for whom GitLab does not know.
asio::awaitable<core::result<std::int64_t>> gitlab_forge::user_id(event::actor who, std::string what) {
    if (who.id != 0) co_return who.id;
    const auto users = co_await rest_.list(get(what, "/users?username=" + encoded(who.login)), most_requests);
    if (!users) co_return users.error();
    co_return gitlab::find_user(*users, who.login, what);
}

/// Threads and not notes: only they say which thread a note is part of.
asio::awaitable<core::result<std::vector<event::remark>>> gitlab_forge::comments(std::string path,
                                                                                 std::int64_t number) {
    const auto what = "the comments of " + name_of(path, number);
    const auto page = page_of(path, number);
    const auto threads =
        co_await rest_.list(get(what, request(path, number) + "/discussions?" + std::string(page_size)), most_threads);
    if (!threads) co_return threads.error();

    std::vector<event::remark> all;
    for (const auto& thread : *threads) {
        auto remarks = gitlab::read_discussion(thread, page, what);
        if (!remarks) co_return remarks.error();
        std::ranges::move(*remarks, std::back_inserter(all));
    }
    std::ranges::sort(all, {}, [](const event::remark& each) { return std::pair(each.written, each.said.id); });
    if (all.size() > most_comments) all.erase(all.begin(), all.end() - most_comments);
    co_return all;
}

asio::awaitable<core::result<event::remark>> gitlab_forge::post_comment(std::string path, std::int64_t number,
                                                                        std::string body) {
    const auto what = "a comment on " + name_of(path, number);
    const auto page = page_of(path, number);
    const auto answer = co_await rest_.send(change("POST", what, request(path, number) + "/notes",
                                                   json::object{{"body", gitlab::without_quick_actions(body)}}));
    if (!answer) co_return answer.error();
    co_return gitlab::read_note(*answer, page, what);
}

asio::awaitable<core::result<void>> gitlab_forge::edit_comment(std::string path, std::int64_t number,
                                                               std::int64_t comment, std::string body) {
    const auto resource = request(path, number) + "/notes/" + std::to_string(comment);
    co_return done(co_await rest_.send(change("PUT", "the edit of a comment on " + name_of(path, number), resource,
                                              json::object{{"body", gitlab::without_quick_actions(body)}})));
}

asio::awaitable<core::result<void>> gitlab_forge::react(std::string path, std::int64_t number,
                                                        std::optional<event::comment> note) {
    auto resource = request(path, number);
    if (note) resource += "/notes/" + std::to_string(note->id);
    auto call = change("POST", "a reaction on " + name_of(path, number), resource + "/award_emoji",
                       json::object{{"name", "eyes"}});
    call.fine_if = "has already been taken";
    co_return done(co_await rest_.send(std::move(call)));
}

/// GitLab knows no change from a state to itself, nor back from running to pending, and has nothing against either.
asio::awaitable<core::result<void>> gitlab_forge::set_status(std::string path, commit_status status) {
    json::object body{{"state", gitlab::to_state(status.now)}, {"name", status_name}};
    if (!status.description.empty()) body["description"] = gitlab::shortened(status.description, longest_column);
    if (!status.link.empty() && status.link.size() <= longest_column) body["target_url"] = status.link;
    auto call = change("POST", "the status of " + status.commit + " in " + path,
                       project(path) + "/statuses/" + encoded(status.commit), std::move(body));
    call.fine_if = "Cannot transition status";
    co_return done(co_await rest_.send(std::move(call)));
}

/// Any user name goes with a token; this is what GitLab's documentation and tools say.
asio::awaitable<core::result<credential>> gitlab_forge::credential_for(std::string, access) {
    co_return credential{.username = "oauth2", .token = settings_->providers.gitlab.token};
}

/// GitLab keeps what it sent to a hook for its maintainers alone: the open merge requests tell what was missed.
asio::awaitable<core::result<std::vector<missed_delivery>>> gitlab_forge::missed_deliveries(std::string,
                                                                                            std::vector<std::string>,
                                                                                            core::wall_time) {
    co_return std::vector<missed_delivery>{};
}

asio::awaitable<core::result<std::vector<merge_request_state>>> gitlab_forge::open_requests(std::string path,
                                                                                            core::wall_time since) {
    const auto what = "the open merge requests of " + path;
    const auto resource = project(path) + "/merge_requests?state=opened&order_by=updated_at&sort=desc&updated_after=" +
                          encoded(core::to_rfc3339(since)) + '&' + std::string(page_size);
    const auto answers = co_await rest_.list(get(what, resource), most_requests);
    if (!answers) co_return answers.error();

    std::vector<merge_request_state> open;
    fork_paths known;
    for (const auto& answer : *answers) {
        auto found = gitlab::read_merge_request(answer, path, what);
        if (!found) co_return found.error();
        auto state = co_await completed(std::move(*found), known);
        if (!state) co_return state.error();
        open.push_back(std::move(*state));
    }
    co_return open;
}

}  // namespace

std::unique_ptr<forge> make_gitlab(const config::current& settings, http::client& client, api_observer observer) {
    return std::make_unique<gitlab_forge>(settings, client, std::move(observer));
}

}  // namespace familiar::provider
