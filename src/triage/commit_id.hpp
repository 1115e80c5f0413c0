#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace familiar::triage {

/// git's own abbreviation is seven digits at least, and a SHA-256 id has 64.
inline constexpr std::size_t shortest_commit_id = 7;
inline constexpr std::size_t longest_commit_id = 64;

/// Whether a text is a commit id, whole or shortened, in any case.
inline bool is_commit_id(std::string_view text) noexcept {
    return text.size() >= shortest_commit_id && text.size() <= longest_commit_id &&
           text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

}  // namespace familiar::triage
