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

BOOST_AUTO_TEST_CASE(a_log_cannot_act_on_the_terminal_that_shows_it) {
    struct row {
        std::string printed;
        std::string shown;
    };
    const std::vector<row> rows{
        {"plain\ttext\n", "plain\ttext\n"},
        {"grün 漢字 🎉", "grün 漢字 🎉"},
        {"\x1b[1;31mred\x1b[0m", "\x1b[1;31mred\x1b[0m\x1b[0m"},
        {"\x1b[mx", "\x1b[mx\x1b[0m"},
        {"\x1b[38:2:1:2:3mx", "\x1b[38:2:1:2:3mx\x1b[0m"},
        {"\x1b[2J\x1b[H", "\\x1b[2J\\x1b[H"},            // clears the screen
        {"\x1b]52;c;eA==\x07", "\\x1b]52;c;eA==\\x07"},  // writes to the clipboard
        {"\x1b]0;title\x1b\\", "\\x1b]0;title\\x1b\\"},  // the window's title
        {"\x1b[?1049h\x1b[6n\x1b"
         "c",
         "\\x1b[?1049h\\x1b[6n\\x1bc"},  // another screen, a question, a reset
        {"\x1b[31", "\\x1b[31"},
        {"\x1b", "\\x1b"},
        {"\x1b[" + std::string(100, '1') + "m", "\\x1b[" + std::string(100, '1') + "m"},
        {"one\r\ntwo\rthree\r", "one\ntwo\nthree\n"},
        {std::string("\0\x08\x7f", 3), "\\x00\\x08\\x7f"},
        {"\xc2\x9b"
         "2J\xe2\x80\xae\xff",
         "\\u009b2J\\u202e\\xff"},
        {"\xe2\x82", "\\xe2\\x82"},
    };
    for (const auto& [printed, shown] : rows)
        for (std::size_t size = 1; size <= printed.size(); ++size) {
            app::terminal_filter filter;
            std::string seen;
            for (std::size_t at = 0; at < printed.size(); at += size)
                seen += filter.feed(std::string_view(printed).substr(at, size));
            BOOST_TEST(seen + filter.finish() == shown);
        }
}

BOOST_AUTO_TEST_CASE(a_log_is_shown_at_once_but_for_what_is_not_complete) {
    app::terminal_filter filter;
    BOOST_TEST(filter.feed("50 %\x1b[3") == "50 %");
    BOOST_TEST(filter.feed("1mx") == "\x1b[31mx");
    BOOST_TEST(filter.feed("\xe2\x82") == "");
    BOOST_TEST(filter.feed("\xac") == "€");
    BOOST_TEST(filter.finish() == "\x1b[0m");
    BOOST_TEST(filter.finish() == "");
}

BOOST_AUTO_TEST_SUITE_END()
