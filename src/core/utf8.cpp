#include "core/utf8.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace familiar::core {

namespace {

/// How many of the bytes from `place` on are surely ASCII; looked at eight at a time, since most text is nothing else.
std::size_t ascii_run(std::string_view text, std::size_t place) {
    constexpr std::uint64_t high_bits = 0x8080808080808080;
    const auto begin = place;
    for (std::uint64_t word = 0; text.size() - place >= sizeof word; place += sizeof word) {
        std::memcpy(&word, text.data() + place, sizeof word);
        if ((word & high_bits) != 0) break;
    }
    return place - begin;
}

constexpr std::string_view replacement = "\xEF\xBF\xBD";

/// The length of the well-formed sequence of more than one byte at the front of `text`, 0 if there is none (RFC 3629,
/// section 4).
std::size_t sequence_length(std::string_view text) {
    const auto byte = [text](std::size_t place) -> unsigned {
        return place < text.size() ? static_cast<unsigned char>(text[place]) : 0u;
    };
    const auto within = [&](std::size_t place, unsigned low, unsigned high) {
        return byte(place) >= low && byte(place) <= high;
    };
    const unsigned lead = byte(0);
    if (lead >= 0xC2 && lead <= 0xDF) return within(1, 0x80, 0xBF) ? 2 : 0;
    if (lead >= 0xE0 && lead <= 0xEF) {
        const unsigned low = lead == 0xE0 ? 0xA0 : 0x80;
        const unsigned high = lead == 0xED ? 0x9F : 0xBF;
        return within(1, low, high) && within(2, 0x80, 0xBF) ? 3 : 0;
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
        const unsigned low = lead == 0xF0 ? 0x90 : 0x80;
        const unsigned high = lead == 0xF4 ? 0x8F : 0xBF;
        return within(1, low, high) && within(2, 0x80, 0xBF) && within(3, 0x80, 0xBF) ? 4 : 0;
    }
    return 0;
}

}  // namespace

std::string to_valid_utf8(std::string_view text) {
    std::string valid;
    valid.reserve(text.size());
    std::size_t copied = 0;
    for (std::size_t place = 0; place < text.size();) {
        if (const auto run = ascii_run(text, place); run != 0) {
            place += run;
        } else if (static_cast<unsigned char>(text[place]) < 0x80) {
            ++place;
        } else if (const auto length = sequence_length(text.substr(place)); length != 0) {
            place += length;
        } else {
            valid.append(text.substr(copied, place - copied)).append(replacement);
            copied = ++place;
        }
    }
    return valid.append(text.substr(copied));
}

}  // namespace familiar::core
