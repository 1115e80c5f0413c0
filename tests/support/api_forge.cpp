#include "support/api_forge.hpp"

#include "support/api_forge_state.hpp"
#include "support/peer_server.hpp"

#include <algorithm>
#include <stdexcept>

namespace familiar::test {

namespace {

using guarded = std::lock_guard<std::mutex>;

const std::map<std::string, int> level_of_role{{"none", 0},   {"read", 20},     {"triage", 20},
                                               {"write", 30}, {"maintain", 40}, {"admin", 50}};

}  // namespace

api_fault too_many_requests(std::chrono::seconds retry_after) {
    return {.status = 429, .headers = {{"Retry-After", std::to_string(retry_after.count())}}};
}

api_fault limit_used_up(std::chrono::system_clock::time_point reset) {
    const auto second = std::chrono::ceil<std::chrono::seconds>(reset).time_since_epoch().count();
    return {.status = 403,
            .headers = {{"X-RateLimit-Remaining", "0"}, {"X-RateLimit-Reset", std::to_string(second)}},
            .body = R"({"message":"API rate limit exceeded for user ID 1."})"};
}

api_fault secondary_limit(std::chrono::seconds retry_after) {
    api_fault out{.status = 403,
                  .body = R"({"message":"You have exceeded a secondary rate limit. Please wait a few minutes before )"
                          R"(you try again.","documentation_url":"https://docs.github.com/rest"})"};
    if (retry_after.count() > 0) out.headers.emplace_back("Retry-After", std::to_string(retry_after.count()));
    return out;
}

api_fault lost_answer() {
    return {.status = 502, .body = "<html><h1>502 Bad Gateway</h1></html>", .done = true};
}

api_fault failing(unsigned status) {
    return {.status = status};
}

api_fault slow(std::chrono::milliseconds latency) {
    return {.latency = latency};
}

api_fault cut_off(bool done) {
    return {.done = done, .ends = api_fault::ending::cut};
}

api_fault silence(bool done) {
    return {.done = done, .ends = api_fault::ending::silence};
}

const api_user* api_state::user(std::string_view login) const {
    const auto found =
        std::ranges::find_if(users, [&](const api_user& one) { return lower_case(one.login) == lower_case(login); });
    return found == users.end() ? nullptr : &*found;
}

const api_user& api_state::needed_user(const std::string& login) {
    if (const auto* known = user(login)) return *known;
    return users.emplace_back(api_user{login, login.ends_with("[bot]"), next_id()});
}

api_repository& api_state::repository(const std::string& path) {
    const auto found = repositories.find(path);
    if (found == repositories.end()) throw std::out_of_range("the forge has no repository " + path);
    return found->second;
}

api_entry& api_state::entry(const std::string& path, std::int64_t number) {
    auto& requests = repository(path).requests;
    const auto found = requests.find(number);
    if (found == requests.end())
        throw std::out_of_range("the forge has no merge request " + std::to_string(number) + " in " + path);
    return found->second;
}

api_forge::api_forge(api_options options) : state_(std::make_unique<api_state>()) {
    state_->prefix = std::move(options.github_prefix);
    state_->page_size = options.page_size;
    server_ = std::make_unique<peer_server>([this](peer& client) { serve(client); }, tls_identity{},
                                            std::move(options.address));
}

api_forge::~api_forge() = default;

std::uint16_t api_forge::port() const {
    return server_->port();
}

std::string api_forge::github_url() const {
    return server_->url() + state_->prefix;
}

std::string api_forge::gitlab_url() const {
    return server_->url();
}

std::int64_t api_forge::add_user(api_user who) {
    const guarded lock(state_->guard);
    std::erase_if(state_->users, [&](const api_user& one) { return one.login == who.login; });
    if (who.id == 0) who.id = state_->next_id();
    return state_->users.emplace_back(std::move(who)).id;
}

void api_forge::add_token(const std::string& token, const std::string& login) {
    const guarded lock(state_->guard);
    state_->needed_user(login);
    state_->tokens[token] = login;
}

void api_forge::revoke_token(const std::string& token) {
    const guarded lock(state_->guard);
    state_->tokens.erase(token);
    std::erase_if(state_->installation_tokens, [&](const auto& one) { return one.token == token; });
}

void api_forge::install(api_app app) {
    const guarded lock(state_->guard);
    state_->needed_user(app.slug + "[bot]");
    state_->app = std::move(app);
}

std::vector<api_installation_token> api_forge::installation_tokens() const {
    const guarded lock(state_->guard);
    return state_->installation_tokens;
}

std::int64_t api_forge::create(const std::string& path, const std::string& default_branch) {
    const guarded lock(state_->guard);
    const auto [place, is_new] = state_->repositories.try_emplace(path);
    if (is_new) place->second = {.id = state_->next_id(), .path = path, .default_branch = default_branch};
    return place->second.id;
}

void api_forge::set_role(const std::string& path, const std::string& login, const std::string& role) {
    create(path);
    const guarded lock(state_->guard);
    state_->needed_user(login);
    state_->repository(path).roles[lower_case(login)] = role;
}

void api_forge::set_level(const std::string& path, const std::string& login, int level, bool inherited) {
    create(path);
    const guarded lock(state_->guard);
    state_->needed_user(login);
    auto& levels = state_->repository(path).levels;
    levels.erase(lower_case(login));
    if (level != 0) levels[lower_case(login)] = {level, inherited};
}

void api_forge::allow(const std::string& path, const std::string& login, const std::string& role) {
    set_role(path, login, role);
    set_level(path, login, level_of_role.at(role));
}

void api_forge::open(const std::string& path, api_request what) {
    create(path);
    if (what.source_path.empty()) what.source_path = path;
    create(what.source_path);
    const guarded lock(state_->guard);
    state_->needed_user(what.author);
    const auto number = what.number;
    state_->repository(path).requests[number] = {.id = state_->next_id(), .what = std::move(what)};
}

void api_forge::change(const std::string& path, std::int64_t number, const std::function<void(api_request&)>& how) {
    const guarded lock(state_->guard);
    auto& what = state_->entry(path, number).what;
    what.updated = std::chrono::system_clock::now();
    how(what);
}

api_request api_forge::merge_request(const std::string& path, std::int64_t number) const {
    const guarded lock(state_->guard);
    return state_->entry(path, number).what;
}

std::int64_t api_forge::comment(const std::string& path, std::int64_t number, api_comment what) {
    const guarded lock(state_->guard);
    if (!what.author.empty()) state_->needed_user(what.author);
    if (what.id == 0) what.id = state_->next_id();
    if (what.thread.empty()) what.thread = "thread-" + std::to_string(what.id);
    return state_->entry(path, number).comments.emplace_back(std::move(what)).id;
}

std::vector<api_comment> api_forge::comments(const std::string& path, std::int64_t number) const {
    const guarded lock(state_->guard);
    return state_->entry(path, number).comments;
}

std::vector<api_comment> api_forge::comments_by(const std::string& login, const std::string& path,
                                                std::int64_t number) const {
    auto out = comments(path, number);
    std::erase_if(out, [&](const api_comment& one) { return one.author != login; });
    return out;
}

std::vector<api_status> api_forge::statuses(const std::string& path, const std::string& commit) const {
    const guarded lock(state_->guard);
    auto out = state_->statuses;
    std::erase_if(out,
                  [&](const api_status& one) { return one.path != path || (!commit.empty() && one.commit != commit); });
    return out;
}

std::vector<api_reaction> api_forge::reactions(const std::string& path, std::int64_t number) const {
    const guarded lock(state_->guard);
    return state_->entry(path, number).reactions;
}

std::int64_t api_forge::add_hook(const std::string& path, const std::string& url) {
    create(path);
    const guarded lock(state_->guard);
    return state_->repository(path).hooks.emplace_back(state_->next_id(), url).first;
}

void api_forge::add_delivery(std::int64_t hook, api_delivery what) {
    const guarded lock(state_->guard);
    if (what.id == 0) what.id = state_->next_id();
    state_->deliveries[hook].push_back(std::move(what));
}

void api_forge::script(api_fault fault) {
    const guarded lock(state_->guard);
    state_->faults.push_back(std::move(fault));
}

int api_forge::faults_left() const {
    const guarded lock(state_->guard);
    int sum = 0;
    for (const auto& fault : state_->faults) sum += fault.times;
    return sum;
}

void api_forge::set_limit(std::int64_t limit, std::int64_t remaining, std::chrono::system_clock::time_point reset) {
    const guarded lock(state_->guard);
    state_->limit = limit;
    state_->remaining = remaining;
    state_->reset = reset;
}

void api_forge::set_page_size(int size) {
    const guarded lock(state_->guard);
    state_->page_size = size;
}

std::vector<api_call> api_forge::requests() const {
    const guarded lock(state_->guard);
    return state_->calls;
}

std::vector<api_call> api_forge::requests(const std::string& method, const std::string& path) const {
    auto out = requests();
    std::erase_if(out, [&](const api_call& one) {
        return (!method.empty() && one.method != method) || one.path.find(path) == std::string::npos;
    });
    return out;
}

}  // namespace familiar::test
