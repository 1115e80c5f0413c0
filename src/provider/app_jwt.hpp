#pragma once

#include "core/error.hpp"
#include "core/secret.hpp"
#include "core/time.hpp"

#include <string>

namespace familiar::provider {

/// What a GitHub App shows in place of a token: a JSON Web Token signed with its private key (RFC 7519, RS256; GitHub
/// docs: "Generating a JSON Web Token (JWT) for a GitHub App"). It is dated a minute back, for clocks that differ, and
/// good for nine minutes; GitHub takes ten at most.
///
/// `private_key` is PEM, PKCS#1 or PKCS#8. errc::invalid, which names the key in the configuration, for one that is no
/// RSA key, is encrypted, or cannot be read. Pure.
core::result<core::secret> make_app_jwt(const std::string& app_id, const core::secret& private_key,
                                        core::wall_time now);

}  // namespace familiar::provider
