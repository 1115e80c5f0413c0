#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>
#include <string>

namespace familiar::test {

/// The key of a GitHub App, both halves as PEM.
struct app_key {
    std::string private_pem;
    std::string public_pem;

    /// RSA with 2048 bits, as GitHub makes them. The same for a whole run.
    static const app_key& rsa() {
        static const app_key key = of(EVP_RSA_gen(2048));
        return key;
    }

    /// One that is good for nothing at GitHub.
    static app_key elliptic() { return of(EVP_EC_gen("P-256")); }

    /// The RSA key under a passphrase.
    static std::string encrypted() {
        using bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
        const bio in(BIO_new_mem_buf(rsa().private_pem.data(), static_cast<int>(rsa().private_pem.size())), &BIO_free);
        const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
            PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
        const bio out(BIO_new(BIO_s_mem()), &BIO_free);
        std::string passphrase = "sesame";
        PEM_write_bio_PKCS8PrivateKey(out.get(), key.get(), EVP_aes_128_cbc(), passphrase.data(),
                                      static_cast<int>(passphrase.size()), nullptr, nullptr);
        return text_of(out.get());
    }

private:
    static app_key of(EVP_PKEY* made) {
        using bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
        const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(made, &EVP_PKEY_free);
        const bio secret(BIO_new(BIO_s_mem()), &BIO_free);
        const bio open(BIO_new(BIO_s_mem()), &BIO_free);
        PEM_write_bio_PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
        PEM_write_bio_PUBKEY(open.get(), key.get());
        return {.private_pem = text_of(secret.get()), .public_pem = text_of(open.get())};
    }

    static std::string text_of(BIO* from) {
        char* data = nullptr;
        const auto size = BIO_get_mem_data(from, &data);
        return {data, static_cast<std::size_t>(size)};
    }
};

}  // namespace familiar::test
