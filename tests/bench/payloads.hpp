#pragma once

#include "event/event.hpp"

#include <cstddef>
#include <string>
#include <string_view>

/// What the forges send, from tests/data, without the white space that makes it readable there, and as large as wanted.
namespace familiar::bench {

/// The size of a usual webhook.
constexpr std::size_t usual_size = 8192;
/// A large one: a description or a comment may be that long at GitLab, and lists grow to it at both.
constexpr std::size_t large_size = std::size_t{1} << 20;

/// What it is that makes a payload large.
enum class filled_with {
    text,   ///< what somebody wrote, which is read: the description, or the comment if it is about one
    values  ///< labels, of which nothing is read
};

/// The payload `name` of a forge, filled up to `size` bytes exactly.
std::string payload(event::provider forge, const std::string& name, std::size_t size, filled_with what);

/// A comment as people write them, of `size` bytes: paragraphs, a list, a quotation and fenced code, over and over.
std::string prose(std::size_t size);

}  // namespace familiar::bench
