#include "observe/redact.hpp"

#include "support/unit_test.hpp"

using namespace familiar;
using observe::redacted;

namespace {

struct with_secrets {
    with_secrets() {
        observe::redact(core::secret("s3cr/t+value?"));
        observe::redact(core::secret("quo\"ted\\secret"));
        observe::redact(core::secret("-----BEGIN KEY-----\nAAAABBBBCCCCDDDDEEEE\nshort\n-----END KEY-----\n"));
        observe::redact(core::secret("abc"));
        observe::redact(core::secret("prefix-secret"));
        observe::redact(core::secret("prefix-secret-and-more"));
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(redaction, with_secrets)

BOOST_AUTO_TEST_CASE(a_secret_is_replaced_wherever_it_stands_and_however_often) {
    BOOST_TEST(redacted("s3cr/t+value? and xs3cr/t+value?x") == "*** and x***x");
}

BOOST_AUTO_TEST_CASE(text_without_a_secret_stays_as_it_is) {
    BOOST_TEST(redacted("s3cr/t+valu and nothing") == "s3cr/t+valu and nothing");
    BOOST_TEST(redacted("").empty());
}

BOOST_AUTO_TEST_CASE(the_url_encoded_form_is_known_in_both_cases) {
    BOOST_TEST(redacted("?token=s3cr%2Ft%2Bvalue%3F&x") == "?token=***&x");
    BOOST_TEST(redacted("?token=s3cr%2ft%2bvalue%3f&x") == "?token=***&x");
}

BOOST_AUTO_TEST_CASE(the_json_escaped_form_is_known) {
    BOOST_TEST(redacted(R"({"token":"quo\"ted\\secret"})") == R"({"token":"***"})");
}

BOOST_AUTO_TEST_CASE(a_basic_credential_does_not_show_the_secret_at_any_alignment) {
    for (const auto* user : {"", "x", "ab", "x-access-token", "oauth2"}) {
        const auto credential = core::to_base64(std::string(user) + ":s3cr/t+value?");
        const auto shown = redacted("Authorization: Basic " + credential);
        BOOST_TEST_INFO(shown);
        BOOST_TEST(shown.find("***") != std::string::npos);
        // What is left of the secret is less than one of its characters on each side.
        const auto left = shown.substr(shown.find("***") + 3);
        BOOST_TEST(left.size() <= 4);
    }
}

BOOST_AUTO_TEST_CASE(the_url_safe_base_64_form_is_known) {
    auto encoded = core::to_base64("s3cr/t+value?");
    for (auto& character : encoded) character = character == '+' ? '-' : character == '/' ? '_' : character;
    BOOST_TEST(redacted(encoded).starts_with("***"));
}

BOOST_AUTO_TEST_CASE(a_long_line_of_a_key_is_a_secret_and_a_short_one_is_not) {
    BOOST_TEST(redacted("AAAABBBBCCCCDDDDEEEE") == "***");
    BOOST_TEST(redacted("short -----BEGIN KEY-----") == "short -----BEGIN KEY-----");
}

BOOST_AUTO_TEST_CASE(a_very_short_secret_does_not_blank_out_ordinary_text) {
    BOOST_TEST(redacted("abc") == "abc");
}

BOOST_AUTO_TEST_CASE(a_secret_that_begins_with_another_one_leaves_no_rest) {
    BOOST_TEST(redacted("prefix-secret-and-more prefix-secret") == "*** ***");
}

BOOST_AUTO_TEST_SUITE_END()
