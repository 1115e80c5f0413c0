#include "http/client.hpp"

#include "async/timeout.hpp"
#include "http/classify.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/url/parse.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace asio = boost::asio;
namespace beast_http = boost::beast::http;
using tcp = asio::ip::tcp;
using boost::system::error_code;

namespace familiar::http {

namespace {

constexpr std::size_t most_read = std::size_t{8} << 20;

using outgoing = beast_http::request<beast_http::string_body>;

struct destination {
    std::string host;
    std::string port;
    std::string authority;
    std::string target;
};

/// A URL to show: without the parts that may hold a secret.
std::string without_secrets(std::string text) {
    text.erase(std::min(text.find_first_of("?#"), text.size()));
    const auto scheme = text.find("://");
    const auto host = scheme == std::string::npos ? 0 : scheme + 3;
    const auto at = text.substr(0, text.find('/', host)).rfind('@');
    if (at != std::string::npos && at >= host) text.erase(host, at + 1 - host);
    return text;
}

core::result<destination> parse_destination(const std::string& text) {
    const auto parsed = boost::urls::parse_uri(text);
    if (!parsed || parsed->host().empty())
        return core::fail(core::errc::invalid, "not a URL: " + without_secrets(text));
    if (parsed->scheme() != "http")
        return core::fail(core::errc::invalid, "only http:// is spoken here: " + without_secrets(text));
    destination where;
    where.host =
        parsed->host_type() == boost::urls::host_type::ipv6 ? std::string(parsed->host_address()) : parsed->host();
    where.port = parsed->has_port() ? std::string(parsed->port()) : "80";
    where.authority = parsed->encoded_host_and_port();
    where.target = parsed->encoded_target();
    if (where.target.empty()) where.target = "/";
    return where;
}

/// An operation that was cancelled has failed of nothing: that is thrown.
core::error broken(const std::string& sentence, const error_code& failed) {
    if (failed == asio::error::operation_aborted) async::detail::throw_aborted();
    return classify(sentence, failed);
}

core::error unanswered(const destination& where, const error_code& failed) {
    return broken("no answer from " + where.authority, failed);
}

core::error unanswered_in_time(const destination& where, std::chrono::milliseconds limit) {
    return core::fail(core::errc::timed_out, "no answer from " + where.authority + " within " + core::to_text(limit));
}

outgoing to_message(const destination& where, const std::string& method, const header_list& headers, std::string body) {
    outgoing message;
    message.version(11);
    message.method_string(method);
    message.target(where.target);
    message.set(beast_http::field::host, where.authority);
    message.set(beast_http::field::connection, "close");
    for (const auto& [name, value] : headers) message.set(name, value);
    message.body() = std::move(body);
    message.prepare_payload();
    return message;
}

template <class Message>
response to_response(const Message& answer) {
    response got;
    got.status = answer.result_int();
    got.content_type = std::string(answer[beast_http::field::content_type]);
    for (const auto& header : answer)
        got.headers.emplace_back(std::string(header.name_string()), std::string(header.value()));
    return got;
}

/// Connects to the first address that takes it, and sends. A server may answer and close before it has read everything,
/// so a request that could not be sent whole is no failure: the answer is looked for in any case.
asio::awaitable<core::result<void>> ask(tcp::socket& socket, const destination& where, const outgoing& message) {
    error_code failed;
    tcp::resolver resolver(socket.get_executor());
    const auto addresses =
        co_await resolver.async_resolve(where.host, where.port, asio::redirect_error(asio::use_awaitable, failed));
    if (failed) co_return unanswered(where, failed);
    for (const auto& address : addresses) {
        socket = tcp::socket(socket.get_executor());
        co_await socket.async_connect(address, asio::redirect_error(asio::use_awaitable, failed));
        if (!failed) break;
    }
    if (failed) co_return unanswered(where, failed);
    co_await beast_http::async_write(socket, message, asio::redirect_error(asio::use_awaitable, failed));
    co_return core::result<void>{};
}

asio::awaitable<core::result<response>> exchange(const destination& where, const outgoing& message) {
    tcp::socket socket(co_await asio::this_coro::executor);
    const auto asked = co_await ask(socket, where, message);
    if (!asked) co_return asked.error();

    error_code failed;
    boost::beast::flat_buffer buffer;
    beast_http::response_parser<beast_http::string_body> parser;
    parser.body_limit(most_read);
    parser.skip(message.method_string() == "HEAD");
    co_await beast_http::async_read(socket, buffer, parser, asio::redirect_error(asio::use_awaitable, failed));
    if (failed) co_return unanswered(where, failed);
    auto got = to_response(parser.get());
    got.body = std::move(parser.get().body());
    co_return got;
}

/// An answer that is read piece by piece.
struct incoming {
    explicit incoming(const asio::any_io_executor& executor) : socket(executor) {}

    tcp::socket socket;
    boost::beast::flat_buffer buffer{};
    beast_http::response_parser<beast_http::buffer_body> parser{};
};

asio::awaitable<core::result<void>> read_head(incoming& from, const destination& where, const outgoing& message) {
    auto asked = co_await ask(from.socket, where, message);
    if (!asked) co_return asked;
    error_code failed;
    from.parser.body_limit(boost::none);
    from.parser.skip(message.method_string() == "HEAD");
    co_await beast_http::async_read_header(from.socket, from.buffer, from.parser,
                                           asio::redirect_error(asio::use_awaitable, failed));
    if (failed) co_return unanswered(where, failed);
    co_return core::result<void>{};
}

asio::awaitable<core::result<void>> read_pieces(incoming& from, const destination& where,
                                                const std::function<bool(std::string_view)>& on_piece) {
    std::array<char, 16384> piece;
    while (!from.parser.is_done()) {
        auto& window = from.parser.get().body();
        window.data = piece.data();
        window.size = piece.size();
        window.more = true;
        error_code failed;
        co_await beast_http::async_read_some(from.socket, from.buffer, from.parser,
                                             asio::redirect_error(asio::use_awaitable, failed));
        if (failed == beast_http::error::need_buffer) failed = {};
        const auto size = piece.size() - window.size;
        if (size > 0 && !on_piece({piece.data(), size})) break;
        if (failed) co_return broken("the answer of " + where.authority + " broke off", failed);
    }
    co_return core::result<void>{};
}

}  // namespace

asio::awaitable<core::result<response>> fetch(std::string method, std::string url, header_list headers,
                                              std::string body, std::chrono::milliseconds limit) {
    const auto where = parse_destination(url);
    if (!where) co_return where.error();
    const auto message = to_message(*where, method, headers, std::move(body));
    auto answer = co_await async::with_timeout(exchange(*where, message), limit);
    if (!answer && answer.error().code == core::errc::timed_out) co_return unanswered_in_time(*where, limit);
    co_return answer;
}

asio::awaitable<core::result<void>> fetch_stream(std::string method, std::string url, header_list headers,
                                                 std::chrono::milliseconds limit,
                                                 std::function<bool(const response&)> on_head,
                                                 std::function<bool(std::string_view)> on_piece) {
    const auto where = parse_destination(url);
    if (!where) co_return where.error();
    const auto message = to_message(*where, method, headers, {});
    incoming answer(co_await asio::this_coro::executor);
    auto begun = co_await async::with_timeout(read_head(answer, *where, message), limit);
    if (!begun && begun.error().code == core::errc::timed_out) co_return unanswered_in_time(*where, limit);
    if (!begun) co_return begun;
    if (!on_head(to_response(answer.parser.get()))) co_return core::result<void>{};
    co_return co_await read_pieces(answer, *where, on_piece);
}

}  // namespace familiar::http
