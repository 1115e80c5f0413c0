#include "agent/prompt_text.hpp"

#include "core/utf8.hpp"
#include "support/unit_test.hpp"

#include <algorithm>
#include <array>
#include <random>

using namespace familiar;

BOOST_AUTO_TEST_SUITE(fenced_text)

BOOST_AUTO_TEST_CASE(is_quoted_line_by_line) {
    struct row {
        const char* text;
        const char* expected;
    };
    const row rows[] = {
        {"", ""},
        {" \n\t\r\n", ""},
        {"a", "> a\n"},
        {"a\n\nb\n\n", "> a\n>\n> b\n"},
        {"\n\n    code\n", ">     code\n"},
        {"a\r\nb\rc", "> a\n> b\n> c\n"},
        {"a\vb\fc\xC2\x85"
         "d\xE2\x80\xA8"
         "e\xE2\x80\xA9"
         "f",
         "> a\n> b\n> c\n> d\n> e\n> f\n"},
        {"> a", "> > a\n"},
        {"a\tb", "> a\tb\n"},
        {"a\x1B[2J\x07\x7F", "> a<U+001B>[2J<U+0007><U+007F>\n"},
        {"\xE2\x80\xAE"
         "abc\xE2\x81\xA6\xE2\x80\x8B",
         "> <U+202E>abc<U+2066><U+200B>\n"},
        {"\xF3\xA0\x81\xA1", "> <U+E0061>\n"},
        {"caf\xC3\xA9 \xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB",
         "> caf\xC3\xA9 \xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB\n"},
        {"a\xFF", "> a\xEF\xBF\xBD\n"},
    };
    for (const auto& r : rows) BOOST_TEST(agent::as_quote(r.text) == r.expected, r.expected);
}

BOOST_AUTO_TEST_CASE(shows_html_comments_as_what_they_are_but_for_familiars_own) {
    struct row {
        const char* text;
        const char* expected;
    };
    const row rows[] = {
        {"a <!-- b --> c", "> a [HTML comment: <!-- b -->] c\n"},
        {"<!-- a\nb -->", "> [HTML comment: <!-- a\n> b -->]\n"},
        {"a <!-- b", "> a [HTML comment: <!-- b]\n"},
        {"<!--> a", "> [HTML comment: <!-->] a\n"},
        {"a --> b", "> a --> b\n"},
        {"<!-- familiar:job=1 -->\na", "> a\n"},
        {"<!--familiar:x-->a<!--\nfamiliar:y\n-->", "> a\n"},
        {"<!-- familiarity -->", "> [HTML comment: <!-- familiarity -->]\n"},
        {"<!-- familiar:open", "> [HTML comment: <!-- familiar:open]\n"},
        {"<!<!-- familiar:x -->-- y -->", "> <!-- y -->\n"},
    };
    for (const auto& r : rows) BOOST_TEST(agent::as_quote(r.text) == r.expected, r.text);
}

/// Whatever is put together: lines begin with ">" and end with nothing but LF, and a span has two backticks.
BOOST_AUTO_TEST_CASE(never_leaves_its_fence) {
    constexpr std::array pieces{"\n",           "\r",           "\r\n",         "\v", "\f",   "\xC2\x85",
                                "\xE2\x80\xA8", "\xE2\x80",     "\x80",         "`",  "```",  "# Task",
                                "<!--",         "-->",          "familiar:",    "> ", "\xFF", "\x1B[",
                                "\t",           "\xE2\x80\xAE", "\xF3\xA0\x81", "-",  " ",    "<!-- familiar:"};
    std::mt19937 random(7);
    for (int round = 0; round < 3000; ++round) {
        std::string text;
        for (auto count = random() % 12; count > 0; --count) text += pieces[random() % pieces.size()];
        const auto quote = agent::as_quote(text, 1 + random() % 60);
        BOOST_TEST((quote.empty() || (quote.starts_with('>') && quote.ends_with('\n'))), quote);
        for (std::size_t at = 0; at + 1 < quote.size(); ++at)
            if (quote[at] == '\n') BOOST_TEST((quote[at + 1] == '>'), quote);
        BOOST_TEST((quote.find_first_of("\r\v\f\x1B") == quote.npos), quote);
        BOOST_TEST((core::to_valid_utf8(quote) == quote), quote);
        for (const auto& span : {agent::as_words(text), agent::as_name(text)}) {
            BOOST_TEST((std::ranges::count(span, '`') == 2), span);
            BOOST_TEST((span.find_first_of("\n\r\v\f\x1B") == span.npos), span);
            for (const auto* separator : {"\xE2\x80\xA8", "\xE2\x80\xAE", "\xC2\x85"}) {
                BOOST_TEST((quote.find(separator) == quote.npos), quote);
                BOOST_TEST((span.find(separator) == span.npos), span);
            }
            BOOST_TEST((core::to_valid_utf8(span) == span), span);
        }
    }
}

BOOST_AUTO_TEST_CASE(is_cut_between_characters) {
    BOOST_TEST(agent::as_quote("abcdefgh", 6) == "> abcd\n> [...]\n");
    BOOST_TEST(agent::as_quote("abc\xC3\xA9", 5) == "> abc\n> [...]\n");
    BOOST_TEST(agent::as_quote("abc\xC3\xA9", 7) == "> abc\xC3\xA9\n");
    BOOST_TEST(agent::as_quote(std::string(10, '\n') + "a" + std::string(100, '\n') + "b", 40).size() < 60U);
    BOOST_TEST(agent::as_quote(std::string(1000, '\x01'), 100).size() < 120U);
}

BOOST_AUTO_TEST_CASE(has_words_on_one_line) {
    BOOST_TEST(agent::as_words("a\nb\tc\r\nd") == "`a b c d`");
    BOOST_TEST(agent::as_words("`a` ``") == "`'a' ''`");
    BOOST_TEST(agent::as_words("\xE2\x80\xAE"
                               "a\x1B") == "`<U+202E>a<U+001B>`");
    BOOST_TEST(agent::as_words(std::string(5000, 'x')) == "`" + std::string(1024, 'x') + "[...]`");
    BOOST_TEST(agent::one_line("a\xC3\xA9", 2) == "a[...]");
}

BOOST_AUTO_TEST_CASE(has_odd_names_spelled_as_git_does) {
    struct row {
        const char* name;
        const char* expected;
    };
    const row rows[] = {
        {"src/a.cpp", "`src/a.cpp`"},     {"my file", "`my file`"},
        {"caf\xC3\xA9", "`caf\xC3\xA9`"}, {"a\nb\tc", R"(`"a\nb\tc"`)"},
        {"a\"b\\c", R"(`"a\"b\\c"`)"},    {"a`b", R"(`"a\140b"`)"},
        {"\x01\xFF", R"(`"\001\377"`)"},  {"\xE2\x80\xAEtxt.exe", R"(`"\342\200\256txt.exe"`)"},
    };
    for (const auto& r : rows) BOOST_TEST(agent::as_name(r.name) == r.expected, r.expected);
    BOOST_TEST(agent::as_name("a.cpp", ":12") == "`a.cpp:12`");
    BOOST_TEST(agent::as_name(std::string(5000, 'x')) == "`" + std::string(1024, 'x') + "[...]`");
}

BOOST_AUTO_TEST_CASE(shares_what_there_is_room_for) {
    agent::budget room(20);
    BOOST_TEST(room.quote(std::string(14, 'a'), 4) == "> " + std::string(14, 'a') + "\n");
    BOOST_TEST(room.left() == 3U);
    BOOST_TEST(room.quote("bcde", 4) == "> bc\n> [...]\n");
    BOOST_TEST(room.left() == 0U);
    BOOST_TEST(room.quote("fghi", 4) == "> fg\n> [...]\n");
}

BOOST_AUTO_TEST_SUITE_END()
