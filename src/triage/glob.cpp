#include "triage/glob.hpp"

#include "event/login.hpp"

#include <cstddef>
#include <vector>

namespace familiar::triage {

namespace {

/// For every length of a prefix of the path, whether the part of the pattern read so far matches that prefix.
using matched = std::vector<bool>;

void extend_by_literal(matched& prefixes, std::string_view path, char wanted) {
    for (std::size_t length = path.size(); length > 0; --length)
        prefixes[length] = prefixes[length - 1] && event::lower(path[length - 1]) == event::lower(wanted);
    prefixes[0] = false;
}

/// Every prefix that a shorter matched one reaches over characters that the star may swallow.
void extend_by_star(matched& prefixes, std::string_view path, bool over_slashes) {
    for (std::size_t length = 1; length <= path.size(); ++length)
        if (prefixes[length - 1] && (over_slashes || path[length - 1] != '/')) prefixes[length] = true;
}

/// A segment `**` with its slash: absent, or anything that ends in a slash.
void extend_by_segments(matched& prefixes, std::string_view path) {
    bool begun = false;
    for (std::size_t length = 0; length <= path.size(); ++length) {
        const bool here = prefixes[length];
        if (begun && path[length - 1] == '/') prefixes[length] = true;
        begun = begun || here;
    }
}

}  // namespace

bool glob_match(std::string_view pattern, std::string_view path) {
    matched prefixes(path.size() + 1, false);
    prefixes[0] = true;
    bool at_segment_start = true;
    while (!pattern.empty()) {
        std::size_t taken = 1;
        if (at_segment_start && pattern.starts_with("**/")) {
            taken = 3;
            extend_by_segments(prefixes, path);
        } else if (pattern.starts_with("**")) {
            taken = 2;
            extend_by_star(prefixes, path, true);
        } else if (pattern.starts_with('*')) {
            extend_by_star(prefixes, path, false);
        } else {
            extend_by_literal(prefixes, path, pattern.front());
        }
        at_segment_start = pattern[taken - 1] == '/';
        pattern.remove_prefix(taken);
    }
    return prefixes[path.size()];
}

}  // namespace familiar::triage
