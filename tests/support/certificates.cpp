#include "support/certificates.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <stdexcept>

namespace familiar::test {

namespace {

using key_pair = std::shared_ptr<EVP_PKEY>;
using certificate = std::shared_ptr<X509>;

void check(bool done) {
    if (!done) throw std::runtime_error("OpenSSL makes no certificate");
}

key_pair make_key() {
    return {EVP_EC_gen("P-256"), &EVP_PKEY_free};
}

void extend(X509* what, int extension, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, what, what, nullptr, nullptr, 0);
    auto* made = X509V3_EXT_conf_nid(nullptr, &context, extension, value.c_str());
    check(made != nullptr && X509_add_ext(what, made, -1) == 1);
    X509_EXTENSION_free(made);
}

certificate blank(const char* name, long serial, EVP_PKEY* key, long from_now, long until) {
    certificate made(X509_new(), &X509_free);
    X509_set_version(made.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), serial);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), from_now);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), until);
    check(X509_set_pubkey(made.get(), key) == 1);
    return made;
}

}  // namespace

struct certificate_authority::keys {
    key_pair key = make_key();
    certificate own = blank("Familiar's test authority", 1, key.get(), -86400, 86400);
};

certificate_authority::certificate_authority() : keys_(std::make_shared<keys>()) {
    auto* own = keys_->own.get();
    X509_set_issuer_name(own, X509_get_subject_name(own));
    extend(own, NID_basic_constraints, "critical,CA:TRUE");
    check(X509_sign(own, keys_->key.get(), EVP_sha256()) > 0);
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> out(std::fopen(file().c_str(), "w"), &std::fclose);
    check(out && PEM_write_X509(out.get(), own) == 1);
}

tls_identity certificate_authority::issue(const certificate_wish& wish) const {
    const auto key = make_key();
    const auto shown = blank("a test server", 2, key.get(), wish.from_now, wish.until);
    const auto* issuer = wish.self_signed ? shown.get() : keys_->own.get();
    X509_set_issuer_name(shown.get(), X509_get_subject_name(issuer));
    extend(shown.get(), NID_subject_alt_name, wish.names);
    check(X509_sign(shown.get(), wish.self_signed ? key.get() : keys_->key.get(), EVP_sha256()) > 0);

    tls_identity identity(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
    check(SSL_CTX_use_certificate(identity.get(), shown.get()) == 1 &&
          SSL_CTX_use_PrivateKey(identity.get(), key.get()) == 1);
    if (wish.only_tls_1_1) {
        SSL_CTX_set_security_level(identity.get(), 0);
        check(SSL_CTX_set_min_proto_version(identity.get(), TLS1_VERSION) == 1 &&
              SSL_CTX_set_max_proto_version(identity.get(), TLS1_1_VERSION) == 1);
    }
    return identity;
}

}  // namespace familiar::test
