#include "app/terminal_text.hpp"

#include "app/command.hpp"
#include "observe/escape.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utility>

namespace familiar::app {

namespace {

constexpr std::size_t usual_width = 80;
constexpr std::string_view ellipsis = "…";

bool continues(char byte) {
    return (static_cast<unsigned char>(byte) & 0xc0) == 0x80;
}

/// The length of the character at the start of a text, which is UTF-8.
std::size_t length_of_first(std::string_view text) {
    std::size_t length = 1;
    while (length < text.size() && continues(text[length])) ++length;
    return length;
}

/// The blocks that Unicode's "East Asian Width" calls W and F, as UTF-8, whose bytes sort like the characters. Coarse:
/// what lies between symbols that are wide is taken for wide too.
bool is_wide(std::string_view character) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 7> blocks{{
        {"\u1100", "\u115f"},
        {"\u2e80", "\ua4cf"},
        {"\uac00", "\ud7a3"},
        {"\uf900", "\ufaff"},
        {"\ufe30", "\ufe6f"},
        {"\uff00", "\uff60"},
        {"\U0001f300", "\U0003ffff"},
    }};
    return std::any_of(blocks.begin(), blocks.end(),
                       [&](const auto& block) { return character >= block.first && character <= block.second; });
}

/// Takes characters off the front while they fit into `width` columns; the bytes they have.
std::size_t fitting(std::string_view text, std::size_t width) {
    std::size_t size = 0;
    while (size < text.size()) {
        const auto character = text.substr(size, length_of_first(text.substr(size)));
        const std::size_t columns = is_wide(character) ? 2 : 1;
        if (columns > width) break;
        width -= columns;
        size += character.size();
    }
    return size;
}

constexpr char escape = '\x1b';

/// An SGR sequence is not longer by far: a terminal takes 16 parameters (ECMA-48 sets no bound).
constexpr std::size_t longest_sequence = 64;

enum class sequence { colour, begun, other };

/// What the escape at the start of `text` begins, and the sequence's length if it is a colour.
sequence sequence_at_start(std::string_view text, std::size_t& length) {
    if (text.size() == 1) return sequence::begun;
    if (text[1] != '[') return sequence::other;
    const auto end = text.find_first_not_of("0123456789;:", 2);
    if (end == std::string_view::npos) return text.size() < longest_sequence ? sequence::begun : sequence::other;
    length = end + 1;
    return text[end] == 'm' && length <= longest_sequence ? sequence::colour : sequence::other;
}

/// How many bytes at the end of a text are the beginning of a character that is not complete.
std::size_t incomplete_character(std::string_view text) {
    for (std::size_t size = 1; size <= 3 && size <= text.size(); ++size) {
        const auto byte = static_cast<unsigned char>(text[text.size() - size]);
        if (continues(text[text.size() - size])) continue;
        const std::size_t length = byte < 0xc0 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
        return length > size ? size : 0;
    }
    return 0;
}

}  // namespace

std::size_t terminal_width() {
    const auto text = variable("COLUMNS");
    std::size_t columns = 0;
    const auto* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, columns);
    if (read.ec == std::errc() && read.ptr == end && columns > 0) return columns;
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    return ::isatty(STDOUT_FILENO) == 1 ? usual_width : std::numeric_limits<std::size_t>::max();
}

std::size_t width_of(std::string_view text) {
    std::size_t columns = 0;
    while (!text.empty()) {
        const auto length = length_of_first(text);
        columns += is_wide(text.substr(0, length)) ? 2 : 1;
        text.remove_prefix(length);
    }
    return columns;
}

std::string cut_end(std::string_view text, std::size_t width) {
    if (width_of(text) <= width) return std::string(text);
    if (width == 0) return {};
    return std::string(text.substr(0, fitting(text, width - 1))) + std::string(ellipsis);
}

std::string cut_middle(std::string_view text, std::size_t width) {
    if (width_of(text) <= width) return std::string(text);
    if (width == 0) return {};
    // The end, where the name is, gets the odd column.
    const std::size_t head = (width - 1) / 2;
    const auto begin = text.substr(0, fitting(text, head));
    auto rest = text.substr(begin.size());
    while (width_of(rest) > width - 1 - head) rest.remove_prefix(length_of_first(rest));
    return std::string(begin) + std::string(ellipsis) + std::string(rest);
}

std::string terminal_filter::feed(std::string_view piece) {
    auto text = std::exchange(begun_, {});
    text += piece;
    std::size_t length = 0;
    const auto last = text.rfind(escape);
    if (last != std::string::npos && sequence_at_start(std::string_view(text).substr(last), length) == sequence::begun)
        begun_ = text.substr(last);
    else
        begun_ = text.substr(text.size() - incomplete_character(text));
    return convert(std::string_view(text).substr(0, text.size() - begun_.size()));
}

std::string terminal_filter::finish() {
    auto shown = convert(std::exchange(begun_, {}));
    if (std::exchange(coloured_, false)) shown += "\x1b[0m";
    after_cr_ = false;
    return shown;
}

std::string terminal_filter::convert(std::string_view text) {
    std::string shown;
    while (!text.empty()) {
        std::size_t length = 1;
        const char first = text.front();
        const bool second_of_pair = std::exchange(after_cr_, first == '\r') && first == '\n';
        if (first == '\n' || first == '\r') {
            if (!second_of_pair) shown += '\n';
        } else if (first == '\t') {
            shown += first;
        } else if (first == escape && sequence_at_start(text, length) == sequence::colour) {
            shown += text.substr(0, length);
            coloured_ = true;
        } else {
            // Up to the next byte that is looked at above.
            length = std::min(text.find_first_of("\n\r\t\x1b", 1), text.size());
            shown += observe::escape_control(text.substr(0, length));
        }
        text.remove_prefix(length);
    }
    return shown;
}

}  // namespace familiar::app
