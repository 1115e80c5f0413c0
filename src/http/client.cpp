#include "http/client.hpp"

#include "async/timeout.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/url/parse.hpp>

namespace asio = boost::asio;
namespace beast_http = boost::beast::http;
using tcp = asio::ip::tcp;

namespace familiar::http {

namespace {

constexpr std::size_t most_read = std::size_t{8} << 20;

struct destination {
    std::string host;
    std::string port;
    std::string authority;
    std::string target;
};

core::result<destination> parse_destination(const std::string& text) {
    const auto parsed = boost::urls::parse_uri(text);
    if (!parsed || parsed->host().empty()) return core::fail(core::errc::invalid, "not a URL: " + text);
    if (parsed->scheme() != "http") return core::fail(core::errc::invalid, "only http:// is spoken here: " + text);
    destination where;
    where.host =
        parsed->host_type() == boost::urls::host_type::ipv6 ? std::string(parsed->host_address()) : parsed->host();
    where.port = parsed->has_port() ? std::string(parsed->port()) : "80";
    where.authority = parsed->encoded_host_and_port();
    where.target = parsed->encoded_target();
    if (where.target.empty()) where.target = "/";
    return where;
}

core::error unanswered(const destination& where, const boost::system::error_code& failed) {
    return core::fail(core::errc::unavailable, "no answer from " + where.authority + ": " + failed.message());
}

asio::awaitable<core::result<response>> exchange(destination where,
                                                 beast_http::request<beast_http::string_body> message) {
    const auto executor = co_await asio::this_coro::executor;
    boost::system::error_code failed;

    tcp::resolver resolver(executor);
    const auto addresses =
        co_await resolver.async_resolve(where.host, where.port, asio::redirect_error(asio::use_awaitable, failed));
    if (failed) co_return unanswered(where, failed);
    tcp::socket socket(executor);
    for (const auto& address : addresses) {
        socket = tcp::socket(executor);
        co_await socket.async_connect(address, asio::redirect_error(asio::use_awaitable, failed));
        if (!failed) break;
    }
    if (failed) co_return unanswered(where, failed);

    co_await beast_http::async_write(socket, message, asio::redirect_error(asio::use_awaitable, failed));
    // A server may answer and close before it has read everything, so the answer is looked for in any case.
    boost::beast::flat_buffer buffer;
    beast_http::response_parser<beast_http::string_body> parser;
    parser.body_limit(most_read);
    parser.skip(message.method_string() == "HEAD");
    co_await beast_http::async_read(socket, buffer, parser, asio::redirect_error(asio::use_awaitable, failed));
    if (failed) co_return unanswered(where, failed);

    auto answer = parser.release();
    response got;
    got.status = answer.result_int();
    got.content_type = std::string(answer[beast_http::field::content_type]);
    for (const auto& header : answer)
        got.headers.emplace_back(std::string(header.name_string()), std::string(header.value()));
    got.body = std::move(answer.body());
    co_return got;
}

}  // namespace

asio::awaitable<core::result<response>> fetch(std::string method, std::string url, header_list headers,
                                              std::string body, std::chrono::milliseconds limit) {
    auto where = parse_destination(url);
    if (!where) co_return where.error();

    beast_http::request<beast_http::string_body> message;
    message.version(11);
    message.method_string(method);
    message.target(where->target);
    message.set(beast_http::field::host, where->authority);
    message.set(beast_http::field::connection, "close");
    for (const auto& [name, value] : headers) message.set(name, value);
    message.body() = std::move(body);
    message.prepare_payload();

    const auto authority = where->authority;
    auto answer = co_await async::with_timeout(exchange(std::move(*where), std::move(message)), limit);
    if (!answer && answer.error().code == core::errc::timed_out)
        co_return core::fail(core::errc::timed_out, "no answer from " + authority + " within " + core::to_text(limit));
    co_return answer;
}

}  // namespace familiar::http
