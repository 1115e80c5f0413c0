#include "agent/last_lines.hpp"

#include "core/secret.hpp"
#include "core/utf8.hpp"
#include "observe/redact.hpp"
#include "support/temporary_directory.hpp"
#include "support/unit_test.hpp"

#include <fstream>
#include <sys/stat.h>
#include <vector>

using namespace familiar;
using agent::last_lines;

namespace {

std::string numbered(int from, int to) {
    std::string text;
    for (int line = from; line <= to; ++line) text += "line " + std::to_string(line) + "\n";
    return text;
}

struct folder {
    std::optional<std::string> read(const std::string& content) {
        std::ofstream(place / "log", std::ios::binary | std::ios::trunc) << content;
        return agent::read_last_lines(place / "log");
    }
    test::temporary_directory place;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(last_lines_of_a_log)

BOOST_AUTO_TEST_CASE(are_at_most_20_and_the_newest) {
    auto expected = numbered(31, 50);
    expected.pop_back();
    BOOST_TEST(last_lines(numbered(1, 50)) == expected);
    BOOST_TEST(last_lines("one\ntwo") == "one\ntwo");
    BOOST_TEST(last_lines("one\n\ntwo\n") == "one\n\ntwo");
}

BOOST_AUTO_TEST_CASE(leave_out_blank_ones_at_either_end) {
    BOOST_TEST(last_lines("\n\n  one  \n \t\n\n") == "  one");
    for (const auto* nothing : {"", "\n", " \n\n \n", "\x1b[0m\n"}) BOOST_TEST(last_lines(nothing) == "");
}

BOOST_AUTO_TEST_CASE(are_at_most_2_KiB_in_whole_lines) {
    std::string text;
    for (int line = 0; line < 20; ++line) text += std::string(300, static_cast<char>('a' + line)) + "\n";
    const auto kept = last_lines(text);
    BOOST_TEST(kept.size() == 6 * 301u - 1);
    BOOST_TEST(kept.front() == 'o');
    BOOST_TEST(kept.back() == 't');
}

BOOST_AUTO_TEST_CASE(of_one_that_is_too_long_are_its_end) {
    const auto kept = last_lines("before\n" + std::string(9000, 'x') + "the end\n");
    BOOST_TEST(kept.size() == agent::most_last_bytes);
    BOOST_TEST(kept.starts_with("…x"));
    BOOST_TEST(kept.ends_with("xthe end"));

    std::string wide;
    for (int count = 0; count < 3000; ++count) wide += "€";
    for (const auto* end : {"", "a", "ab"}) {
        const auto cut = last_lines(wide + end);
        BOOST_TEST(cut.size() <= agent::most_last_bytes);
        BOOST_TEST(cut.starts_with("…€"));
        BOOST_TEST(core::to_valid_utf8(cut) == cut);
    }
}

BOOST_AUTO_TEST_CASE(have_nothing_in_them_that_a_terminal_acts_on) {
    const std::vector<std::pair<std::string, std::string>> table{
        {"\x1b[1;31mred\x1b[0m and \x1b[38:2::255:0:0mmore\x1b[K", "red and more"},
        {"\x1b]0;a title\a"
         "text \x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\",
         "text link"},
        {"\x1b]0;no end\nnext", "next"},
        {"\x1bPq#0;2\x1b\\drawn \x1b(Bplain \x1b"
         "7saved\x1b"
         "8",
         "drawn plain saved"},
        {"\xc2\x9b"
         "31mred \xc2\x9d"
         "0;title\xc2\x9ctext\xc2\x85",
         "red text"},
        {"\x1b", ""},
        {"text\x1b", "text"},
        {"text\x1b[", "text"},
        {"\x1b\nnext", "next"},
        {std::string("a\0b\x07"
                     "c\x08"
                     "d\x7f"
                     "e",
                     9),
         "abcde"},
        {"a\tb", "a b"},
        {"ab\u202ec\u2066d\u200ee\u2028f", "abcdef"},
        {"\xff\xfe"
         "bytes\xe2\x82",
         "\uFFFD\uFFFDbytes\uFFFD\uFFFD"},
        {"10%\r20%\r100%\r\ndone\r\r\n", "100%\ndone"},
        {"working...\r\x1b[Kready", "ready"},
    };
    for (const auto& [text, expected] : table) BOOST_TEST(last_lines(text) == expected);
}

BOOST_AUTO_TEST_CASE(show_no_secret_not_even_one_in_colours) {
    observe::redact(core::secret("hunter2-and-more"));
    BOOST_TEST(last_lines("password hunter2-and-more!\n") == "password ***!");
    BOOST_TEST(last_lines("hunter2\x1b[1m-and\x1b[0m-more\n") == "***");
    BOOST_TEST(last_lines("hunter2-and\r-more hunter2-and-more") == "-more ***");
}

BOOST_FIXTURE_TEST_CASE(are_read_from_the_end_of_its_file, folder) {
    BOOST_TEST(read("one\ntwo\n").value() == "one\ntwo");
    BOOST_TEST(read("").value() == "");

    auto expected = numbered(99'981, 100'000);
    expected.pop_back();
    BOOST_TEST(read(numbered(1, 100'000)).value() == expected);
}

BOOST_FIXTURE_TEST_CASE(are_whole_though_the_file_is_not_read_from_a_lines_beginning, folder) {
    const auto all_but_one = agent::last_lines_are_within - 6;
    BOOST_TEST(read("cut off" + std::string(all_but_one, ' ') + "\nwhole").value() == "whole");
    BOOST_TEST(read(std::string(20'000, 'x')).value().size() == agent::most_last_bytes);
    BOOST_TEST(read(std::string(20'000, 'x') + "\n").value().ends_with("xx"));
}

BOOST_FIXTURE_TEST_CASE(are_none_of_what_is_no_plain_file, folder) {
    BOOST_TEST(!agent::read_last_lines(place / "none").has_value());
    BOOST_TEST(!agent::read_last_lines(place.path()).has_value());
    BOOST_REQUIRE(::mkfifo((place / "fifo").c_str(), 0600) == 0);
    BOOST_TEST(!agent::read_last_lines(place / "fifo").has_value());
    read("secret");
    std::filesystem::create_symlink(place / "log", place / "link");
    BOOST_TEST(!agent::read_last_lines(place / "link").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
