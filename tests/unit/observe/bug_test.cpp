#include "observe/bug.hpp"

#include "observe/log.hpp"
#include "support/unit_test.hpp"

#include <stdexcept>

using namespace familiar;

BOOST_AUTO_TEST_SUITE(a_bug)

BOOST_AUTO_TEST_CASE(is_logged_as_an_error_with_what_it_says) {
    const observe::log_capture log;
    observe::log_bug("in a test", std::make_exception_ptr(std::logic_error("two is three")));
    BOOST_TEST(log.contains("level=error"));
    BOOST_TEST(log.contains("msg=\"internal error in a test\""));
    BOOST_TEST(log.contains("reason=\"two is three\""));
}

BOOST_AUTO_TEST_CASE(is_logged_also_if_it_is_no_exception_of_the_library) {
    const observe::log_capture log;
    observe::log_bug("in a test", std::make_exception_ptr(7));
    BOOST_TEST(log.contains("unknown type"));
}

BOOST_AUTO_TEST_SUITE_END()
