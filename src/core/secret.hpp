#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

namespace familiar::core {

/// A value that never shows: streaming it prints "***". `reveal` is the one way to the text, so that a search for the
/// word finds every place where a secret leaves its box. The bytes are wiped on destruction.
class secret {
public:
    secret() = default;
    explicit secret(std::string value) : value_(std::move(value)) {}
    secret(const secret&) = default;
    secret(secret&&) noexcept = default;
    secret& operator=(const secret&) = default;
    secret& operator=(secret&&) noexcept = default;
    ~secret();

    bool empty() const noexcept { return value_.empty(); }
    const std::string& reveal() const noexcept { return value_; }

private:
    std::string value_;
};

std::ostream& operator<<(std::ostream& out, const secret&);

/// Compares in a time that depends on the lengths only. An empty expectation never matches.
bool matches(const secret& expected, std::string_view given) noexcept;

/// HMAC-SHA256 of `message` (RFC 2104), 32 raw bytes.
std::string hmac_sha256(std::string_view key, std::string_view message);

/// SHA-256 of `message` in lower-case hexadecimal.
std::string sha256_hex(std::string_view message);

/// Lower-case hexadecimal of raw bytes.
std::string to_hex(std::string_view bytes);

/// RFC 4648 base 64 with padding.
std::string to_base64(std::string_view bytes);

/// Raw bytes of RFC 4648 base 64, padded or not; empty if it is not base 64.
std::string from_base64(std::string_view text);

}  // namespace familiar::core
