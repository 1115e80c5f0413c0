#include "core/error.hpp"

#include "support/unit_test.hpp"

#include <boost/system/system_error.hpp>

using namespace familiar::core;

namespace {

result<int> halve(int number) {
    if (number % 2 != 0) return fail(errc::invalid, "cannot halve " + std::to_string(number));
    return number / 2;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(errors)

BOOST_AUTO_TEST_CASE(a_result_holds_a_value_or_a_code_with_a_sentence) {
    BOOST_TEST(halve(4).value() == 2);
    const auto failed = halve(3);
    BOOST_TEST(!failed);
    BOOST_TEST((failed.error().code == errc::invalid));
    BOOST_TEST(describe(failed.error()) == "cannot halve 3");
}

BOOST_AUTO_TEST_CASE(the_value_of_a_failure_throws_the_code_and_the_sentence) {
    const auto says_so = [](const boost::system::system_error& thrown) {
        return thrown.code() == errc::invalid && std::string_view(thrown.what()).find("cannot halve 3") == 0;
    };
    BOOST_CHECK_EXCEPTION(halve(3).value(), boost::system::system_error, says_so);
}

BOOST_AUTO_TEST_CASE(without_a_sentence_the_code_speaks) {
    BOOST_TEST(describe(fail(errc::image_missing, "")) == "image missing");
}

BOOST_AUTO_TEST_CASE(every_code_has_words_of_its_own) {
    std::vector<std::string> texts;
    for (int code = int(errc::timed_out); code <= int(errc::refused); ++code)
        texts.push_back(make_error_code(static_cast<errc>(code)).message());
    std::sort(texts.begin(), texts.end());
    BOOST_TEST((std::adjacent_find(texts.begin(), texts.end()) == texts.end()));
    BOOST_TEST(std::count(texts.begin(), texts.end(), "unknown error") == 0);
    BOOST_TEST(error_category().message(9999) == "unknown error");
    BOOST_TEST(std::string_view(error_category().name()) == "familiar");
}

BOOST_AUTO_TEST_CASE(only_what_passes_by_itself_is_transient) {
    for (const auto code :
         {errc::timed_out, errc::unavailable, errc::engine_unreachable, errc::forge_unreachable, errc::busy}) {
        BOOST_TEST(is_transient(fail(code, "")));
        BOOST_TEST(is_transient(code));
    }
    for (const auto code : {errc::image_missing, errc::authentication_failed, errc::invalid, errc::storage_full,
                            errc::newer_schema, errc::shutting_down})
        BOOST_TEST(!is_transient(fail(code, "")));
    const error foreign{boost::system::error_code(int(errc::busy), boost::system::system_category()), "", {}};
    BOOST_TEST(!is_transient(foreign));
}

BOOST_AUTO_TEST_SUITE_END()
