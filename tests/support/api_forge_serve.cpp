#include "core/time.hpp"
#include "support/api_forge.hpp"
#include "support/api_forge_state.hpp"
#include "support/peer_server.hpp"

#include <boost/beast/http/status.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <poll.h>

// One connection of api_forge: reads requests, lets scripted faults come true, and keeps count.
namespace familiar::test {

namespace {

namespace json = boost::json;
using std::chrono::system_clock;

constexpr std::string_view gitlab_prefix = "/api/v4";

std::map<std::string, std::string> parse_query(std::string encoded) {
    std::ranges::replace(encoded, '+', ' ');
    std::map<std::string, std::string> out;
    std::string_view text = encoded;
    while (!text.empty()) {
        const auto end = std::min(text.find('&'), text.size());
        const auto one = text.substr(0, end);
        const auto equals = std::min(one.find('='), one.size());
        out[url_decoded(one.substr(0, equals))] = url_decoded(one.substr(std::min(equals + 1, one.size())));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

/// The request without what depends on the API: `path` is the target's.
api_ask parse(std::string_view text) {
    api_ask ask;
    const auto head_end = text.find("\r\n\r\n");
    auto head = text.substr(0, head_end);
    const auto first = head.substr(0, head.find("\r\n"));
    ask.method = first.substr(0, first.find(' '));
    ask.target = first.substr(ask.method.size() + 1);
    ask.target.erase(ask.target.find(' '));
    ask.path = ask.target.substr(0, ask.target.find('?'));
    if (ask.path.size() < ask.target.size()) ask.query = parse_query(ask.target.substr(ask.path.size() + 1));
    head.remove_prefix(std::min(first.size() + 2, head.size()));
    while (!head.empty()) {
        const auto line = head.substr(0, head.find("\r\n"));
        const auto colon = std::min(line.find(':'), line.size());
        auto value = line.substr(std::min(colon + 1, line.size()));
        while (value.starts_with(' ')) value.remove_prefix(1);
        ask.headers[lower_case(line.substr(0, colon))] = value;
        head.remove_prefix(std::min(line.size() + 2, head.size()));
    }
    boost::system::error_code no_json;
    auto body = json::parse(text.substr(head_end + 4), no_json);
    if (!no_json && body.is_object()) ask.body = std::move(body.get_object());
    return ask;
}

void put(api_headers& headers, const std::string& name, const std::string& value) {
    std::erase_if(headers, [&](const auto& one) { return lower_case(one.first) == lower_case(name); });
    headers.emplace_back(name, value);
}

/// Waits, unless the client goes before.
bool wait_for(peer& client, std::chrono::milliseconds latency) {
    pollfd end{.fd = client.descriptor(), .events = POLLIN, .revents = 0};
    return latency.count() == 0 || ::poll(&end, 1, static_cast<int>(latency.count())) == 0;
}

void count_request(api_state& state) {
    if (system_clock::now() >= state.reset) {
        state.remaining = state.limit;
        state.reset = system_clock::now() + std::chrono::hours(1);
    }
    --state.remaining;
}

/// What is left of the limit, in the forge's own headers.
api_headers limit_headers(const api_state& state, bool gitlab) {
    const auto left = std::max<std::int64_t>(state.remaining, 0);
    const std::string name = gitlab ? "RateLimit-" : "X-RateLimit-";
    const auto reset = std::chrono::ceil<std::chrono::seconds>(state.reset).time_since_epoch().count();
    api_headers out{{name + "Limit", std::to_string(state.limit)},
                    {name + "Remaining", std::to_string(left)},
                    {name + "Reset", std::to_string(reset)},
                    {name + (gitlab ? "Observed" : "Used"), std::to_string(state.limit - left)}};
    if (!gitlab) out.emplace_back("X-RateLimit-Resource", "core");
    return out;
}

/// A limit that is used up: GitHub's 403, GitLab's 429.
api_reply refusal(const api_state& state, bool gitlab) {
    if (!gitlab) return github_error(403, "API rate limit exceeded for user ID 1.");
    const auto wait = std::chrono::ceil<std::chrono::seconds>(state.reset - system_clock::now());
    return {429, json::object{{"message", "Retry later"}}, {{"Retry-After", std::to_string(wait.count())}}};
}

/// What becomes of a request.
struct treatment_of {
    api_fault fault{};  ///< as good as none where nothing was scripted
    std::size_t call = 0;
};

treatment_of begin(api_state& state, const api_ask& ask, const std::string& body) {
    treatment_of out{.call = state.calls.size()};
    const auto query = ask.target.find('?');
    state.calls.push_back({.method = ask.method,
                           .path = ask.path,
                           .query = query == std::string::npos ? "" : ask.target.substr(query + 1),
                           .body = body,
                           .login = {},
                           .at = std::chrono::steady_clock::now()});
    const auto found = std::ranges::find_if(state.faults, [&](const api_fault& one) {
        return (one.method.empty() || one.method == ask.method) && ask.path.find(one.path) != std::string::npos;
    });
    if (found == state.faults.end()) return out;
    out.fault = *found;
    if (--found->times <= 0) state.faults.erase(found);
    return out;
}

/// What the API says to it; 500 for what this forge cannot read.
api_reply proper_answer(api_state& state, const api_ask& ask, bool gitlab, std::string& login) {
    try {
        return (gitlab ? answer_as_gitlab : answer_as_github)(state, ask, login);
    } catch (const std::exception& failure) {
        return {500, json::object{{"message", failure.what()}}, {}};
    }
}

api_reply answer(api_state& state, const api_ask& ask, bool gitlab, const treatment_of& given) {
    count_request(state);
    const auto& fault = given.fault;
    api_reply reply;
    if (state.remaining < 0)
        reply = refusal(state, gitlab);
    else if (fault.done || (fault.status == 0 && fault.ends == api_fault::ending::answer))
        reply = proper_answer(state, ask, gitlab, state.calls[given.call].login);
    auto headers = limit_headers(state, gitlab);
    for (const auto& [name, value] : reply.headers) put(headers, name, value);
    for (const auto& [name, value] : fault.headers) put(headers, name, value);
    reply.headers = std::move(headers);
    if (fault.status != 0) reply.status = fault.status;
    if (fault.ends == api_fault::ending::answer) state.calls[given.call].status = reply.status;
    return reply;
}

bool send(peer& client, const api_reply& reply, const std::string& body) {
    std::string headers = "Content-Type: application/json; charset=utf-8\r\n";
    for (const auto& [name, value] : reply.headers) headers.append(name).append(": ").append(value).append("\r\n");
    const auto reason = boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(reply.status));
    return client.answer(std::to_string(reply.status) + " " + std::string(reason), body, headers);
}

/// Takes what comes before the API's root off the path.
bool is_gitlab(const api_state& state, api_ask& ask) {
    const bool gitlab = ask.path.starts_with(gitlab_prefix);
    const auto root = gitlab ? std::string(gitlab_prefix) : state.prefix;
    if (ask.path.starts_with(root)) ask.path.erase(0, root.size());
    return gitlab;
}

}  // namespace

void api_forge::serve(peer& client) {
    while (const auto text = client.read_request()) {
        auto ask = parse(*text);
        const bool gitlab = is_gitlab(*state_, ask);
        std::unique_lock lock(state_->guard);
        const auto given = begin(*state_, ask, text->substr(text->find("\r\n\r\n") + 4));
        lock.unlock();
        if (!wait_for(client, given.fault.latency)) return;
        lock.lock();
        const auto reply = answer(*state_, ask, gitlab, given);
        lock.unlock();
        if (given.fault.ends == api_fault::ending::silence) return client.wait_for_end();
        if (given.fault.ends == api_fault::ending::cut) return;
        const bool has_body = given.fault.status != 0 || !reply.body.is_null();
        if (!send(client, reply,
                  !has_body                 ? ""
                  : given.fault.status != 0 ? given.fault.body
                                            : json::serialize(reply.body)))
            return;
    }
}

const api_route* find_route(const std::vector<api_route>& routes, api_ask& ask) {
    const auto split = [](std::string_view path) {
        std::vector<std::string_view> parts;
        while (!path.empty()) {
            path.remove_prefix(1);
            const auto end = std::min(path.find('/'), path.size());
            parts.push_back(path.substr(0, end));
            path.remove_prefix(end);
        }
        return parts;
    };
    const auto given = split(ask.path);
    for (const auto& route : routes) {
        const auto wanted = split(route.pattern);
        const auto fits = [](std::string_view want, std::string_view have) { return want == "*" || want == have; };
        if (route.method != ask.method || !std::ranges::equal(wanted, given, fits)) continue;
        for (std::size_t at = 0; at < wanted.size(); ++at)
            if (wanted[at] == "*") ask.parts.push_back(url_decoded(given[at]));
        return &route;
    }
    return nullptr;
}

std::string api_ask::header(const std::string& lower_case_name) const {
    const auto found = headers.find(lower_case_name);
    return found == headers.end() ? "" : found->second;
}

std::string api_ask::field(const std::string& name) const {
    if (const auto found = query.find(name); found != query.end()) return found->second;
    const auto* value = body.if_contains(name);
    if (value == nullptr || value->is_null()) return {};
    return value->is_string() ? std::string(value->get_string()) : json::serialize(*value);
}

std::int64_t api_ask::number(std::size_t part) const {
    const auto& text = parts.at(part);
    const bool digits = !text.empty() && text.size() < 18 && text.find_first_not_of("0123456789") == std::string::npos;
    return digits ? std::stoll(text) : 0;
}

std::string api_time(system_clock::time_point when) {
    return core::to_rfc3339(std::chrono::floor<std::chrono::milliseconds>(when)).substr(0, 19) + "Z";
}

std::string lower_case(std::string_view text) {
    std::string out(text);
    for (auto& letter : out)
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter + 32);
    return out;
}

std::string url_decoded(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '%' && at + 2 < text.size()) {
            out += static_cast<char>(std::stoi(std::string(text.substr(at + 1, 2)), nullptr, 16));
            at += 2;
        } else {
            out += text[at];
        }
    }
    return out;
}

std::string origin_of(const api_ask& ask) {
    return "http://" + ask.header("host");
}

}  // namespace familiar::test
