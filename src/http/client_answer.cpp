#include "http/client_answer.hpp"

#include "http/client_link.hpp"

#include <boost/asio/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <array>

namespace asio = boost::asio;
namespace beast_http = boost::beast::http;
using boost::system::error_code;

namespace familiar::http {

namespace {

constexpr std::uint32_t largest_head = 64 * 1024;
constexpr std::size_t read_at_once = 16384;

}  // namespace

struct answer_reader::parts {
    using parser = beast_http::response_parser<beast_http::buffer_body>;

    link& from;
    body expected;
    std::optional<std::uint64_t> limit;
    boost::beast::flat_buffer buffer{};
    std::optional<parser> reading{};

    void begin() {
        reading.emplace();
        reading->header_limit(largest_head);
        if (limit)
            reading->body_limit(*limit);
        else
            reading->body_limit(boost::none);
        reading->skip(expected == body::none);
    }
};

answer_reader::answer_reader(link& from, body expected, std::optional<std::uint64_t> limit)
    : parts_(new parts{.from = from, .expected = expected, .limit = limit}) {
    parts_->begin();
}

answer_reader::~answer_reader() = default;

asio::awaitable<error_code> answer_reader::receive() {
    error_code failed;
    const auto room = parts_->buffer.prepare(read_at_once);
    const auto got = co_await parts_->from.read_some(room, failed);
    parts_->buffer.commit(got);
    co_return failed;
}

/// Takes the parser one step on: by what is there, else by what comes.
asio::awaitable<error_code> answer_reader::advance() {
    auto& [from, expected, limit, buffer, reading] = *parts_;
    error_code failed = beast_http::error::need_more;
    if (buffer.size() > 0) buffer.consume(reading->put(buffer.data(), failed));
    if (failed != beast_http::error::need_more) co_return failed;

    failed = co_await receive();
    if (failed != asio::error::eof) co_return failed;
    failed = beast_http::error::end_of_stream;
    if (reading->got_some()) reading->put_eof(failed = {});
    co_return failed;
}

asio::awaitable<error_code> answer_reader::await_first_byte() {
    if (parts_->buffer.size() > 0) co_return error_code();
    const auto failed = co_await receive();
    co_return failed == asio::error::eof ? error_code(beast_http::error::end_of_stream) : failed;
}

asio::awaitable<error_code> answer_reader::read_head() {
    for (;;) {
        while (!parts_->reading->is_header_done())
            if (const auto failed = co_await advance()) co_return failed;
        const auto status = parts_->reading->get().result_int();
        if (status / 100 != 1) co_return error_code();
        parts_->begin();
    }
}

response answer_reader::head() const {
    const auto& answer = parts_->reading->get();
    response got;
    got.status = answer.result_int();
    got.content_type = std::string(answer[beast_http::field::content_type]);
    for (const auto& header : answer)
        got.headers.emplace_back(std::string(header.name_string()), std::string(header.value()));
    return got;
}

asio::awaitable<error_code> answer_reader::read_body(const std::function<bool(std::string_view)>& on_piece) {
    std::array<char, read_at_once> piece;
    auto& reading = *parts_->reading;
    while (!reading.is_done()) {
        auto& window = reading.get().body();
        window.data = piece.data();
        window.size = piece.size();
        window.more = true;
        auto failed = co_await advance();
        if (failed == beast_http::error::need_buffer) failed = {};
        const auto size = piece.size() - window.size;
        if (size > 0 && !on_piece({piece.data(), size})) co_return error_code();
        if (failed) co_return failed;
    }
    co_return error_code();
}

bool answer_reader::took_all() const {
    return parts_->buffer.size() == 0;
}

bool answer_reader::leaves_connection_usable() const {
    const auto& reading = *parts_->reading;
    if (!reading.is_done() || !took_all() || !reading.keep_alive()) return false;
    // Where both say how long the body is, another reader may see another end (RFC 9112, 6.3).
    const auto& head = reading.get();
    return head.count(beast_http::field::content_length) == 0 || head.count(beast_http::field::transfer_encoding) == 0;
}

}  // namespace familiar::http
