#include "app/terminal_text.hpp"

#include "support/unit_test.hpp"

#include <cstdlib>

using namespace familiar;

BOOST_AUTO_TEST_SUITE(terminal_text)

BOOST_AUTO_TEST_CASE(width_is_counted_in_columns) {
    BOOST_TEST(app::width_of("") == 0u);
    BOOST_TEST(app::width_of("abc") == 3u);
    BOOST_TEST(app::width_of("äö€…") == 4u);
    BOOST_TEST(app::width_of("漢字") == 4u);
    BOOST_TEST(app::width_of("한글 ａ") == 7u);
    BOOST_TEST(app::width_of("🎉") == 2u);
}

BOOST_AUTO_TEST_CASE(what_is_too_long_is_cut_with_a_mark) {
    BOOST_TEST(app::cut_end("abcdef", 6) == "abcdef");
    BOOST_TEST(app::cut_end("abcdef", 5) == "abcd…");
    BOOST_TEST(app::cut_end("abcdef", 1) == "…");
    BOOST_TEST(app::cut_end("abcdef", 0) == "");
    BOOST_TEST(app::cut_end("漢字漢字", 6) == "漢字…");
    BOOST_TEST(app::cut_middle("abcdefgh", 8) == "abcdefgh");
    BOOST_TEST(app::cut_middle("abcdefgh", 7) == "abc…fgh");
    BOOST_TEST(app::cut_middle("abcdefgh", 6) == "ab…fgh");
    BOOST_TEST(app::cut_middle("abcdefgh", 2) == "…h");
    BOOST_TEST(app::cut_middle("漢字漢字", 5) == "漢…字");
}

BOOST_AUTO_TEST_CASE(the_width_of_the_terminal_is_that_of_COLUMNS_if_it_is_a_number) {
    ::setenv("COLUMNS", "123", 1);
    BOOST_TEST(app::terminal_width() == 123u);
    for (const auto* nonsense : {"", "0", "-5", "wide", "80x"}) {
        ::setenv("COLUMNS", nonsense, 1);
        BOOST_TEST(app::terminal_width() != 0u);
    }
    ::unsetenv("COLUMNS");
}

BOOST_AUTO_TEST_SUITE_END()
