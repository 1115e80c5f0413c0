#include "core/digits.hpp"

#include "support/unit_test.hpp"

#include <cstdint>
#include <limits>

using namespace familiar;

namespace {

std::string shown(std::unsigned_integral auto number, std::size_t width) {
    std::string text = "x";
    core::append_digits(text, number, width);
    return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(digits)

BOOST_AUTO_TEST_CASE(a_number_has_at_least_its_width) {
    BOOST_TEST(shown(0u, 2) == "x00");
    BOOST_TEST(shown(7u, 3) == "x007");
    BOOST_TEST(shown(42u, 2) == "x42");
    BOOST_TEST(shown(0u, 0) == "x");
}

BOOST_AUTO_TEST_CASE(what_is_wider_is_shown_whole) {
    BOOST_TEST(shown(12345u, 4) == "x12345");
    BOOST_TEST(shown(std::numeric_limits<std::uint64_t>::max(), 1) == "x18446744073709551615");
}

BOOST_AUTO_TEST_SUITE_END()
