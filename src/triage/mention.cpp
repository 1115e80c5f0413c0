#include "triage/mention.hpp"

#include "event/login.hpp"
#include "triage/markdown.hpp"

namespace familiar::triage {

namespace {

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// What stands before the @ must not make it an address, a path or another sign. Letters beyond ASCII may: languages
/// that put no space between words would have no mentions else.
bool may_begin_after(std::string_view before) {
    return before.empty() ||
           !(is_word(before.back()) || std::string_view("@/.-+").find(before.back()) != std::string_view::npos);
}

/// The name must not go on: "-", "." and "/" belong to a longer name if a word follows at once, and to the sentence if
/// not.
bool may_end_before(std::string_view after) {
    if (after.empty()) return true;
    if (is_word(after.front())) return false;
    const bool could_go_on = std::string_view("-./").find(after.front()) != std::string_view::npos;
    return !could_go_on || after.size() == 1 || !is_word(after[1]);
}

}  // namespace

std::size_t find_mention(std::string_view text, std::string_view name, std::size_t from) {
    if (name.empty()) return std::string_view::npos;
    for (auto at = text.find('@', from); at != std::string_view::npos; at = text.find('@', at + 1)) {
        const auto after = text.substr(at + 1);
        if (event::same_login(after.substr(0, name.size()), name) && may_begin_after(text.substr(0, at)) &&
            may_end_before(after.substr(name.size())))
            return at;
    }
    return std::string_view::npos;
}

bool mentions(std::string_view body, std::string_view bot_username) {
    const auto name = event::without_app_suffix(bot_username);
    return find_mention(body, name, 0) != std::string_view::npos &&
           find_mention(without_code(body), name, 0) != std::string_view::npos;
}

}  // namespace familiar::triage
