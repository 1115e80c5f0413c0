#include "provider/app_jwt.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string_view>

namespace familiar::provider {

namespace json = boost::json;

namespace {

using bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using private_key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using digest_context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

constexpr std::chrono::seconds dated_back{60};
constexpr std::chrono::seconds good_for = std::chrono::minutes(9);

/// RFC 7515, section 2: the alphabet of URLs, without padding.
std::string to_base64url(std::string_view bytes) {
    auto text = core::to_base64(bytes);
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '_');
    text.erase(std::min(text.find('='), text.size()));
    return text;
}

/// Without it OpenSSL asks for the passphrase of an encrypted key at the terminal.
int no_passphrase(char*, int, int, void*) {
    return 0;
}

core::error unusable(const char* why) {
    ERR_clear_error();
    return core::fail(core::errc::invalid, std::string("providers.github.private_key ") + why +
                                               ": it must be the App's private key as GitHub hands it out, RSA in "
                                               "PEM form, without a passphrase");
}

core::result<private_key> read_key(const std::string& pem) {
    const bio text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
    private_key key(PEM_read_bio_PrivateKey(text.get(), nullptr, &no_passphrase, nullptr), &EVP_PKEY_free);
    if (!key) return unusable("cannot be read");
    if (EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA) return unusable("is no RSA key");
    return key;
}

/// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518, 3.3).
core::result<std::string> sign(EVP_PKEY* key, const std::string& text) {
    const digest_context context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    std::size_t size = 0;
    if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) != 1 ||
        EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()) != 1)
        return unusable("cannot sign");
    std::string signature(size, '\0');
    if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, bytes, text.size()) !=
        1)
        return unusable("cannot sign");
    signature.resize(size);
    return signature;
}

std::int64_t seconds_of(core::wall_time time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

}  // namespace

core::result<core::secret> make_app_jwt(const std::string& app_id, const core::secret& private_key,
                                        core::wall_time now) {
    const auto key = read_key(private_key.reveal());
    if (!key) return key.error();
    const json::object header{{"alg", "RS256"}, {"typ", "JWT"}};
    const json::object claims{
        {"iat", seconds_of(now - dated_back)}, {"exp", seconds_of(now + good_for)}, {"iss", app_id}};
    auto text = to_base64url(json::serialize(header)) + '.' + to_base64url(json::serialize(claims));
    const auto signature = sign(key->get(), text);
    if (!signature) return signature.error();
    return core::secret(text + '.' + to_base64url(*signature));
}

}  // namespace familiar::provider
