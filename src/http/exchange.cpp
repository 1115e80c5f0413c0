#include "http/exchange.hpp"

#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace familiar::http {

namespace beast = boost::beast;
using boost::system::error_code;

namespace {

constexpr std::chrono::seconds retry_after{5};

/// A LF without its CR, which ends a line for others: not between chunks, where Beast would wait for one with it.
bool has_bare_lf(std::string_view text) {
    for (auto at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1))
        if (at == 0 || text[at - 1] != '\r') return true;
    return false;
}

/// "0\r\n\r\n". Beast counts on these bytes being there when it looks at the line of a last chunk for the second time.
constexpr std::size_t shortest_end_of_chunks = 5;

}  // namespace

exchange::exchange(beast::flat_buffer& buffer, const limits& bounds, buffer_budget& budget)
    : deadline(started + bounds.request_timeout),
      held(budget),
      buffer_(buffer),
      bounds_(bounds),
      head_(bounds),
      chunks_(buffer, bounds) {
    parser.header_limit(static_cast<std::uint32_t>(bounds.max_header));
    parser.body_limit(boost::none);
    parser.on_chunk_header(chunks_);
}

exchange::step exchange::parse_head() {
    if (auto wrong = head_.look(buffered())) return refuse(std::move(wrong));
    if (head_.length() == 0) return step::more;
    error_code failed;
    buffer_.consume(parser.put(buffer_.data(), failed));
    if (failed) return refuse(refuse_unreadable(failed, false, bounds_));
    // A length is compared with the bound by refuse_request(), which knows the route; chunks are counted by the parser.
    parser.body_limit(bounds_.max_body);
    return step::done;
}

exchange::step exchange::parse_body() {
    auto& body = incoming.body;
    for (;;) {
        if (parser.is_done()) return step::done;
        if (is_between_chunks() && buffer_.size() < shortest_end_of_chunks) return more_or_bare_lf();
        const auto have = body.size();
        const std::size_t come =
            std::min<std::uint64_t>(parser.content_length_remaining().value_or(chunks_.left()), buffer_.size());
        if (!make_room(have + come)) return refuse(buffers_full());
        body.resize(have + come);
        auto& window = parser.get().body();
        window.data = body.data() + have;
        window.size = come;
        window.more = true;
        error_code failed;
        buffer_.consume(parser.put(buffer_.data(), failed));
        if (parser.chunked()) chunks_.take(come - window.size);
        body.resize(body.size() - window.size);

        if (chunks_.refused()) return refuse(chunks_.refused());
        if (failed == beast::http::error::need_more) {
            const auto then = more_or_bare_lf();
            if (then == step::refused || buffer_.size() < buffer_.max_size()) return then;
            failed = beast::http::error::buffer_overflow;
        }
        if (failed && failed != beast::http::error::need_buffer)
            return refuse(refuse_unreadable(failed, false, bounds_));
        if (buffer_.size() == 0 && !parser.is_done()) return step::more;
    }
}

bool exchange::is_between_chunks() const {
    return parser.chunked() && chunks_.left() == 0;
}

/// Beast waits for a CR that will not come.
exchange::step exchange::more_or_bare_lf() {
    if (has_bare_lf(buffered())) return refuse(error(400, "malformed request: a line that ends without CR"));
    return step::more;
}

std::string_view exchange::buffered() const {
    return {static_cast<const char*>(buffer_.cdata().data()), buffer_.size()};
}

exchange::step exchange::refuse(std::optional<response> with) {
    refused = std::move(with);
    refused->close = true;
    return step::refused;
}

/// Makes room for a body of `size` bytes, and for more, so that none of them is moved often; but for no more than is
/// counted. False if the budget does not have it.
bool exchange::make_room(std::size_t size) {
    auto& body = incoming.body;
    if (size <= body.capacity()) return true;
    const auto most = std::max<std::uint64_t>(size, parser.content_length().value_or(bounds_.max_body));
    auto room = static_cast<std::size_t>(std::min<std::uint64_t>(std::max(size, 2 * body.capacity()), most));
    if (!held.grow_to(room)) {
        room = size;
        if (!held.grow_to(room)) return false;
    }
    std::string larger;
    larger.reserve(room);  // of a string that has something in it, reserve() may make more than it is asked for
    larger.append(body);
    body.swap(larger);
    return true;
}

response buffers_full() {
    return unavailable("too much is being received", retry_after);
}

}  // namespace familiar::http
