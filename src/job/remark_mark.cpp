#include "job/remark_mark.hpp"

#include "event/login.hpp"

#include <array>
#include <cstdint>

namespace familiar::job {

namespace {

constexpr std::string_view opening = "<!-- familiar:";
constexpr std::string_view closing = " -->";
constexpr std::string_view digits = "0123456789abcdef";

struct word {
    remark_mark::kind about;
    std::string_view text;
};
constexpr std::array words{word{remark_mark::kind::job, "job="}, word{remark_mark::kind::refusal, "refused="}};

constexpr bool is_plain(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_';
}

/// Everything but letters, digits, '.' and '_' as %XX: a hyphen could begin the end of the mark.
std::string escaped(std::string_view name) {
    std::string text;
    for (const char each : name) {
        const char c = event::lower(each);
        if (is_plain(c)) {
            text += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        text += '%';
        text += digits[byte >> 4U];
        text += digits[byte & 0x0FU];
    }
    return text;
}

std::optional<std::string> unescaped(std::string_view text) {
    std::string name;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (is_plain(text[at])) {
            name += text[at];
            continue;
        }
        if (text[at] != '%' || at + 2 >= text.size()) return std::nullopt;
        const auto high = digits.find(text[at + 1]);
        const auto low = digits.find(text[at + 2]);
        if (high == digits.npos || low == digits.npos) return std::nullopt;
        name += static_cast<char>(high * 16 + low);
        at += 2;
    }
    return name;
}

/// FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/), 64 bits in hexadecimal: it tells a few sentences apart.
std::string digest(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const char each : text) hash = (hash ^ static_cast<unsigned char>(each)) * 0x100000001b3U;
    std::string hex;
    for (unsigned shift = 64; shift > 0; shift -= 4) hex += digits[(hash >> (shift - 4)) & 0x0FU];
    return hex;
}

}  // namespace

remark_mark refusal_mark(const event::actor& sender, std::string_view said) {
    return {remark_mark::kind::refusal, sender.login + "/" + digest(said)};
}

std::string write_mark(const remark_mark& mark) {
    std::string line(opening);
    for (const auto& [about, text] : words)
        if (about == mark.about) line += text;
    return line.append(escaped(mark.name)).append(closing);
}

std::optional<remark_mark> read_mark(std::string_view comment) {
    auto line = comment.substr(0, comment.find('\n'));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.starts_with(opening) || !line.ends_with(closing) || line.size() < opening.size() + closing.size())
        return std::nullopt;
    line = line.substr(opening.size(), line.size() - opening.size() - closing.size());
    for (const auto& [about, text] : words) {
        if (!line.starts_with(text)) continue;
        auto name = unescaped(line.substr(text.size()));
        if (!name) return std::nullopt;
        return remark_mark{about, std::move(*name)};
    }
    return std::nullopt;
}

bool wrote(const provider::identity& own, const event::actor& author) {
    if (own.login.empty() || author.login.empty()) return false;
    if (event::same_login(own.login, author.login)) return true;
    const bool app = event::without_app_suffix(own.login).size() != own.login.size();
    return app && author.bot &&
           event::same_login(event::without_app_suffix(own.login), event::without_app_suffix(author.login));
}

}  // namespace familiar::job
