#include "git/tree_listing.hpp"

#include <algorithm>

namespace familiar::git {

namespace {

/// Cuts off and returns what stands before the separator; all of it if there is none.
std::string_view next(std::string_view& text, char separator) {
    const auto end = std::min(text.find(separator), text.size());
    const auto part = text.substr(0, end);
    text.remove_prefix(std::min(text.size(), end + 1));
    return part;
}

/// A side of a difference that is not there: git writes zeros.
std::string_view unless_zeros(std::string_view number) {
    return number.find_first_not_of('0') == number.npos ? std::string_view{} : number;
}

}  // namespace

std::vector<tree_entry> read_tree_listing(std::string_view text) {
    std::vector<tree_entry> entries;
    while (!text.empty()) {
        auto line = next(text, '\0');
        tree_entry entry;
        entry.mode = next(line, ' ');
        next(line, ' ');  // the type, which the mode says, too
        auto details = next(line, '\t');
        entry.object = next(details, ' ');
        entry.path = line;
        entries.push_back(entry);
    }
    return entries;
}

std::vector<tree_difference> read_tree_differences(std::string_view text) {
    std::vector<tree_difference> differences;
    while (!text.empty()) {
        auto line = next(text, '\0');
        if (line.starts_with(':')) line.remove_prefix(1);
        tree_difference one;
        one.old_mode = unless_zeros(next(line, ' '));
        one.new_mode = unless_zeros(next(line, ' '));
        one.old_object = unless_zeros(next(line, ' '));
        one.new_object = unless_zeros(next(line, ' '));
        one.path = next(text, '\0');
        differences.push_back(one);
    }
    return differences;
}

}  // namespace familiar::git
