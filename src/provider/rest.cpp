#include "provider/rest.hpp"

#include "core/http_answer.hpp"
#include "core/http_date.hpp"
#include "core/secret.hpp"
#include "core/surrogates.hpp"
#include "core/utf8.hpp"
#include "http/classify.hpp"
#include "http/client_url.hpp"
#include "observe/redact.hpp"

#include <boost/algorithm/string/predicate.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace asio = boost::asio;
namespace json = boost::json;

namespace familiar::provider {

namespace {

using core::errc;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

bool is_success(const http::response& answer) {
    return answer.status / 100 == 2;
}

std::string origin_of(const std::string& url) {
    const auto where = http::parse_destination(url);
    return where ? where->origin() : url;
}

/// Who asks whom. Tokens are in it as a digest only.
std::string account_at(const rest::call& what) {
    const auto origin = origin_of(what.url);
    if (!what.account.empty()) return origin + ' ' + what.account;
    std::string headers;
    for (const auto& [name, value] : what.headers) headers += name + ':' + value + '\n';
    return origin + ' ' + core::sha256_hex(headers);
}

core::error about(const std::string& what, core::error failure) {
    failure.message = what + ": " + core::describe(failure);
    return failure;
}

/// JSON, as far as the forges have it right: both let half an emoji through.
core::result<json::value> parse(const std::string& what, const std::string& body) {
    if (body.find_first_not_of(" \t\r\n") == std::string::npos) return json::value();
    json::parse_options options;
    options.allow_invalid_utf8 = true;
    boost::system::error_code failed;
    auto value = json::parse(body, failed, {}, options);
    if (failed) {
        failed.clear();
        value = json::parse(core::replace_lone_surrogates(body), failed, {}, options);
    }
    if (failed) return core::fail(errc::invalid, what + ": the answer is not JSON: " + failed.message());
    return value;
}

std::string text_of(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    const auto* text = value == nullptr ? nullptr : value->if_string();
    return text == nullptr ? std::string() : core::to_valid_utf8({text->data(), text->size()});
}

/// What the forge says about a refusal: `message` (both), or OAuth's `error_description` and `error` (GitLab).
std::string said_by(const http::response& answer) {
    boost::system::error_code failed;
    const auto value = json::parse(answer.body, failed);
    if (failed || !value.is_object()) return {};
    for (const auto* name : {"message", "error_description", "error"})
        if (auto text = text_of(value.get_object(), name); !text.empty()) return text;
    return {};
}

/// A server that is no forge may throw a request back at us, headers and all.
bool quotes_credentials(const std::string& text, const http::header_list& headers) {
    return std::ranges::any_of(headers, [&](const auto& header) {
        const auto& value = header.second;
        const auto credential = value.substr(value.find_last_of(' ') + 1);
        return !credential.empty() && text.find(credential) != std::string::npos;
    });
}

core::error refusal(const rest::call& what, const http::response& answer) {
    constexpr std::size_t longest = 300;
    auto failure = http::classify(what.what, answer, core::now());
    const auto said = said_by(answer);
    if (!said.empty() && said.size() <= longest && !quotes_credentials(said, what.headers))
        failure.message += " (" + observe::redacted(said) + ')';
    return failure;
}

bool is_fine(const rest::call& what, const http::response& answer) {
    constexpr std::array statuses{400U, 404U, 409U, 422U};
    return !what.fine_if.empty() && std::ranges::find(statuses, answer.status) != statuses.end() &&
           answer.body.find(what.fine_if) != std::string::npos;
}

core::wait_headers limits_of(const http::response& answer) {
    core::wait_headers told;
    for (const auto& [name, value] : answer.headers) told.note(name, value);
    return told;
}

std::optional<double> number_in(const std::optional<std::string>& text) {
    double number = 0;
    if (!text) return std::nullopt;
    const auto* const end = text->data() + text->size();
    const auto read = std::from_chars(text->data(), end, number, std::chars_format::fixed);
    if (read.ec != std::errc{} || read.ptr != end || number < 0) return std::nullopt;
    return number;
}

/// The wait until the reset if this answer was the last of the limit, whatever else it is.
std::optional<milliseconds> wait_after_last(const http::response& answer) {
    auto told = limits_of(answer);
    if (number_in(told.remaining) != 0.0 || !told.reset) return std::nullopt;
    told.retry_after.reset();
    constexpr unsigned too_many_requests = 429;
    return core::wait_told(too_many_requests, told, core::now());
}

std::optional<std::string> next_page_of(const http::response& answer) {
    for (const auto& [name, value] : answer.headers)
        if (boost::algorithm::iequals(name, "Link"))
            if (auto next = next_page(value)) return next;
    return std::nullopt;
}

/// The URL of the next page, empty after the last one.
core::result<std::string> follow(const rest::call& page, const http::response& answer) {
    const auto target = next_page_of(answer);
    if (!target) return std::string();
    const auto from = http::parse_destination(page.url);
    if (!from) return from.error();
    const auto next = http::redirected(*from, *target);
    if (!next || next->origin() != from->origin())
        return core::fail(errc::invalid, page.what + ": the next page is not at " + from->origin() +
                                             ": see what URL the forge thinks it has (external_url)");
    return next->url();
}

}  // namespace

rest::rest(http::client& client, std::string name, api_observer observer)
    : client_(client), name_(std::move(name)), observer_(std::move(observer)) {}

std::optional<core::error> rest::must_wait(const call& about) const {
    const auto limit = not_before_.find(account_at(about));
    if (limit == not_before_.end()) return std::nullopt;
    const auto left = std::chrono::ceil<milliseconds>(limit->second - steady_clock::now());
    if (left <= milliseconds(0)) return std::nullopt;
    auto failure = core::fail(errc::unavailable,
                              about.what + ": " + name_ + " takes no more requests for another " + core::to_text(left));
    failure.retry_after = left;
    return failure;
}

void rest::tell(const core::result<http::response>& answer) const {
    if (observer_.requested) {
        const auto code = answer                                   ? std::to_string(answer->status)
                          : answer.error().code == errc::timed_out ? "timed_out"
                                                                   : "unreachable";
        observer_.requested(name_, code);
    }
    if (!answer || !observer_.remaining) return;
    if (const auto left = number_in(limits_of(*answer).remaining)) observer_.remaining(name_, *left);
}

void rest::look_at_clock(const http::response& answer) {
    const auto told = limits_of(answer);
    if (!told.date) return;
    if (const auto theirs = core::parse_http_date(*told.date)) clock_ahead_ = *theirs - core::now();
}

core::wall_time rest::their_now() const {
    return core::now() + clock_ahead_;
}

void rest::heed(const call& what, const http::response& answer, std::optional<milliseconds> asked_for) {
    const auto wait = std::max(asked_for, wait_after_last(answer));
    if (!wait || *wait <= milliseconds(0)) return;
    const auto now = steady_clock::now();
    std::erase_if(not_before_, [now](const auto& limit) { return limit.second <= now; });
    auto& until = not_before_[account_at(what)];
    until = std::max(until, now + *wait);
}

asio::awaitable<core::result<http::response>> rest::ask(const call& what) {
    if (auto wait = must_wait(what)) co_return std::move(*wait);
    http::request_out request{.method = what.method, .url = what.url, .headers = what.headers};
    if (what.body) {
        request.headers.emplace_back("Content-Type", "application/json");
        request.body = json::serialize(*what.body);
    }
    auto answer = co_await client_.send(std::move(request));
    tell(answer);
    if (!answer) co_return about(what.what, answer.error());
    look_at_clock(*answer);
    if (is_success(*answer) || is_fine(what, *answer)) {
        heed(what, *answer, {});
        co_return answer;
    }
    auto failure = refusal(what, *answer);
    heed(what, *answer, failure.retry_after);
    co_return failure;
}

asio::awaitable<core::result<json::value>> rest::send(call what) {
    const auto answer = co_await ask(what);
    if (!answer) co_return answer.error();
    if (!is_success(*answer)) co_return json::value();
    co_return parse(what.what, answer->body);
}

asio::awaitable<core::result<std::vector<json::value>>> rest::list(call first, std::size_t most, element_test goes_on) {
    std::vector<json::value> elements;
    auto page = std::move(first);
    // A page may be empty and yet name a next one, but not for ever.
    for (std::size_t pages = 0; pages < most; ++pages) {
        const auto answer = co_await ask(page);
        if (!answer) co_return answer.error();
        auto part = parse(page.what, answer->body);
        if (!part) co_return part.error();
        if (!part->is_array()) co_return core::fail(errc::invalid, page.what + ": the answer is no list");
        for (auto& element : part->get_array()) {
            if (elements.size() == most || (goes_on && !goes_on(element))) co_return elements;
            elements.push_back(std::move(element));
        }
        auto next = follow(page, *answer);
        if (!next) co_return next.error();
        if (next->empty() || elements.size() == most) break;
        page.url = std::move(*next);
    }
    co_return elements;
}

}  // namespace familiar::provider
