#include "agent/prompt_text.hpp"

#include "core/utf8.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace familiar::agent {

namespace {

/// Titles have 255 characters at the forges, and no person's login or link is longer than this.
constexpr std::size_t most_in_a_line = std::size_t{1} << 10;

constexpr std::string_view comment_begin = "<!--";
constexpr std::string_view comment_end = "-->";
constexpr std::string_view own_mark = "familiar:";

/// What is replaced by its number, besides ASCII's controls. The joiners U+200C and U+200D and the variation selectors
/// of emoji are left alone: words and emoji are written with them.
constexpr std::array<std::pair<char32_t, char32_t>, 13> unseen{{
    {0x80, 0x9F},        // C1 controls
    {0xAD, 0xAD},        // soft hyphen
    {0x61C, 0x61C},      // bidirectional mark
    {0x115F, 0x1160},    // Hangul fillers
    {0x180E, 0x180E},    // Mongolian vowel separator
    {0x200B, 0x200B},    // zero width space
    {0x200E, 0x200F},    // bidirectional marks
    {0x2028, 0x202E},    // line and paragraph separators, bidirectional embeddings and overrides
    {0x2060, 0x206F},    // invisible operators, bidirectional isolates, deprecated controls
    {0x3164, 0x3164},    // Hangul filler
    {0xFEFF, 0xFEFF},    // byte order mark
    {0xFFF9, 0xFFFB},    // interlinear annotations
    {0xE0000, 0xE0FFF},  // tags, which spell ASCII unseen, and more variation selectors
}};

bool is_unseen(char32_t value) {
    return value < 0x20 || value == 0x7F ||
           std::ranges::any_of(
               unseen, [value](const auto& range) { return value >= range.first && value <= range.second; });
}

bool ends_a_line(char32_t value) {
    return (value >= 0x0A && value <= 0x0D) || value == 0x85 || value == 0x2028 || value == 0x2029;
}

/// A character of well-formed UTF-8.
struct character {
    char32_t value;
    std::string_view bytes;
};

/// Takes the first one off `text`, which is not empty. CR LF counts as one.
character next(std::string_view& text) {
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    constexpr std::array<unsigned, 5> payload{0, 0x7F, 0x1F, 0x0F, 0x07};
    char32_t value = lead & payload[size];
    for (std::size_t i = 1; i < size; ++i) value = (value << 6) | (static_cast<unsigned char>(text[i]) & 0x3FU);
    const auto length = text.starts_with("\r\n") ? std::size_t{2} : size;
    const auto bytes = text.substr(0, length);
    text.remove_prefix(length);
    return {value, bytes};
}

/// With leading zeros, so that it has `least` digits.
std::string digits(unsigned value, unsigned base, std::size_t least) {
    std::string out;
    for (; value != 0 || out.size() < least; value /= base) out.insert(out.begin(), "0123456789ABCDEF"[value % base]);
    return out;
}

std::string seen(const character& one) {
    if (one.value == '\t' || !is_unseen(one.value)) return std::string(one.bytes);
    return "<U+" + digits(static_cast<unsigned>(one.value), 16, 4) + ">";
}

/// The first `most` bytes of what is valid then, without half a character at the end.
std::string beginning(std::string_view text, std::size_t most) {
    if (text.size() > most) {
        std::size_t end = most;
        const auto in_character = [&] { return (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U; };
        while (end > 0 && most - end < 3 && in_character()) --end;
        text = text.substr(0, end);
    }
    return core::to_valid_utf8(text);
}

/// Where the comment that begins at `begin` ends, behind its "-->"; npos if it never does. "<!-->" is one, too.
std::size_t end_of_comment(std::string_view text, std::size_t begin) {
    const auto end = text.find(comment_end, begin + 2);
    return end == text.npos ? end : end + comment_end.size();
}

bool is_own(std::string_view comment) {
    comment.remove_prefix(comment_begin.size());
    const auto word = comment.find_first_not_of(" \t\r\n");
    return word != comment.npos && comment.substr(word).starts_with(own_mark);
}

/// The text with its HTML comments marked as such, and without Familiar's own.
std::string with_comments_shown(std::string_view text) {
    std::string out;
    for (;;) {
        const auto begin = text.find(comment_begin);
        out += text.substr(0, begin);
        if (begin == text.npos) return out;
        const auto end = end_of_comment(text, begin);
        const auto comment = text.substr(begin, end == text.npos ? end : end - begin);
        if (end == text.npos || !is_own(comment)) out.append("[HTML comment: ").append(comment).append("]");
        if (end == text.npos) return out;
        text.remove_prefix(end);
    }
}

/// Without the empty lines at both ends.
std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blank = " \t\r\n";
    const auto first = text.find_first_not_of(blank);
    if (first == text.npos) return {};
    const auto line = text.find_last_of("\r\n", first);
    const auto begin = line == text.npos ? 0 : line + 1;
    return text.substr(begin, text.find_last_not_of(blank) + 1 - begin);
}

bool is_plain(std::string_view valid) {
    while (!valid.empty()) {
        const auto one = next(valid);
        if (is_unseen(one.value) || one.value == '"' || one.value == '\\' || one.value == '`') return false;
    }
    return true;
}

std::string spelled(std::string_view name) {
    std::string out = "\"";
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\')
            out.append(1, '\\').append(1, c);
        else if (c == '\n')
            out += "\\n";
        else if (c == '\t')
            out += "\\t";
        else if (byte < 0x20 || byte > 0x7E || c == '`')
            out += '\\' + digits(byte, 8, 3);
        else
            out += c;
    }
    return out + '"';
}

}  // namespace

std::string as_quote(std::string_view text, std::size_t most) {
    const auto whole = with_comments_shown(text);
    const auto wanted = trimmed(whole);
    const auto valid = beginning(wanted, most);
    bool cut = wanted.size() > most;

    std::string out;
    bool at_margin = true;
    for (std::string_view rest = valid; !rest.empty();) {
        const auto one = next(rest);
        const bool ends = ends_a_line(one.value);
        const auto piece = ends ? std::string("\n") : seen(one);
        const std::string_view fence = !at_margin ? "" : ends ? ">" : "> ";
        // The bound is one of the result: a text of nothing but line ends becomes twice as long.
        if (out.size() + fence.size() + piece.size() > most) {
            cut = true;
            break;
        }
        out.append(fence).append(piece);
        at_margin = ends;
    }
    if (!at_margin) out += '\n';
    return cut ? out + "> [...]\n" : out;
}

std::string one_line(std::string_view text, std::size_t most) {
    const auto valid = beginning(text, most);
    std::string out;
    for (std::string_view rest = valid; !rest.empty();) {
        const auto one = next(rest);
        const auto piece = ends_a_line(one.value) || one.value == '\t' ? std::string(" ") : seen(one);
        if (out.size() + piece.size() > most) return out + "[...]";
        out += piece;
    }
    return text.size() > most ? out + "[...]" : out;
}

std::string as_words(std::string_view text) {
    auto line = one_line(text, most_in_a_line);
    std::ranges::replace(line, '`', '\'');
    return '`' + line + '`';
}

std::string as_name(std::string_view name, std::string_view suffix) {
    const auto kept = name.substr(0, most_in_a_line);
    const bool plain = core::to_valid_utf8(kept) == kept && is_plain(kept);
    auto shown = plain ? std::string(kept) : spelled(kept);
    if (kept.size() < name.size()) shown += "[...]";
    return '`' + shown.append(suffix) + '`';
}

std::string budget::quote(std::string_view text, std::size_t least) {
    auto shown = as_quote(text, std::clamp(left_, least, most_quoted));
    left_ -= std::min(left_, shown.size());
    return shown;
}

}  // namespace familiar::agent
