#include "observe/escape.hpp"

#include "support/unit_test.hpp"

#include <string>

using familiar::observe::escape_control;

BOOST_AUTO_TEST_SUITE(escaping)

namespace {

struct row {
    std::string text;
    std::string shown;
};

const std::vector<row> rows{
    {"", ""},
    {"plain text, with ~ and \\", "plain text, with ~ and \\"},
    {"gr\xc3\xbc\xc3\x9f \xe6\xbc\xa2 \xf0\x9f\x98\x80", "gr\xc3\xbc\xc3\x9f \xe6\xbc\xa2 \xf0\x9f\x98\x80"},
    {"a\nb\rc\td", "a\\nb\\rc\\td"},
    {std::string("\0\x01\x1f\x7f", 4), "\\x00\\x01\\x1f\\x7f"},
    {"\x1b[2J", "\\x1b[2J"},
    {"\xc2\x9b"
     "31m",
     "\\u009b31m"},  // CSI as one C1 character
    {"\xe2\x80\xae"
     "evil",
     "\\u202e"
     "evil"},  // right-to-left override
    {"\xe2\x81\xa6", "\\u2066"},
    {"\xe2\x80\xa8", "\\u2028"},
    {"\xff\xfe", "\\xff\\xfe"},
    {"\xc3", "\\xc3"},  // ends in the middle
    {"\xc3(", "\\xc3("},
    {"\xc0\xaf", "\\xc0\\xaf"},  // overlong
    {"\xe0\x80\xaf", "\\xe0\\x80\\xaf"},
    {"\xf0\x80\x80\xaf", "\\xf0\\x80\\x80\\xaf"},
    {"\xed\xa0\x80", "\\xed\\xa0\\x80"},           // a surrogate
    {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},  // above U+10FFFF
};

std::ostream& operator<<(std::ostream& out, const row& value) {
    return out << value.shown;
}

}  // namespace

BOOST_DATA_TEST_CASE(no_terminal_acts_on_what_is_shown, boost::unit_test::data::make(rows)) {
    BOOST_TEST(escape_control(sample.text) == sample.shown);
}

BOOST_AUTO_TEST_SUITE_END()
