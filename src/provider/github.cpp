#include "provider/github.hpp"

#include "provider/github_api.hpp"
#include "provider/github_attempts.hpp"
#include "provider/github_call.hpp"
#include "provider/github_deliveries.hpp"
#include "provider/github_facts.hpp"
#include "provider/rest.hpp"

#include <boost/json/object.hpp>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

namespace asio = boost::asio;
namespace json = boost::json;

namespace familiar::provider {

namespace {

using core::errc;
using core::result;
using event::fields;

constexpr std::size_t most_comments = 500;
/// Two of the three listings cannot be had from the newest on: that many of each are looked through.
constexpr std::size_t most_listed = 5000;
constexpr std::size_t longest_description = 140;  // GitHub docs: "Create a commit status"
constexpr const char* status_name = "familiar";

std::string number_in(const std::string& path, std::int64_t number) {
    return path + '#' + std::to_string(number);
}

std::string pull_path(const std::string& path, std::int64_t number) {
    return repository_path(path) + "/pulls/" + std::to_string(number);
}

std::string issue_path(const std::string& path, std::int64_t number) {
    return repository_path(path) + "/issues/" + std::to_string(number);
}

bool is_web_link(const std::string& link) {
    return link.starts_with("https://") || link.starts_with("http://");
}

template <class T>
result<std::vector<T>> read_all(const std::string& what, const std::vector<json::value>& elements,
                                T (*reader)(const fields&)) {
    std::vector<T> values;
    for (const auto& element : elements) {
        auto value = read_object<T>(what, element, reader);
        if (!value) return value.error();
        values.push_back(std::move(*value));
    }
    return values;
}

/// The newest of all, by time.
std::vector<event::remark> newest(std::vector<event::remark> remarks) {
    std::ranges::sort(remarks, {}, [](const event::remark& one) { return std::pair(one.written, one.said.id); });
    if (remarks.size() > most_comments)
        remarks.erase(remarks.begin(), remarks.end() - static_cast<std::ptrdiff_t>(most_comments));
    return remarks;
}

identity read_app(const fields& app) {
    return {.login = app.text("slug") + "[bot]", .person = false};
}

identity read_user(const fields& user) {
    return {.login = user.text("login"), .person = user.maybe_text("type") == "User"};
}

class github final : public forge {
public:
    github(const config::current& settings, http::client& client, api_observer observer)
        : api_(settings, client, std::move(observer)), deliveries_(api_) {}

    asio::awaitable<result<identity>> identify() override;
    asio::awaitable<result<merge_request_state>> merge_request(std::string path, std::int64_t number) override;
    asio::awaitable<result<config::permission>> permission(std::string path, event::actor who) override;
    asio::awaitable<result<std::vector<event::remark>>> comments(std::string path, std::int64_t number) override;
    asio::awaitable<result<event::remark>> post_comment(std::string path, std::int64_t number,
                                                        std::string body) override;
    asio::awaitable<result<void>> edit_comment(std::string path, std::int64_t number, std::int64_t comment,
                                               std::string body) override;
    asio::awaitable<result<void>> react(std::string path, std::int64_t number,
                                        std::optional<event::comment> note) override;
    asio::awaitable<result<void>> set_status(std::string path, commit_status status) override;
    asio::awaitable<result<credential>> credential_for(std::string path, access wanted) override {
        return api_.credential_for(std::move(path), wanted);
    }
    bool narrows() const override { return api_.is_app(); }
    asio::awaitable<result<std::vector<missed_delivery>>> missed_deliveries(std::string hook_path,
                                                                            std::vector<std::string> paths,
                                                                            core::wall_time since) override {
        return deliveries_.missed(std::move(hook_path), std::move(paths), since);
    }
    asio::awaitable<result<std::vector<merge_request_state>>> open_requests(std::string path,
                                                                            core::wall_time since) override;

private:
    asio::awaitable<result<std::vector<event::remark>>> remarks(std::string path, rest::call first, std::size_t most,
                                                                event::remark (*reader)(const fields&));

    github_api api_;
    github_deliveries deliveries_;
};

asio::awaitable<result<identity>> github::identify() {
    const bool app = api_.is_app();
    const rest::call call{.what = app ? "the App's own name" : "the login of providers.github.token",
                          .url = app ? "/app" : "/user"};
    const auto answer = co_await api_.send({}, call);
    if (!answer) co_return answer.error();
    co_return read_object<identity>(call.what, *answer, app ? read_app : read_user);
}

asio::awaitable<result<merge_request_state>> github::merge_request(std::string path, std::int64_t number) {
    const rest::call call{.what = "the pull request " + number_in(path, number), .url = pull_path(path, number)};
    const auto answer = co_await api_.send(path, call);
    if (!answer) co_return answer.error();
    co_return read_object<merge_request_state>(call.what, *answer,
                                               [&](const fields& pull) { return github_facts::read_pull(pull, path); });
}

asio::awaitable<result<config::permission>> github::permission(std::string path, event::actor who) {
    if (who.login.empty()) co_return config::permission::none;
    const rest::call call{.what = "the permission of " + who.login + " in " + path,
                          .url = repository_path(path) + "/collaborators/" + encoded(who.login) + "/permission"};
    const auto answer = co_await api_.send(path, call);
    if (!answer && answer.error().code == errc::not_found) co_return config::permission::none;
    if (!answer) co_return answer.error();
    co_return read_object<config::permission>(call.what, *answer, github_facts::read_permission);
}

asio::awaitable<result<std::vector<event::remark>>> github::remarks(std::string path, rest::call first,
                                                                    std::size_t most,
                                                                    event::remark (*reader)(const fields&)) {
    const auto what = first.what;
    const auto elements = co_await api_.list(std::move(path), std::move(first), most);
    if (!elements) co_return elements.error();
    co_return read_all<event::remark>(what, *elements, reader);
}

asio::awaitable<result<std::vector<event::remark>>> github::comments(std::string path, std::int64_t number) {
    const auto where = number_in(path, number);
    auto all = co_await remarks(
        path, {.what = "the comments of " + where, .url = by_hundreds(issue_path(path, number) + "/comments")},
        most_listed, github_facts::read_comment);
    if (!all) co_return all;
    const auto newest_first = pull_path(path, number) + "/comments?sort=created&direction=desc";
    auto lines = co_await remarks(path, {.what = "the line comments of " + where, .url = by_hundreds(newest_first)},
                                  most_comments, github_facts::read_line_comment);
    if (!lines) co_return lines;
    auto reviews = co_await remarks(
        path, {.what = "the reviews of " + where, .url = by_hundreds(pull_path(path, number) + "/reviews")},
        most_listed, github_facts::read_review);
    if (!reviews) co_return reviews;

    std::ranges::move(*lines, std::back_inserter(*all));
    for (auto& review : *reviews)
        if (!review.said.body.empty() && review.written != core::wall_time()) all->push_back(std::move(review));
    co_return newest(std::move(*all));
}

asio::awaitable<result<event::remark>> github::post_comment(std::string path, std::int64_t number, std::string body) {
    const rest::call call{.what = "a comment on " + number_in(path, number),
                          .method = "POST",
                          .url = issue_path(path, number) + "/comments",
                          .body = json::object{{"body", body}}};
    const auto answer = co_await api_.send(path, call);
    if (!answer) co_return answer.error();
    co_return read_object<event::remark>(call.what, *answer, github_facts::read_comment);
}

asio::awaitable<result<void>> github::edit_comment(std::string path, std::int64_t number, std::int64_t comment,
                                                   std::string body) {
    rest::call call{.what = "another text for a comment on " + number_in(path, number),
                    .method = "PATCH",
                    .url = repository_path(path) + "/issues/comments/" + std::to_string(comment),
                    .body = json::object{{"body", body}}};
    const auto answer = co_await api_.send(path, std::move(call));
    if (!answer) co_return answer.error();
    co_return result<void>();
}

asio::awaitable<result<void>> github::react(std::string path, std::int64_t number, std::optional<event::comment> note) {
    if (note && note->where == event::place::review) co_return result<void>();  // the API knows no reaction to one
    auto url = issue_path(path, number);
    if (note) {
        const bool on_line = note->where == event::place::line;
        url = repository_path(path) + (on_line ? "/pulls/comments/" : "/issues/comments/") + std::to_string(note->id);
    }
    rest::call call{.what = "a reaction on " + number_in(path, number),
                    .method = "POST",
                    .url = url + "/reactions",
                    .body = json::object{{"content", "eyes"}}};
    const auto answer = co_await api_.send(path, std::move(call));
    if (!answer) co_return answer.error();
    co_return result<void>();
}

asio::awaitable<result<void>> github::set_status(std::string path, commit_status status) {
    json::object body{{"state", github_facts::status_word(status.now)},
                      {"context", status_name},
                      {"description", github_facts::shortened(status.description, longest_description)}};
    if (is_web_link(status.link)) body["target_url"] = status.link;
    rest::call call{.what = "the status of " + status.commit + " in " + path,
                    .method = "POST",
                    .url = repository_path(path) + "/statuses/" + encoded(status.commit),
                    .body = std::move(body)};
    const auto answer = co_await api_.send(path, std::move(call));
    if (!answer) co_return answer.error();
    co_return result<void>();
}

asio::awaitable<result<std::vector<merge_request_state>>> github::open_requests(std::string path,
                                                                                core::wall_time since) {
    constexpr std::size_t most = 1000;
    const rest::call call{.what = "the open pull requests of " + path,
                          .url = by_hundreds(repository_path(path) + "/pulls?state=open&sort=updated&direction=desc")};
    const auto elements = co_await api_.list(path, call, most, [since](const json::value& listed) {
        const auto updated = time_in(listed, "updated_at");
        return !updated || *updated >= since;
    });
    if (!elements) co_return elements.error();
    std::vector<merge_request_state> open;
    for (const auto& element : *elements) {
        auto state = read_object<merge_request_state>(
            call.what, element, [&](const fields& pull) { return github_facts::read_pull(pull, path); });
        if (!state) co_return state.error();
        open.push_back(std::move(*state));
    }
    co_return open;
}

}  // namespace

std::unique_ptr<forge> make_github(const config::current& settings, http::client& client, api_observer observer) {
    return std::make_unique<github>(settings, client, std::move(observer));
}

}  // namespace familiar::provider
