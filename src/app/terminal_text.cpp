#include "app/terminal_text.hpp"

#include "app/command.hpp"

#include <algorithm>
#include <array>
#include <charconv>
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

}  // namespace

std::size_t terminal_width() {
    const auto text = variable("COLUMNS");
    std::size_t columns = 0;
    const auto* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, columns);
    if (read.ec == std::errc() && read.ptr == end && columns > 0) return columns;
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    return usual_width;
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

}  // namespace familiar::app
