#include "triage/glob.hpp"

#include "support/unit_test.hpp"

#include <ostream>

using familiar::triage::glob_match;

namespace {

struct row {
    std::string_view pattern;
    std::string_view path;
    bool matches;
};

std::ostream& operator<<(std::ostream& out, const row& value) {
    return out << value.pattern << " on " << value.path;
}

constexpr std::array<row, 39> rows{{{"acme/widgets", "acme/widgets", true},
                                    {"acme/widgets", "acme/widget", false},
                                    {"acme/widgets", "acme/widgetss", false},
                                    {"acme/widgets", "Acme/Widgets", true},
                                    {"ACME/*", "acme/widgets", true},
                                    {"acme/*", "acme/widgets", true},
                                    {"acme/*", "acme/platform/widgets", false},
                                    {"acme/*", "acme", false},
                                    {"acme/*", "acme/", true},
                                    {"acme/*", "evil/acme/widgets", false},
                                    {"acme*/*", "acme-labs/widgets", true},
                                    {"*/widgets", "acme/widgets", true},
                                    {"*/widgets", "acme/platform/widgets", false},
                                    {"*", "acme/widgets", false},
                                    {"**", "acme/widgets", true},
                                    {"**", "", true},
                                    {"*/*", "acme/widgets", true},
                                    {"*/*", "acme/platform/widgets", false},
                                    {"acme/**", "acme/widgets", true},
                                    {"acme/**", "acme/platform/widgets", true},
                                    {"acme/**", "acmes/widgets", false},
                                    {"acme/**/widgets", "acme/widgets", true},
                                    {"acme/**/widgets", "acme/a/b/widgets", true},
                                    {"acme/**/widgets", "acme/awidgets", false},
                                    {"acme/**/widgets", "acme/a/b/widgets/c", false},
                                    {"**/widgets", "widgets", true},
                                    {"**/widgets", "a/b/widgets", true},
                                    {"**/widgets", "a/b/xwidgets", false},
                                    {"a**/c", "a/b/c", true},
                                    {"a**/c", "ac", false},
                                    {"a**c", "a/b/c", true},
                                    {"acme/w*g*s", "acme/widgets", true},
                                    {"acme/w*g*x", "acme/widgets", false},
                                    {"acme/wid?ets", "acme/widgets", false},
                                    {"acme/wid[g]ets", "acme/widgets", false},
                                    {"acme/wid.ets", "acme/widgets", false},
                                    {"", "", true},
                                    {"", "acme/widgets", false},
                                    {"acme/widgets", "", false}}};

}  // namespace

BOOST_AUTO_TEST_SUITE(glob)

BOOST_DATA_TEST_CASE(a_pattern_matches_the_whole_path, boost::unit_test::data::make(rows), row) {
    BOOST_TEST(glob_match(row.pattern, row.path) == row.matches);
}

BOOST_AUTO_TEST_CASE(a_hostile_pattern_takes_no_time) {
    std::string pattern;
    for (int star = 0; star < 60; ++star) pattern += star % 2 == 0 ? "*a" : "**a";
    // Backtracking would try more ways than there are atoms.
    BOOST_TEST(!glob_match(pattern + "b", std::string(500, 'a')));
    BOOST_TEST(glob_match(pattern, std::string(500, 'a')));
}

BOOST_AUTO_TEST_SUITE_END()
