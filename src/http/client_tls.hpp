#pragma once

#include "core/error.hpp"

#include <boost/asio/ssl/context.hpp>
#include <boost/system/error_code.hpp>

#include <filesystem>
#include <string>

/// Whom the client trusts.
namespace familiar::http {

/// TLS 1.2 at least, and the certificate authorities of `ca_file` (PEM), or the system's if it is empty (then OpenSSL's
/// variables SSL_CERT_FILE and SSL_CERT_DIR are heard). errc::invalid for a file with no certificate in it.
core::result<boost::asio::ssl::context> make_trust(const std::filesystem::path& ca_file);

/// Makes the connection ask for `host` and accept no certificate that is not for it, a name or an IP address. Call it
/// before the handshake. False if that is not possible.
bool expect_host(SSL* connection, const std::string& host, bool is_address);

/// Why a handshake failed. errc::refused for a certificate that is not trusted, in words that say what is wrong with
/// it and what to do, and for two sides that do not speak the same TLS; else as classify.hpp says.
core::error handshake_failure(SSL* connection, const std::string& peer, const std::filesystem::path& ca_file,
                              const boost::system::error_code& failed);

}  // namespace familiar::http
