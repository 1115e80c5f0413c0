#include "observe/escape.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace familiar::observe {

namespace {

/// The length of the well-formed UTF-8 sequence at the start of `text`, 0 if there is none, and its code point.
std::size_t decode_utf8(std::string_view text, std::uint32_t& point) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    const auto lead = byte(0);
    const std::size_t length = lead < 0x80                   ? 1
                               : lead >= 0xc2 && lead < 0xe0 ? 2
                               : lead >= 0xe0 && lead < 0xf0 ? 3
                               : lead >= 0xf0 && lead < 0xf5 ? 4
                                                             : 0;
    if (length == 0 || length > text.size()) return 0;
    point = length == 1 ? lead : lead & (0xffu >> (length + 1));
    for (std::size_t at = 1; at < length; ++at) {
        if ((byte(at) & 0xc0) != 0x80) return 0;
        point = point << 6 | (byte(at) & 0x3fu);
    }
    const bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
    const bool surrogate = point >= 0xd800 && point < 0xe000;
    return overlong || surrogate || point > 0x10ffff ? 0 : length;
}

/// How many bytes at the start of `text` are printable ASCII, as nearly all of a log is.
std::size_t printable_run(std::string_view text) {
    const auto other = std::ranges::find_if(text, [](unsigned char byte) { return byte < 0x20 || byte > 0x7e; });
    return static_cast<std::size_t>(other - text.begin());
}

bool acts_on_terminals(std::uint32_t point) {
    return point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0x2028 || point == 0x2029 || point == 0x061c ||
           point == 0x200e || point == 0x200f || (point >= 0x202a && point <= 0x202e) ||
           (point >= 0x2066 && point <= 0x2069);
}

void append_hex(std::string& out, std::string_view prefix, std::uint32_t value, int digits) {
    out += prefix;
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) out += "0123456789abcdef"[value >> shift & 15];
}

void append_escape(std::string& out, std::uint32_t point) {
    if (point == '\n')
        out += "\\n";
    else if (point == '\r')
        out += "\\r";
    else if (point == '\t')
        out += "\\t";
    else if (point < 0x80)
        append_hex(out, "\\x", point, 2);
    else
        append_hex(out, "\\u", point, 4);
}

}  // namespace

bool is_printable_ascii(std::string_view text) {
    return printable_run(text) == text.size();
}

std::string escape_control(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (;;) {
        const auto printable = printable_run(text);
        out += text.substr(0, printable);
        text.remove_prefix(printable);
        if (text.empty()) return out;
        std::uint32_t point = 0;
        const auto length = decode_utf8(text, point);
        if (length == 0)
            append_hex(out, "\\x", static_cast<unsigned char>(text.front()), 2);
        else if (acts_on_terminals(point))
            append_escape(out, point);
        else
            out += text.substr(0, length);
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
}

}  // namespace familiar::observe
