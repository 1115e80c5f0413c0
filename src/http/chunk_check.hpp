#pragma once

#include "http/head_scan.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/string_type.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

namespace familiar::http {

/// Watches the chunks of a body. Refuses what Beast lets pass between them: control characters within the quotes of an
/// extension, which elsewhere end a line, and trailers that head_scan refuses. Set as the parser's on_chunk_header;
/// `buffer` is what the parser is given.
class chunk_check {
public:
    chunk_check(const boost::beast::flat_buffer& buffer, const limits& bounds) : buffer_(buffer), bounds_(bounds) {}

    void operator()(std::uint64_t size, boost::beast::string_view extension, boost::system::error_code& failed) {
        if (std::any_of(extension.begin(), extension.end(), is_control))
            refused_ = error(400, "malformed request: a control character in a chunk's extension");
        else if (size == 0)
            refused_ = head_scan(bounds_, head_scan::part::trailers).look(behind(extension));
        if (refused_) failed = boost::beast::http::error::bad_chunk;
        left_ = size;
    }

    /// What has not come of the chunk that was begun last.
    std::uint64_t left() const noexcept { return left_; }
    void take(std::uint64_t bytes) noexcept { left_ -= bytes; }

    /// The answer, if this is why the parser failed.
    const std::optional<response>& refused() const noexcept { return refused_; }

private:
    /// What follows the line of the last chunk. Beast has seen it to its end before it calls.
    std::string_view behind(boost::beast::string_view extension) const {
        const auto* begin = extension.data() + extension.size() + std::string_view("\r\n").size();
        const auto* end = static_cast<const char*>(buffer_.cdata().data()) + buffer_.size();
        return {begin, end};
    }

    const boost::beast::flat_buffer& buffer_;
    const limits& bounds_;
    std::optional<response> refused_;
    std::uint64_t left_ = 0;
};

}  // namespace familiar::http
