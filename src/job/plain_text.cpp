#include "job/plain_text.hpp"

#include "core/utf8.hpp"
#include "observe/redact.hpp"

#include <algorithm>
#include <array>

namespace familiar::job {

namespace {

constexpr std::string_view ellipsis = "…";
constexpr std::string_view invisible = "\u200b";
constexpr std::size_t shortest_fence = 3;

bool is_control(char c) noexcept {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7F;
}

/// Whole characters, lines that end with '\n' alone, no secret: before any cut, which could leave half of one.
std::string readable(std::string_view text) {
    auto clean = core::to_valid_utf8(observe::redacted(std::string(text)));
    std::erase_if(clean, is_control);
    return clean;
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
    for (auto at = text.find(what); at != text.npos; at = text.find(what, at + with.size()))
        text.replace(at, what.size(), with);
    return text;
}

std::string without_orders(std::string_view text) {
    std::string tame;
    bool at_beginning = true;
    for (const char c : text) {
        if (at_beginning && c == '/') tame += invisible;
        if (c == '\n')
            at_beginning = true;
        else if (c != ' ' && c != '\t')
            at_beginning = false;
        tame += c;
    }
    return tame;
}

std::size_t run_of(std::string_view text, char c) {
    return std::min(text.find_first_not_of(c), text.size());
}

/// What closes the fenced block that is open at the end (CommonMark 0.31, section 4.5); empty if none is.
std::string open_fence(std::string_view text) {
    char open = 0;
    std::size_t length = 0;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const auto indent = run_of(line, ' ');
        line.remove_prefix(indent);
        if (indent > 3 || line.empty() || (line[0] != '`' && line[0] != '~')) continue;
        const auto run = run_of(line, line[0]);
        if (run < shortest_fence) continue;
        const auto rest = line.substr(run);
        if (open == 0 && (line[0] == '~' || rest.find('`') == rest.npos)) {
            open = line[0];
            length = run;
        } else if (open == line[0] && run >= length && rest.find_first_not_of(" \t") == rest.npos) {
            open = 0;
        }
    }
    return open == 0 ? std::string() : std::string(length, open);
}

struct unit {
    std::chrono::milliseconds size;
    std::string_view word;
    std::string_view letters;
};
constexpr std::array units{unit{std::chrono::hours(24), "day", "d"}, unit{std::chrono::hours(1), "hour", "h"},
                           unit{std::chrono::minutes(1), "minute", "min"},
                           unit{std::chrono::seconds(1), "second", "s"}};

/// The two largest units that are in it, in either form.
std::string in_units(std::chrono::milliseconds duration, bool words) {
    std::string text;
    int parts = 0;
    for (const auto& [size, word, letters] : units) {
        const auto count = duration / size;
        duration %= size;
        if (count == 0 || parts == 2) continue;
        ++parts;
        if (!text.empty()) text += ' ';
        text.append(std::to_string(count)).append(" ").append(words ? word : letters);
        if (words && count != 1) text += 's';
    }
    return text.empty() ? "less than a second" : text;
}

}  // namespace

std::string cut(std::string text, std::size_t most) {
    if (text.size() <= most) return text;
    auto end = most - std::min(ellipsis.size(), most);
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    text.resize(end);
    return text.append(ellipsis);
}

std::string tamed(std::string_view markdown, std::size_t most) {
    auto text = without_orders(replaced(readable(markdown), "<!--", "&lt;!--"));
    text = cut(std::move(text), most);
    const auto first = text.find_first_not_of('\n');
    if (first == text.npos) return {};
    text.erase(0, first);
    text.erase(text.find_last_not_of(" \t\n") + 1);
    const auto fence = open_fence(text);
    return fence.empty() ? text : text + "\n" + fence;
}

std::string one_line(std::string_view text, std::size_t most) {
    auto line = replaced(readable(text), "<!--", "&lt;!--");
    std::ranges::replace(line, '\n', ' ');
    line.erase(0, std::min(line.find_first_not_of(" \t"), line.size()));
    line.erase(line.find_last_not_of(" \t") + 1);
    return without_orders(cut(std::move(line), most));
}

std::string fenced(std::string_view text, std::size_t most) {
    // No entities in code; and what stands before a cut is of less interest than the end.
    auto inside = without_orders(replaced(readable(text), "<!--", "<! --"));
    if (inside.size() > most) {
        auto begin = inside.size() - most;
        while (begin < inside.size() && (static_cast<unsigned char>(inside[begin]) & 0xC0U) == 0x80U) ++begin;
        inside.erase(0, begin).insert(0, ellipsis);
    }
    std::size_t longest = 0;
    for (std::size_t at = inside.find('`'); at != inside.npos; at = inside.find('`', at)) {
        const auto run = run_of(std::string_view(inside).substr(at), '`');
        longest = std::max(longest, run);
        at += run;
    }
    const std::string fence(std::max(shortest_fence, longest + 1), '`');
    return fence + "text\n" + inside + "\n" + fence;
}

std::string spelled(std::chrono::milliseconds duration) {
    return in_units(duration, true);
}

std::string short_form(std::chrono::milliseconds duration) {
    return in_units(duration, false);
}

}  // namespace familiar::job
