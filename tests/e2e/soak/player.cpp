#include "e2e/soak/player.hpp"

#include <boost/json/object.hpp>

#include <algorithm>
#include <array>
#include <thread>
#include <utility>

namespace familiar::test::soak {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t remembered = 20;
constexpr auto most_behind =
    2s;  // of a machine that is too slow for the rate; what is missed beyond is not made up for
const header_fields as_operator{{"Authorization", std::string("Bearer ") + token}};

template <class Thing>
void remember(std::deque<Thing>& all, Thing what) {
    all.push_back(std::move(what));
    if (all.size() > remembered) all.pop_front();
}

std::string head_of(const webhook& what, const header_fields& header, std::size_t length) {
    auto text = request_text("GET", "/webhook/" + what.forge, header, {});
    text.replace(0, 3, "POST");
    return text.insert(text.size() - 2, "Content-Length: " + std::to_string(length) + "\r\n");
}

}  // namespace

struct player::deed {
    const char* name;
    double weight;
    void (player::*act)();
};

const std::vector<player::deed>& player::deeds() {
    static const std::vector<deed> all{{"comments for an agent", 1, &player::ask_for_an_agent},
                                       {"jobs that are refused", 6, &player::open_what_is_refused},
                                       {"repeated deliveries", 6, &player::repeat},
                                       {"ignored events", 14, &player::tell_what_is_ignored},
                                       {"pings", 2, &player::ping},
                                       {"large payloads", 3, &player::send_a_large_one},
                                       {"wrong signatures", 10, &player::forge_a_signature},
                                       {"bodies that are no JSON", 5, &player::send_no_json},
                                       {"payloads of another shape", 3, &player::send_another_shape},
                                       {"bodies that are too large", 3, &player::send_too_much},
                                       {"silent connections", 1, &player::be_silent},
                                       {"slow headers", 1, &player::be_slow_with_the_header},
                                       {"slow bodies", 1, &player::be_slow_with_the_body},
                                       {"broken-off requests", 6, &player::break_off},
                                       {"answers that nobody reads", 2, &player::ask_and_not_read},
                                       {"health polls", 14, &player::poll},
                                       {"scrapes", 4, &player::scrape},
                                       {"lists of jobs", 5, &player::list_jobs},
                                       {"logs", 4, &player::read_a_log},
                                       {"followed logs", 2, &player::follow_a_log},
                                       {"cancellations", 0.3, &player::cancel},
                                       {"unknown paths", 4, &player::get_lost}};
    return all;
}

player::player(std::uint16_t port, std::uint64_t seed, std::vector<merge_request> own)
    : port_(port), random_(seed), own_(std::move(own)) {}

void player::play(clock_type::time_point end, clock_type::duration period) {
    std::vector<double> weights;
    for (const auto& one : deeds()) weights.push_back(one.weight);
    std::discrete_distribution<std::size_t> next(weights.begin(), weights.end());
    for (auto at = clock_type::now(); at < end; at = std::max(at + period, clock_type::now() - most_behind)) {
        std::this_thread::sleep_until(at);
        const auto& what = deeds()[next(random_)];
        try {
            (this->*what.act)();
            ++done_[what.name];
            tend();
        } catch (const std::exception& failure) {
            wrong_.push_back(std::string(what.name) + ": " + failure.what());
        }
    }
    lingering_.clear();
}

void player::ask_for_an_agent() {
    const auto& about = own_[below(own_.size())];
    const auto what =
        below(2) == 0 ? github("issue_comment.created.mention", about) : gitlab("note.create.mention", about);
    const auto given = ask("POST", "/webhook/" + what.forge, signed_header(what), what.body(), {202});
    if (given.status == 202) remember(jobs_, given.field("job"));
    remember(known_, what);
}

/// Each in a repository that was never heard of.
void player::open_what_is_refused() {
    const merge_request about{.path = "elsewhere/widgets-" + std::to_string(random_()), .head = std::string(40, 'a')};
    post_good(below(2) == 0 ? github("pull_request.opened", about) : gitlab("merge_request.open", about), {202});
}

void player::repeat() {
    if (known_.empty()) return;
    const auto what = known_[below(known_.size())];
    post(what, signed_header(what), what.body(), {200, 202});
}

webhook player::any_ignored() {
    static constexpr std::array at_github{"push", "pull_request.labeled", "issue_comment.edited",
                                          "pull_request.opened.draft"};
    static constexpr std::array at_gitlab{"merge_request.approved", "merge_request.update.labels", "note.system",
                                          "note.on_issue"};
    const merge_request about{.head = std::string(40, 'a')};
    const auto which = below(at_github.size());
    return below(2) == 0 ? github(at_github[which], about) : gitlab(at_gitlab[which], about);
}

void player::tell_what_is_ignored() {
    const auto what = any_ignored();
    post(what, signed_header(what), what.body(), {200});
}

void player::ping() {
    const auto what = github("ping", {});
    post(what, signed_header(what), what.body(), {200});
}

void player::send_a_large_one() {
    auto what = any_ignored();
    what.payload.as_object()["padding"] = std::string(max_body * 3 / 4, 'x');
    post(what, signed_header(what), what.body(), {200});
}

void player::forge_a_signature() {
    const auto what = any_ignored();
    auto header = signed_header(what);
    header.back().second.back() ^= 1;
    post(what, header, what.body(), {401});
}

void player::send_no_json() {
    static constexpr std::array bodies{"{", "[]", "{\"action\":", "\xff\xfe", "{} {}"};
    const std::string body = bodies[below(bodies.size())];
    const auto what = github("push", {});
    auto header = signed_header(what);
    header.back().second = signature_of(body);
    post(what, header, body, {400});
}

void player::send_another_shape() {
    auto what = github("pull_request.opened", {});
    what.at("/pull_request/head/sha") = 5;
    post(what, signed_header(what), what.body(), {200});
}

void player::send_too_much() {
    const auto what = any_ignored();
    connection peer(port_);
    peer.send(head_of(what, signed_header(what), max_body * 4) + std::string(4096, ' '));
    const auto given = peer.receive_all();
    if (!given.starts_with("HTTP/1.1 413 ")) wrong_.push_back("a body that is too large: " + given);
}

void player::be_silent() {
    linger("", "", header_timeout + 3s, "");
}

void player::be_slow_with_the_header() {
    linger("POST /webhook/github HTTP/1.1\r\nHost:", "x", header_timeout + 3s, "HTTP/1.1 408 ");
}

void player::be_slow_with_the_body() {
    const auto what = any_ignored();
    linger(head_of(what, signed_header(what), 100'000), " ", request_timeout + 3s, "HTTP/1.1 408 ");
}

void player::break_off() {
    const auto what = any_ignored();
    const auto whole = request_text("POST", "/webhook/" + what.forge, signed_header(what), what.body());
    connection(port_).send(whole.substr(0, below(whole.size())));
}

void player::ask_and_not_read() {
    std::string many;
    for (int i = 0; i < 20; ++i) many += request_text("GET", "/metrics", {}, {}, afterwards::keep_open);
    linger(many, "", 3s, "HTTP/1.1 200 ");
}

/// Several on one connection.
void player::poll() {
    std::string text;
    for (const auto* path : {"/health", "/livez"}) text += request_text("GET", path, {}, {}, afterwards::keep_open);
    connection peer(port_);
    peer.send(text + request_text("HEAD", "/health", {}, {}));
    const auto given = peer.receive_all();
    std::size_t answers = 0;
    for (auto at = given.find("HTTP/1.1 200 "); at != given.npos; at = given.find("HTTP/1.1 200 ", at + 1)) ++answers;
    if (answers != 3) wrong_.push_back("a health poll: " + given);
}

void player::scrape() {
    ask("GET", "/metrics", {}, {}, {200});
}

void player::list_jobs() {
    ask("GET", "/api/jobs?limit=" + std::to_string(1 + below(50)), as_operator, {}, {200});
    ask("GET", "/api/jobs", {}, {}, {401});
    if (const auto job = any_job(); !job.empty()) ask("GET", "/api/jobs/" + job, as_operator, {}, {200});
}

void player::read_a_log() {
    if (const auto job = any_job(); !job.empty()) ask("GET", "/api/jobs/" + job + "/log", as_operator, {}, {200, 404});
}

void player::follow_a_log() {
    if (jobs_.empty()) return;
    auto header = as_operator;
    header.emplace_back("Accept", "text/event-stream");
    linger(request_text("GET", "/api/jobs/" + jobs_.back() + "/log", header, {}), "", 1s, "HTTP/1.1 ");
}

void player::cancel() {
    if (!jobs_.empty()) ask("POST", "/api/jobs/" + jobs_.back() + "/cancel", as_operator, {}, {202, 409});
}

void player::get_lost() {
    ask("GET", "/" + std::to_string(random_()), {}, {}, {404});
    ask("DELETE", "/webhook/gitlab", {}, {}, {405});
}

void player::post_good(const webhook& what, const std::set<unsigned>& expected) {
    post(what, signed_header(what), what.body(), expected);
    remember(known_, what);
}

void player::post(const webhook& what, const header_fields& header, const std::string& body,
                  const std::set<unsigned>& expected) {
    ask("POST", "/webhook/" + what.forge, header, body, expected);
}

answer player::ask(const std::string& method, const std::string& path, const header_fields& header,
                   const std::string& body, const std::set<unsigned>& expected) {
    auto given = request(port_, method, path, header, body);
    if (!expected.contains(given.status)) wrong_.push_back(method + " " + path + ": " + given.head + given.body);
    return given;
}

void player::linger(std::string first, std::string rest, std::chrono::milliseconds how_long, std::string expected) {
    auto peer = std::make_unique<connection>(port_);
    peer->send(first);
    lingering_.push_back({std::move(peer), std::move(rest), clock_type::now() + how_long, std::move(expected)});
}

void player::tend() {
    for (auto one = lingering_.begin(); one != lingering_.end();) {
        one->peer->send(one->bytes);
        if (clock_type::now() < one->until) {
            ++one;
            continue;
        }
        auto over = std::move(*one);
        one = lingering_.erase(one);
        check(std::move(over));
    }
}

void player::check(lingering which) {
    const auto given = which.peer->receive_some();
    if (!given.starts_with(which.expected) || (which.expected.empty() && !given.empty()))
        wrong_.push_back("a slow connection gets \"" + given + "\" for \"" + which.expected + "\"");
}

std::string player::any_job() {
    return jobs_.empty() ? std::string() : jobs_[below(jobs_.size())];
}

}  // namespace familiar::test::soak
