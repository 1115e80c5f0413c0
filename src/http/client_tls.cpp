#include "http/client_tls.hpp"

#include "http/classify.hpp"

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <array>

namespace ssl = boost::asio::ssl;

namespace familiar::http {

namespace {

/// ALPN's form of "http/1.1" (RFC 7301): a length and the name.
constexpr std::array<unsigned char, 9> only_http_1{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

std::string trust_hint(const std::filesystem::path& ca_file) {
    if (!ca_file.empty())
        return "if it is the right server, add the certificate of its authority to " + ca_file.string();
    return "if it is the right server, add the certificate of its authority to the system's, or name the file in "
           "ca_file or SSL_CERT_FILE";
}

std::string distrust(long verdict, const std::filesystem::path& ca_file) {
    switch (verdict) {
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return "it has expired; renew it there, or set this machine's clock";
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return "it is not valid yet; set this machine's clock, or that of the server";
        case X509_V_ERR_HOSTNAME_MISMATCH:
        case X509_V_ERR_IP_ADDRESS_MISMATCH:
            return "it is for another host; use a name that it was made for";
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
            return "it is self-signed; " + trust_hint(ca_file);
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
            return "its authority is not known here; " + trust_hint(ca_file);
        default:
            return ::X509_verify_cert_error_string(verdict);
    }
}

}  // namespace

core::result<ssl::context> make_trust(const std::filesystem::path& ca_file) {
    ssl::context trust(ssl::context::tls_client);
    auto* context = trust.native_handle();
    ::SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    ::SSL_CTX_set_alpn_protos(context, only_http_1.data(), only_http_1.size());
    trust.set_verify_mode(ssl::verify_peer);
    boost::system::error_code failed;
    if (ca_file.empty())
        trust.set_default_verify_paths(failed);
    else
        trust.load_verify_file(ca_file.string(), failed);
    if (failed)
        return core::fail(core::errc::invalid, "no certificates in " +
                                                   (ca_file.empty() ? "the system's store" : ca_file.string()) +
                                                   " (PEM is wanted): " + failed.message());
    return trust;
}

bool expect_host(SSL* connection, const std::string& host, bool is_address) {
    if (is_address) return ::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(connection), host.c_str()) == 1;
    ::SSL_set_hostflags(connection, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return ::SSL_set1_host(connection, host.c_str()) == 1 &&
           ::SSL_ctrl(connection, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                      const_cast<char*>(host.c_str())) == 1;
}

core::error handshake_failure(SSL* connection, const std::string& peer, const std::filesystem::path& ca_file,
                              const boost::system::error_code& failed) {
    const auto verdict = ::SSL_get_verify_result(connection);
    if (verdict == X509_V_OK) return classify("no TLS with " + peer, failed);
    return core::fail(core::errc::refused,
                      "the certificate of " + peer + " is not trusted: " + distrust(verdict, ca_file));
}

}  // namespace familiar::http
