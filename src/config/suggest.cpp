#include "config/suggest.hpp"

#include <algorithm>
#include <vector>

namespace familiar::config {

namespace {

/// Names longer than this are compared with nothing: the effort grows with the square.
constexpr std::size_t longest_word = 64;

/// Capitals and dashes are spelling, not meaning: "maxAgents" and "max-agents" are near "max_agents".
std::string plain(std::string_view word) {
    std::string text;
    for (const char c : word) {
        if (c >= 'A' && c <= 'Z')
            text += static_cast<char>(c - 'A' + 'a');
        else if (c != '-' && c != '_')
            text += c;
    }
    return text;
}

}  // namespace

std::size_t edit_distance(std::string_view left, std::string_view right) {
    std::vector<std::size_t> before_last;
    std::vector<std::size_t> last(right.size() + 1);
    for (std::size_t column = 0; column <= right.size(); ++column) last[column] = column;
    for (std::size_t row = 1; row <= left.size(); ++row) {
        std::vector<std::size_t> current(right.size() + 1, row);
        for (std::size_t column = 1; column <= right.size(); ++column) {
            const bool same = left[row - 1] == right[column - 1];
            current[column] =
                std::min({last[column] + 1, current[column - 1] + 1, last[column - 1] + (same ? 0U : 1U)});
            const bool swapped =
                row > 1 && column > 1 && left[row - 1] == right[column - 2] && left[row - 2] == right[column - 1];
            if (swapped) current[column] = std::min(current[column], before_last[column - 2] + 1);
        }
        before_last = std::move(last);
        last = std::move(current);
    }
    return last.back();
}

std::string nearest(std::string_view word, const std::set<std::string>& words) {
    const auto wanted = plain(word);
    std::string best;
    auto best_distance = std::max<std::size_t>(1, wanted.size() / 3) + 1;
    if (wanted.size() > longest_word) return best;
    for (const auto& candidate : words) {
        const auto distance = edit_distance(wanted, plain(candidate));
        if (distance >= best_distance) continue;
        best = candidate;
        best_distance = distance;
    }
    return best;
}

}  // namespace familiar::config
