#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

/// The REST APIs of GitHub ("REST API", version 2022-11-28) and GitLab ("REST API", v4), as far as Familiar speaks
/// them, in front of a few merge requests of a test.
namespace familiar::test {

enum class api_place { conversation, line, review };

struct api_user {
    std::string login;
    bool bot = false;
    std::int64_t id = 0;  ///< 0: the next one
};

struct api_request {
    std::int64_t number = 7;
    std::string title = "Spin";
    std::string description = "It should spin.";
    std::string author = "ada";
    std::string source_branch = "spin";
    std::string target_branch = "main";
    std::string head{};
    std::string source_path{};  ///< of the head's repository; empty: the same as the merge request's
    bool source_deleted = false;
    bool draft = false;
    bool open = true;
    bool merged = false;
    std::chrono::system_clock::time_point updated = std::chrono::system_clock::now();
};

struct api_comment {
    std::string author = "ada";
    std::string body{};
    api_place where = api_place::conversation;
    std::string file{};
    std::int64_t line = 0;
    bool removed_line = false;  ///< on the old side of the diff
    bool outdated = false;      ///< GitHub has no line any more, but the one it had
    std::string thread{};       ///< comments of one thread have one name; empty: a thread of its own
    bool resolved = false;
    bool system = false;  ///< the forge's own remark (GitLab)
    std::chrono::system_clock::time_point written = std::chrono::system_clock::now();
    std::int64_t id = 0;  ///< 0: the next one
    int edits = 0;        ///< how often it was changed through the API
};

struct api_status {
    std::string path;
    std::string commit;
    std::string state;  ///< in the forge's word: "pending", "success", "running" ...
    std::string name;   ///< GitHub's context
    std::string description;
    std::string link;
    std::string author;
};

struct api_reaction {
    std::string path;
    std::int64_t number = 0;   ///< of the merge request
    std::int64_t comment = 0;  ///< 0: on the merge request itself
    std::string name;          ///< "eyes"
    std::string author;
};

/// A request that came, whatever became of it.
struct api_call {
    std::string method;
    std::string path;   ///< below the API's root, percent-encoded: "/repos/acme/widgets/pulls/7", "/projects/a%2Fb"
    std::string query;  ///< without '?'
    std::string body;
    std::string login;    ///< whose credentials; empty: none that are good. An App speaks as "slug[bot]"
    unsigned status = 0;  ///< what it was answered; 0: nothing
    std::chrono::steady_clock::time_point at{};
};

/// What goes wrong with a request.
struct api_fault {
    std::string method{};  ///< empty: any
    std::string path{};    ///< text that api_call::path has in it; empty: any
    int times = 1;
    unsigned status = 0;                                               ///< 0: the proper one
    std::vector<std::pair<std::string, std::string>> headers{};        ///< besides or in place of the usual ones
    std::string body = R"({"message":"scripted by the test"})";        ///< with a status
    bool done = false;                                                 ///< what was asked for happens all the same
    std::chrono::milliseconds latency{0};                              ///< before anything happens
    enum class ending { answer, cut, silence } ends = ending::answer;  ///< cut: closed without a byte

    api_fault on(std::string its_method, std::string its_path, int so_often = 1) && {
        method = std::move(its_method);
        path = std::move(its_path);
        times = so_often;
        return std::move(*this);
    }
};

/// 429 with Retry-After.
api_fault too_many_requests(std::chrono::seconds retry_after);
/// GitHub's primary limit: 403, x-ratelimit-remaining: 0, and the whole second from which on requests are taken again.
api_fault limit_used_up(std::chrono::system_clock::time_point reset);
/// GitHub's secondary limit: 403 with its words, and Retry-After unless that is 0.
api_fault secondary_limit(std::chrono::seconds retry_after);
/// 502 for something that has been done.
api_fault lost_answer();
/// That status and nothing done.
api_fault failing(unsigned status);
api_fault slow(std::chrono::milliseconds latency);
/// The connection ends without an answer; `done`: but what was asked for has happened.
api_fault cut_off(bool done = false);
/// Nothing until the client gives up; `done`: but what was asked for has happened.
api_fault silence(bool done = false);

/// A GitHub App with one installation.
struct api_app {
    std::int64_t id = 4711;
    std::string slug = "familiar-app";
    std::string public_key{};  ///< PEM; what its JWTs are verified with
    std::int64_t installation = 815;
    std::vector<std::string> repositories{};  ///< where it is installed
    std::map<std::string, std::string> permissions{
        {"contents", "write"}, {"pull_requests", "write"}, {"issues", "write"}, {"statuses", "write"}};
    std::chrono::seconds token_life{3600};
    std::vector<std::string> tokens{};  ///< given out first, in this order; then made-up ones
};

struct api_installation_token {
    std::string token;
    std::vector<std::string> repositories;
    std::map<std::string, std::string> permissions;
    std::chrono::system_clock::time_point expires;
};

struct api_delivery {
    std::int64_t id = 0;  ///< 0: the next one
    std::string guid{};   ///< X-GitHub-Delivery; a redelivery has that of the first
    std::string event{};  ///< X-GitHub-Event
    std::string action{};
    std::string payload{};  ///< JSON
    int status_code = 502;
    bool redelivery = false;
    std::chrono::system_clock::time_point delivered = std::chrono::system_clock::now();
};

struct api_options {
    std::string github_prefix{};  ///< "/api/v3" as an Enterprise server has it
    int page_size = 100;          ///< most elements of a page, whatever is asked for
    std::string address = "127.0.0.1";
};

struct api_state;
class peer;
class peer_server;

/// A server with both APIs: GitHub's at github_url(), GitLab's at gitlab_url() + "/api/v4". One set of
/// merge requests, seen through either. It answers on threads of its own; all members may be called at any time, and
/// those that return a state return a copy. What is given wrongly (a repository that isn't there) throws out_of_range.
class api_forge {
public:
    explicit api_forge(api_options options = {});
    ~api_forge();
    api_forge(const api_forge&) = delete;
    api_forge& operator=(const api_forge&) = delete;

    std::uint16_t port() const;
    std::string github_url() const;  ///< for providers.github.api_url
    std::string gitlab_url() const;  ///< for providers.gitlab.base_url

    /// Somebody with an account; done by all that name a login, too. Returns the id.
    std::int64_t add_user(api_user who);
    /// Whoever shows it is that user.
    void add_token(const std::string& token, const std::string& login);
    void revoke_token(const std::string& token);
    /// Tokens other than these, and none, are 401 from now on; a revoked installation token is among them.
    void install(api_app app);
    std::vector<api_installation_token> installation_tokens() const;

    /// A repository; done by open(), too. Returns the id.
    std::int64_t create(const std::string& path, const std::string& default_branch = "main");
    /// The role of somebody at GitHub: read, triage, write, maintain, admin. Who has none has "read" (it is public).
    void set_role(const std::string& path, const std::string& login, const std::string& role);
    /// The access level of somebody at GitLab: 10 guest, 20 reporter, 30 developer, 40 maintainer, 50 owner; 0 ends it.
    void set_level(const std::string& path, const std::string& login, int level, bool inherited = false);
    /// Both: "write" is 30, "maintain" 40, "admin" 50, "read" 20; "none" ends the membership.
    void allow(const std::string& path, const std::string& login, const std::string& role);

    void open(const std::string& path, api_request what);
    /// Changes what a merge request is, at once for whoever asks.
    void change(const std::string& path, std::int64_t number, const std::function<void(api_request&)>& how);
    api_request merge_request(const std::string& path, std::int64_t number) const;

    /// A comment that somebody made; its id.
    std::int64_t comment(const std::string& path, std::int64_t number, api_comment what);
    /// All of a merge request, those posted through the API among them, in their order.
    std::vector<api_comment> comments(const std::string& path, std::int64_t number) const;
    /// Those of one author.
    std::vector<api_comment> comments_by(const std::string& login, const std::string& path, std::int64_t number) const;
    /// In the order they came.
    std::vector<api_status> statuses(const std::string& path, const std::string& commit = {}) const;
    std::vector<api_reaction> reactions(const std::string& path, std::int64_t number) const;

    /// A webhook of a repository; its id.
    std::int64_t add_hook(const std::string& path, const std::string& url);
    /// A delivery of that hook, or of the App's (0).
    void add_delivery(std::int64_t hook, api_delivery what);

    /// The next requests that it fits go wrong. Faults come true in the order in which they were scripted.
    void script(api_fault fault);
    /// Requests that a scripted fault still waits for.
    int faults_left() const;
    /// From now on so many requests are taken until the reset, then `limit` again each hour; more get the forge's
    /// refusal. Headers tell of it always.
    void set_limit(std::int64_t limit, std::int64_t remaining, std::chrono::system_clock::time_point reset);
    /// Most elements of a page.
    void set_page_size(int size);

    std::vector<api_call> requests() const;
    /// Those of that method (empty: any) that have this text in their path.
    std::vector<api_call> requests(const std::string& method, const std::string& path) const;

private:
    void serve(peer& client);

    std::unique_ptr<api_state> state_;
    std::unique_ptr<peer_server> server_;
};

}  // namespace familiar::test
