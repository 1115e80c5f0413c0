#include "http/client.hpp"

#include "async/timeout.hpp"
#include "http/client_answer.hpp"
#include "http/client_idle.hpp"
#include "http/client_link.hpp"
#include "http/client_request.hpp"
#include "http/client_tls.hpp"

#include <boost/algorithm/string/predicate.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace asio = boost::asio;
using boost::system::error_code;

namespace familiar::http {

namespace {

constexpr int most_redirects = 5;
constexpr unsigned proxy_credentials_wanted = 407;

/// A request that has been sent, and what is heard of its answer.
struct conversation {
    conversation(std::unique_ptr<link> over, answer_reader::body expected, std::optional<std::uint64_t> bound)
        : line(std::move(over)), answer(*line, expected, bound) {}

    std::unique_ptr<link> line;
    answer_reader answer;
};

core::error late(const std::string& what, const destination& where, std::chrono::milliseconds limit) {
    return core::fail(core::errc::timed_out, what + ' ' + where.authority + " within " + core::to_text(limit));
}

/// with_timeout's own words are none.
template <class T>
bool ran_out(const core::result<T>& outcome) {
    return !outcome && outcome.error().code == core::errc::timed_out && outcome.error().message.empty();
}

core::error unanswered(const destination& where, const error_code& failed) {
    return broken("no answer from " + where.authority, failed);
}

/// A server may answer and close before it has read everything, so a request that could not be sent whole is no
/// failure: the answer is looked for in any case.
asio::awaitable<core::result<void>> speak(conversation& talk, const std::string& bytes, const destination& where) {
    error_code unsent;
    co_await talk.line->write(bytes, unsent);
    if (unsent == asio::error::operation_aborted) async::detail::throw_aborted();
    const auto failed = co_await talk.answer.await_first_byte();
    if (failed) co_return unanswered(where, failed);
    co_return core::result<void>{};
}

/// Where an answer sends a GET or HEAD on to, if that is the same server.
std::optional<destination> next_hop(const std::string& method, const response& answer, const destination& from) {
    constexpr std::array redirects{301U, 302U, 303U, 307U, 308U};
    if (method != "GET" && method != "HEAD") return std::nullopt;
    if (std::find(redirects.begin(), redirects.end(), answer.status) == redirects.end()) return std::nullopt;
    const auto location = std::find_if(answer.headers.begin(), answer.headers.end(), [](const auto& header) {
        return boost::algorithm::iequals(header.first, "Location");
    });
    if (location == answer.headers.end()) return std::nullopt;
    auto next = redirected(from, location->second);
    if (next && next->origin() != from.origin()) return std::nullopt;
    return next;
}

}  // namespace

struct client::parts {
    parts(const asio::any_io_executor& executor, client_settings given, proxy_settings environment)
        : settings(std::move(given)),
          proxies(std::move(environment)),
          idle(executor, settings.idle_per_origin, settings.idle_for),
          home(executor) {}

    using begun = std::unique_ptr<conversation>;

    asio::awaitable<core::result<response>> follow(request_out request, destination where);
    asio::awaitable<core::result<response>> exchange(const request_out& request, const destination& where);
    asio::awaitable<core::result<begun>> converse(const request_out& request, const destination& where,
                                                  std::optional<std::uint64_t> bound);
    asio::awaitable<core::result<begun>> begin(const request_out& request, const destination& where,
                                               std::optional<std::uint64_t> bound);
    asio::awaitable<core::result<void>> open(link& line, const destination& where, std::optional<proxy> through);

    client_settings settings;
    proxy_settings proxies;
    idle_links idle;
    asio::any_io_executor home;
    std::shared_ptr<asio::ssl::context> trust{};  ///< read when the first https URL needs it
};

asio::awaitable<core::result<void>> client::parts::open(link& line, const destination& where,
                                                        std::optional<proxy> through) {
    if (where.tls && !trust) {
        auto read = make_trust(settings.ca_file);
        if (!read) co_return read.error();
        trust = std::make_shared<asio::ssl::context>(std::move(*read));
    }
    const link::route way{
        .through = std::move(through), .trust = trust, .ca_file = settings.ca_file, .limit = settings.connect_timeout};
    auto opened = co_await async::with_timeout(line.open(where, way), settings.connect_timeout);
    if (ran_out(opened)) co_return late("no connection to", where, settings.connect_timeout);
    co_return opened;
}

/// Sends, on a kept connection if there is one, and waits until an answer begins.
asio::awaitable<core::result<client::parts::begun>> client::parts::begin(const request_out& request,
                                                                         const destination& where,
                                                                         std::optional<std::uint64_t> bound) {
    const auto through = proxy_for(proxies, where);
    if (!through) co_return through.error();
    const auto bytes = to_bytes(request, where, *through, settings.user_agent, settings.idle_per_origin > 0);
    if (!bytes) co_return bytes.error();
    const auto expected = request.method == "HEAD" ? answer_reader::body::none : answer_reader::body::expected;

    auto line = idle.take(where.origin());
    for (;;) {
        const bool kept = line != nullptr;
        if (!kept) {
            line = std::make_unique<link>(home);
            const auto opened = co_await open(*line, where, *through);
            if (!opened) co_return opened.error();
        }
        auto talk = std::make_unique<conversation>(std::move(line), expected, bound);
        const auto heard = co_await async::with_timeout(speak(*talk, *bytes, where), settings.first_byte_timeout);
        if (heard) co_return std::move(talk);
        if (ran_out(heard)) co_return late("no answer from", where, settings.first_byte_timeout);
        if (!kept || !is_idempotent(request.method)) co_return heard.error();
    }
}

/// The same until the head is there.
asio::awaitable<core::result<client::parts::begun>> client::parts::converse(const request_out& request,
                                                                            const destination& where,
                                                                            std::optional<std::uint64_t> bound) {
    auto talk = co_await begin(request, where, bound);
    if (!talk) co_return talk;
    const auto failed = co_await (*talk)->answer.read_head();
    if (failed) co_return unanswered(where, failed);
    if ((*talk)->answer.head().status == proxy_credentials_wanted)
        if (const auto through = proxy_for(proxies, where); through && *through) co_return proxy_refusal(**through);
    co_return talk;
}

asio::awaitable<core::result<response>> client::parts::exchange(const request_out& request, const destination& where) {
    auto talk = co_await converse(request, where, settings.max_response);
    if (!talk) co_return talk.error();
    auto& [line, answer] = **talk;
    auto got = answer.head();
    const auto failed = co_await answer.read_body([&got](std::string_view piece) {
        got.body += piece;
        return true;
    });
    if (failed) co_return unanswered(where, failed);
    if (answer.leaves_connection_usable()) idle.put(where.origin(), std::move(line));
    co_return got;
}

asio::awaitable<core::result<response>> client::parts::follow(request_out request, destination where) {
    for (int redirects = 0;; ++redirects) {
        auto answer = co_await exchange(request, where);
        if (!answer || redirects == most_redirects) co_return answer;
        auto next = next_hop(request.method, *answer, where);
        if (!next) co_return answer;
        where = std::move(*next);
    }
}

client::client(asio::any_io_executor executor, client_settings settings, proxy_settings proxies)
    : parts_(std::make_unique<parts>(executor, std::move(settings), std::move(proxies))) {}

client::~client() = default;

asio::awaitable<core::result<response>> client::send(request_out request) {
    const auto where = parse_destination(request.url);
    if (!where) co_return where.error();
    const auto limit = parts_->settings.total_timeout;
    auto answer = co_await async::with_timeout(parts_->follow(std::move(request), *where), limit);
    if (ran_out(answer)) co_return late("no whole answer from", *where, limit);
    co_return answer;
}

asio::awaitable<core::result<void>> client::stream(request_out request, std::function<bool(const response&)> on_head,
                                                   std::function<bool(std::string_view)> on_piece) {
    const auto where = parse_destination(request.url);
    if (!where) co_return where.error();
    const auto limit = parts_->settings.total_timeout;
    const auto talk = co_await async::with_timeout(parts_->converse(request, *where, {}), limit);
    if (ran_out(talk)) co_return late("no answer from", *where, limit);
    if (!talk) co_return talk.error();

    auto& answer = (*talk)->answer;
    if (!on_head(answer.head())) co_return core::result<void>{};
    const auto failed = co_await answer.read_body(on_piece);
    if (failed) co_return broken("the answer of " + where->authority + " broke off", failed);
    co_return core::result<void>{};
}

void client::trust(std::filesystem::path ca_file) {
    if (ca_file == parts_->settings.ca_file) return;
    parts_->settings.ca_file = std::move(ca_file);
    parts_->trust.reset();
    parts_->idle.clear();
}

void client::close() {
    parts_->idle.close();
}

namespace {

client_settings single_request(std::chrono::milliseconds limit) {
    return {.connect_timeout = limit, .first_byte_timeout = limit, .total_timeout = limit, .idle_per_origin = 0};
}

}  // namespace

asio::awaitable<core::result<response>> fetch(std::string method, std::string url, header_list headers,
                                              std::string body, std::chrono::milliseconds limit) {
    client once(co_await asio::this_coro::executor, single_request(limit), proxies_of_process());
    co_return co_await once.send(
        {.method = std::move(method), .url = std::move(url), .headers = std::move(headers), .body = std::move(body)});
}

asio::awaitable<core::result<void>> fetch_stream(std::string method, std::string url, header_list headers,
                                                 std::chrono::milliseconds limit,
                                                 std::function<bool(const response&)> on_head,
                                                 std::function<bool(std::string_view)> on_piece) {
    client once(co_await asio::this_coro::executor, single_request(limit), proxies_of_process());
    co_return co_await once.stream({.method = std::move(method), .url = std::move(url), .headers = std::move(headers)},
                                   std::move(on_head), std::move(on_piece));
}

}  // namespace familiar::http
