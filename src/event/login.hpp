#pragma once

#include "event/event.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

/// Names at the forges: ASCII, and the same in any case.
namespace familiar::event {

constexpr char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

inline bool same_login(std::string_view one, std::string_view other) noexcept {
    return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                      [](char a, char b) { return lower(a) == lower(b); });
}

/// Whether the list names this login. A ghost, which has none, is in no list.
inline bool names(const std::vector<std::string>& list, std::string_view login) {
    return !login.empty() &&
           std::any_of(list.begin(), list.end(), [login](const auto& name) { return same_login(name, login); });
}

/// The suffix of a GitHub App's login: the App "familiar" acts as "familiar[bot]".
inline constexpr std::string_view app_suffix = "[bot]";

inline std::string_view without_app_suffix(std::string_view login) noexcept {
    if (login.size() >= app_suffix.size() && same_login(login.substr(login.size() - app_suffix.size()), app_suffix))
        login.remove_suffix(app_suffix.size());
    return login;
}

inline bool is_bot(const actor& sender) noexcept {
    return sender.bot || without_app_suffix(sender.login).size() != sender.login.size();
}

}  // namespace familiar::event
