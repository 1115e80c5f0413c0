#pragma once

#include "support/temporary_directory.hpp"

#include <filesystem>
#include <memory>
#include <string>

struct ssl_ctx_st;

namespace familiar::test {

/// What a TLS server shows and speaks.
using tls_identity = std::shared_ptr<ssl_ctx_st>;

struct certificate_wish {
    std::string names = "DNS:localhost";  ///< as OpenSSL writes a subjectAltName: "DNS:a.example,IP:127.0.0.1"
    long from_now = -3600;                ///< seconds; when it begins to be valid
    long until = 3600;                    ///< and ends
    bool self_signed = false;
    bool only_tls_1_1 = false;
};

/// A certificate authority that lives for a test.
class certificate_authority {
public:
    certificate_authority();

    /// Its certificate, PEM.
    std::filesystem::path file() const { return folder_ / "ca.pem"; }

    tls_identity issue(const certificate_wish& wish = {}) const;

private:
    struct keys;
    temporary_directory folder_{};
    std::shared_ptr<keys> keys_;
};

}  // namespace familiar::test
