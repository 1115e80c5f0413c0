#include "core/secret.hpp"

#include "support/unit_test.hpp"

#include <sstream>

using namespace familiar::core;

BOOST_AUTO_TEST_SUITE(secrets)

BOOST_AUTO_TEST_CASE(a_secret_does_not_show) {
    std::ostringstream out;
    out << secret("hunter2");
    BOOST_TEST(out.str() == "***");
    BOOST_TEST(secret("hunter2").reveal() == "hunter2");
}

BOOST_AUTO_TEST_CASE(a_secret_matches_itself_and_nothing_else) {
    const secret expected("hunter2");
    BOOST_TEST(matches(expected, "hunter2"));
    BOOST_TEST(!matches(expected, "hunter3"));
    BOOST_TEST(!matches(expected, "hunter"));
    BOOST_TEST(!matches(expected, "hunter22"));
    BOOST_TEST(!matches(expected, ""));
    BOOST_TEST(!matches(expected, std::string_view("hunter2\0", 8)));
}

BOOST_AUTO_TEST_CASE(an_empty_secret_matches_nothing) {
    BOOST_TEST(secret().empty());
    BOOST_TEST(!matches(secret(), ""));
    BOOST_TEST(!matches(secret(), "anything"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(digests)

// RFC 4231, test cases 1, 2, 3 and 6 (a key longer than a block).
BOOST_AUTO_TEST_CASE(hmac_sha256_gives_the_vectors_of_rfc_4231) {
    BOOST_TEST(to_hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")) ==
               "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    BOOST_TEST(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")) ==
               "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    BOOST_TEST(to_hex(hmac_sha256(std::string(20, '\xaa'), std::string(50, '\xdd'))) ==
               "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
    BOOST_TEST(
        to_hex(hmac_sha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")) ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

BOOST_AUTO_TEST_CASE(an_empty_key_and_an_empty_message_have_a_digest) {
    BOOST_TEST(to_hex(hmac_sha256({}, {})) == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

// FIPS 180-2, appendix B.
BOOST_AUTO_TEST_CASE(sha256_gives_the_published_vectors) {
    BOOST_TEST(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    BOOST_TEST(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

BOOST_AUTO_TEST_CASE(hexadecimal_is_lower_case_and_covers_every_byte) {
    BOOST_TEST(to_hex(std::string_view("\x00\x0f\xa0\xff", 4)) == "000fa0ff");
    BOOST_TEST(to_hex("").empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(base64)

using pair = std::pair<std::string_view, std::string_view>;

// RFC 4648, section 10.
constexpr std::array<pair, 7> vectors{{{"", ""},
                                       {"f", "Zg=="},
                                       {"fo", "Zm8="},
                                       {"foo", "Zm9v"},
                                       {"foob", "Zm9vYg=="},
                                       {"fooba", "Zm9vYmE="},
                                       {"foobar", "Zm9vYmFy"}}};

BOOST_AUTO_TEST_CASE(it_gives_the_vectors_of_rfc_4648_both_ways) {
    for (const auto& [bytes, text] : vectors) {
        BOOST_TEST(to_base64(bytes) == text);
        BOOST_TEST(from_base64(text) == bytes);
        BOOST_TEST(from_base64(text.substr(0, text.find('='))) == bytes);
    }
}

BOOST_AUTO_TEST_CASE(every_byte_survives) {
    std::string bytes;
    for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
    BOOST_TEST(from_base64(to_base64(bytes)) == bytes);
}

constexpr std::array<std::string_view, 8> broken{
    "Z", "Zm9vY", "Zm9v!A==", "Zg==Zg==", "    Zm9v", "Zm9v\n", "Zm-_", "===="};

BOOST_DATA_TEST_CASE(what_is_no_base64_gives_nothing, boost::unit_test::data::make(broken), text) {
    BOOST_TEST(from_base64(text).empty());
}

BOOST_AUTO_TEST_SUITE_END()
