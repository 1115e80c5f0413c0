#include "provider/app_jwt.hpp"

#include "support/app_key.hpp"
#include "support/unit_test.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>

using namespace familiar;
using core::errc;
namespace json = boost::json;

namespace {

const auto noon = core::parse_time("2026-01-31T12:00:00.750Z").value();
constexpr std::int64_t noon_in_seconds = 1769860800;

/// A token, taken apart.
struct parts {
    explicit parts(const std::string& jwt)
        : signed_part(jwt.substr(0, jwt.rfind('.'))), signature(decoded(jwt.substr(jwt.rfind('.') + 1))) {
        const auto dot = signed_part.find('.');
        header = json::parse(decoded(signed_part.substr(0, dot)));
        claims = json::parse(decoded(signed_part.substr(dot + 1)));
    }

    static std::string decoded(std::string text) {
        std::ranges::replace(text, '-', '+');
        std::ranges::replace(text, '_', '/');
        return core::from_base64(text);
    }

    std::string signed_part;
    std::string signature;
    json::value header;
    json::value claims;
};

bool is_signed_by(const parts& token, const std::string& public_pem) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> text(
        BIO_new_mem_buf(public_pem.data(), static_cast<int>(public_pem.size())), &BIO_free);
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
        PEM_read_bio_PUBKEY(text.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> check(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    const auto bytes = [](const std::string& of) { return reinterpret_cast<const unsigned char*>(of.data()); };
    return EVP_DigestVerifyInit(check.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
           EVP_DigestVerify(check.get(), bytes(token.signature), token.signature.size(), bytes(token.signed_part),
                            token.signed_part.size()) == 1;
}

core::error failure_with(const std::string& key) {
    return provider::make_app_jwt("4711", core::secret(key), noon).error();
}

/// The first kind of PEM that GitHub hands out: PKCS#1, "BEGIN RSA PRIVATE KEY".
std::string as_pkcs1(const std::string& pem) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())),
                                                       &BIO_free);
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
        PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
    const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), &BIO_free);
    PEM_write_bio_PrivateKey_traditional(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    char* data = nullptr;
    const auto size = BIO_get_mem_data(out.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(app_jwt)

BOOST_AUTO_TEST_CASE(the_app_vouches_for_itself_for_nine_minutes_from_a_minute_ago) {
    const auto& key = test::app_key::rsa();
    const parts token(provider::make_app_jwt("4711", core::secret(key.private_pem), noon).value().reveal());
    BOOST_TEST(token.header.at("alg").as_string() == "RS256");
    BOOST_TEST(token.header.at("typ").as_string() == "JWT");
    BOOST_TEST(token.claims.at("iss").as_string() == "4711");
    BOOST_TEST(token.claims.at("iat").as_int64() == noon_in_seconds - 60);
    BOOST_TEST(token.claims.at("exp").as_int64() == noon_in_seconds + 540);
    BOOST_TEST(is_signed_by(token, key.public_pem));
}

BOOST_AUTO_TEST_CASE(the_signature_is_over_what_it_says) {
    const auto& key = test::app_key::rsa();
    parts token(provider::make_app_jwt("4711", core::secret(key.private_pem), noon).value().reveal());
    token.signed_part.back() = token.signed_part.back() == 'A' ? 'B' : 'A';
    BOOST_TEST(!is_signed_by(token, key.public_pem));
}

BOOST_AUTO_TEST_CASE(it_is_base_64_for_urls_without_padding) {
    const auto& key = test::app_key::rsa();
    const auto jwt = provider::make_app_jwt("4711", core::secret(key.private_pem), noon).value();
    BOOST_TEST(jwt.reveal().find_first_of("+/= \n") == std::string::npos);
    BOOST_TEST(std::ranges::count(jwt.reveal(), '.') == 2);
}

BOOST_AUTO_TEST_CASE(both_forms_of_a_key_are_read) {
    const auto& key = test::app_key::rsa();
    const auto old_form = as_pkcs1(key.private_pem);
    BOOST_TEST(old_form.starts_with("-----BEGIN RSA PRIVATE KEY-----"));
    const parts token(provider::make_app_jwt("4711", core::secret(old_form), noon).value().reveal());
    BOOST_TEST(is_signed_by(token, key.public_pem));
}

BOOST_AUTO_TEST_CASE(a_key_that_is_no_good_is_named_and_not_shown) {
    const auto& key = test::app_key::rsa();
    const std::vector<std::pair<std::string, std::string>> keys{
        {"", "cannot be read"},
        {"-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n", "cannot be read"},
        {key.private_pem.substr(0, key.private_pem.size() / 2), "cannot be read"},
        {key.public_pem, "cannot be read"},
        {test::app_key::encrypted(), "cannot be read"},
        {test::app_key::elliptic().private_pem, "is no RSA key"},
    };
    for (const auto& [pem, why] : keys) {
        const auto failure = failure_with(pem);
        BOOST_TEST(failure.code == make_error_code(errc::invalid));
        BOOST_TEST(failure.message.starts_with("providers.github.private_key " + why));
        if (pem.size() > 60) BOOST_TEST(failure.message.find(pem.substr(30, 20)) == std::string::npos);
    }
}

BOOST_AUTO_TEST_SUITE_END()
