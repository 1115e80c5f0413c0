#pragma once

#include "http/limits.hpp"
#include "http/message.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace familiar::http {

/// Controls but the tab: in no part of a head, and in no chunk extension, do they mean anything (RFC 9112, 2.2).
constexpr bool is_control(char byte) noexcept {
    return (static_cast<unsigned char>(byte) < 0x20 && byte != '\t') || byte == 0x7f;
}

/// Looks over the raw bytes of a request's head, or of the trailers behind its chunks, as they arrive, before Beast
/// parses them: for where it ends, and for what Beast joins (a folded line), only notices once the head is whole (a
/// bare LF), answers as something else (a version) or takes in any number (fields, of which it makes much more than
/// they were on the wire). What a line says is Beast's to judge.
class head_scan {
public:
    enum class part { request, trailers };

    explicit head_scan(const limits& bounds, part of = part::request) noexcept
        : bounds_(bounds), lines_(of == part::request ? 0 : 1) {}

    /// Looks at what is new in `bytes`, which begin where they began at the first call. The answer to what is refused:
    /// 400, 431 or 505, after which the connection ends. Costs as much as is new.
    std::optional<response> look(std::string_view bytes);

    /// How long the whole is, with the blank line at its end; 0 while that has not come.
    std::size_t length() const noexcept { return length_; }

private:
    std::optional<response> end_line(std::string_view line);

    const limits& bounds_;
    std::size_t looked_at_ = 0;
    std::size_t line_begin_ = 0;
    std::size_t lines_;  ///< that have ended; of trailers one more, for the request line that they do not have
    std::size_t length_ = 0;
    bool after_cr_ = false;
};

}  // namespace familiar::http
