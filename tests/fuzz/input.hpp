#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace familiar::fuzz {

/// The bytes of an input as text.
inline std::string_view as_text(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

/// A number that depends on every byte (FNV-1a): for choices that are not worth a format of their own.
inline std::uint64_t digest(std::string_view text) {
    std::uint64_t value = 14695981039346656037ULL;
    for (const char byte : text) value = (value ^ static_cast<unsigned char>(byte)) * 1099511628211ULL;
    return value;
}

/// Takes the first line off the front of `text`, without its end ("\n" or "\r\n").
inline std::string_view take_line(std::string_view& text) {
    const auto end = text.find('\n');
    auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

}  // namespace familiar::fuzz
