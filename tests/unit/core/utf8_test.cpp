#include "core/utf8.hpp"

#include "support/unit_test.hpp"

using familiar::core::to_valid_utf8;
using namespace std::string_view_literals;

namespace {

using pair = std::pair<std::string_view, std::string_view>;

#define R "\xEF\xBF\xBD"

constexpr std::array<pair, 12> broken{{{"\xFF", R},
                                       {"a\x80z", "a" R "z"},
                                       {"\xC0\x80", R R},
                                       {"\xC3", R},
                                       {"\xC3(", R "("},
                                       {"\xE2\x82", R R},
                                       {"\xE0\x80\x80", R R R},
                                       {"\xED\xA0\x80", R R R},
                                       {"\xF0\x9F\x8C", R R R},
                                       {"\xF0\x80\x80\x80", R R R R},
                                       {"\xF4\x90\x80\x80", R R R R},
                                       {"\xF8\x88\x80\x80\x80", R R R R R}}};

#undef R

}  // namespace

BOOST_AUTO_TEST_SUITE(utf8)

BOOST_AUTO_TEST_CASE(valid_text_stays_as_it_is) {
    constexpr auto text =
        "plain \0 caf\xC3\xA9 \xE2\x82\xAC \xED\x9F\xBF\xEE\x80\x80 \xF0\x9F\x8C\x80 \xF4\x8F\xBF\xBF"sv;
    BOOST_TEST(to_valid_utf8(text) == text);
    BOOST_TEST(to_valid_utf8("").empty());
}

BOOST_AUTO_TEST_CASE(every_stray_byte_becomes_the_replacement_character) {
    for (const auto& [bytes, text] : broken) BOOST_TEST(to_valid_utf8(bytes) == text);
}

BOOST_AUTO_TEST_CASE(a_stray_byte_is_found_anywhere_in_a_long_plain_text) {
    for (std::size_t place = 0; place <= 24; ++place) {
        const std::string before(place, 'a');
        const std::string after(24 - place, 'b');
        BOOST_TEST(to_valid_utf8(before + "\x80" + after) == before + "\xEF\xBF\xBD" + after);
        BOOST_TEST(to_valid_utf8(before + "\xC3\xA9" + after) == before + "\xC3\xA9" + after);
    }
}

BOOST_AUTO_TEST_SUITE_END()
