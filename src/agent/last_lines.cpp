#include "agent/last_lines.hpp"

#include "core/utf8.hpp"
#include "observe/redact.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace familiar::agent {

namespace {

bool is_between(char one, unsigned char least, unsigned char most) {
    const auto byte = static_cast<unsigned char>(one);
    return byte >= least && byte <= most;
}

std::size_t skip_while_between(std::string_view text, std::size_t at, unsigned char least, unsigned char most) {
    while (at < text.size() && is_between(text[at], least, most)) ++at;
    return at;
}

/// The end of a string that BEL or the string terminator closes; one that is not closed ends with its line.
std::size_t end_of_string(std::string_view text, std::size_t at) {
    for (; at < text.size() && text[at] != '\n'; ++at) {
        if (text[at] == '\a') return at + 1;
        const auto two = text.substr(at, 2);
        if (two == "\x1b\\" || two == "\xc2\x9c") return at + 2;
    }
    return at;
}

/// The length of the terminal sequence (ECMA-48, 5.3 to 5.6) that a text begins with, in its form of seven bits (ESC)
/// or eight (C1); 0 if it begins with none.
std::size_t sequence_size(std::string_view text) {
    char kind = 0;
    if (text.starts_with('\x1b')) {
        if (text.size() < 2 || !is_between(text[1], 0x20, 0x7e)) return 1;
        kind = text[1];
    } else if (text.starts_with('\xc2') && is_between(text[1], 0x80, 0x9f)) {
        kind = static_cast<char>(static_cast<unsigned char>(text[1]) - 0x40);
    } else {
        return 0;
    }
    if (kind == '[') {
        const auto last = skip_while_between(text, 2, 0x20, 0x3f);
        return skip_while_between(text.substr(0, last + 1), last, 0x40, 0x7e);
    }
    if (std::string_view("]PX^_").find(kind) != std::string_view::npos) return end_of_string(text, 2);
    if (!is_between(kind, 0x20, 0x2f)) return 2;
    const auto last = skip_while_between(text, 2, 0x20, 0x2f);
    return skip_while_between(text.substr(0, last + 1), last, 0x30, 0x7e);
}

/// The character that a text in valid UTF-8 begins with.
std::string_view first_character(std::string_view text) {
    std::size_t size = 1;
    while (size < text.size() && is_between(text[size], 0x80, 0xbf)) ++size;
    return text.substr(0, size);
}

/// C0 and DEL; line separators and what changes the direction of writing.
bool is_control(std::string_view character) {
    if (character.size() == 1) return is_between(character[0], 0, 0x1f) || character[0] == '\x7f';
    return character == "\u061c" || character == "\u200e" || character == "\u200f" ||
           (character >= "\u2028" && character <= "\u202e") || (character >= "\u2066" && character <= "\u2069");
}

/// What a terminal would show of it, in lines; `text` is valid UTF-8.
std::string as_shown(std::string_view text) {
    std::string shown;
    std::size_t line = 0;
    bool overwrites = false;
    while (!text.empty()) {
        if (const auto size = sequence_size(text); size != 0) {
            text.remove_prefix(size);
            continue;
        }
        const auto one = first_character(text);
        text.remove_prefix(one.size());
        if (one == "\n") {
            shown += one;
            line = shown.size();
            overwrites = false;
        } else if (one == "\r") {
            overwrites = true;
        } else if (one == "\t" || !is_control(one)) {
            if (overwrites) shown.resize(line);
            overwrites = false;
            shown += one == "\t" ? " " : one;
        }
    }
    return shown;
}

/// The last line of a text, which is taken off it.
std::string_view take_last(std::string_view& text) {
    const auto begin = text.rfind('\n') + 1;  // npos + 1 is 0
    auto line = text.substr(begin);
    text = text.substr(0, begin == 0 ? 0 : begin - 1);
    return line.substr(0, line.find_last_not_of(' ') + 1);
}

/// The end of a line that is too long.
std::string shortened(std::string_view line) {
    constexpr std::string_view mark = "…";
    auto rest = line.substr(line.size() - (most_last_bytes - mark.size()));
    while (!rest.empty() && is_between(rest.front(), 0x80, 0xbf)) rest.remove_prefix(1);
    return std::string(mark) + std::string(rest);
}

}  // namespace

std::string last_lines(std::string_view tail) {
    const auto shown = observe::redacted(as_shown(core::to_valid_utf8(tail)));
    std::string_view rest = shown;
    std::string kept;
    for (std::size_t count = 0; count < most_last_lines && !rest.empty();) {
        const auto line = take_last(rest);
        if (kept.empty() && line.empty()) continue;
        if (kept.empty()) {
            kept = line.size() > most_last_bytes ? shortened(line) : std::string(line);
        } else {
            if (line.size() + 1 + kept.size() > most_last_bytes) break;
            kept = std::string(line) + "\n" + kept;
        }
        ++count;
    }
    kept.erase(0, std::min(kept.find_first_not_of('\n'), kept.size()));
    return kept;
}

std::optional<std::string> read_last_lines(const std::filesystem::path& log) {
    const int file = ::open(log.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0) return std::nullopt;
    std::optional<std::string> tail;
    struct stat what{};
    if (::fstat(file, &what) == 0 && S_ISREG(what.st_mode)) {
        const auto size = static_cast<std::uint64_t>(what.st_size);
        const auto begin = size - std::min<std::uint64_t>(size, last_lines_are_within);
        std::string text(size - begin, '\0');
        const auto count = ::pread(file, text.data(), text.size(), static_cast<off_t>(begin));
        if (count >= 0) {
            text.resize(static_cast<std::size_t>(count));
            // The line that the cut falls in may begin with the rest of anything, unless it is all there is.
            const auto newline = text.find('\n');
            if (begin != 0 && newline != std::string::npos && newline + 1 != text.size()) text.erase(0, newline + 1);
            tail = std::move(text);
        }
    }
    ::close(file);
    if (!tail) return std::nullopt;
    return last_lines(*tail);
}

}  // namespace familiar::agent
