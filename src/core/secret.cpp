#include "core/secret.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <array>
#include <ostream>

namespace familiar::core {

namespace {

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

std::string as_string(const unsigned char* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

}  // namespace

secret::~secret() {
    OPENSSL_cleanse(value_.data(), value_.size());
}

std::ostream& operator<<(std::ostream& out, const secret&) {
    return out << "***";
}

bool matches(const secret& expected, std::string_view given) noexcept {
    return !expected.empty() && expected.reveal().size() == given.size() &&
           CRYPTO_memcmp(expected.reveal().data(), given.data(), given.size()) == 0;
}

std::string hmac_sha256(std::string_view key, std::string_view message) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    unsigned int length = 0;
    const char* const key_bytes = key.empty() ? "" : key.data();  // OpenSSL takes a null key for none at all and fails
    HMAC(EVP_sha256(), key_bytes, int(key.size()), bytes_of(message), message.size(), digest.data(), &length);
    return as_string(digest.data(), length);
}

std::string sha256_hex(std::string_view message) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(bytes_of(message), message.size(), digest.data());
    return to_hex(as_string(digest.data(), digest.size()));
}

std::string to_hex(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const char byte : bytes) {
        text += digits[static_cast<unsigned char>(byte) >> 4];
        text += digits[static_cast<unsigned char>(byte) & 15];
    }
    return text;
}

std::string to_base64(std::string_view bytes) {
    std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
    const int length =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes_of(bytes), int(bytes.size()));
    text.resize(static_cast<std::size_t>(length));
    return text;
}

std::string from_base64(std::string_view text) {
    while (text.ends_with('=')) text.remove_suffix(1);
    // OpenSSL skips white space and takes '=' anywhere: what is left here has to be the alphabet alone.
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const auto used = text.size();
    if (used % 4 == 1 || text.find_first_not_of(alphabet) != std::string_view::npos) return {};
    std::string padded(text);
    padded.append((4 - used % 4) % 4, '=');
    std::string bytes(padded.size() / 4 * 3 + 1, '\0');
    const int length =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()), bytes_of(padded), int(padded.size()));
    if (length < 0) return {};
    bytes.resize(used * 3 / 4);
    return bytes;
}

}  // namespace familiar::core
