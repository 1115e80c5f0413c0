#pragma once

#include "core/secret.hpp"

#include <string>

namespace familiar::observe {

/// From now on this secret appears in no log line, in none of these forms: as it is, each long line of it, base 64
/// (also in the middle of other encoded bytes, as in a Basic credential, and in the URL-safe alphabet), URL-encoded,
/// and JSON-escaped. Forms shorter than six characters are left alone: they would blank out ordinary text.
void redact(const core::secret& value);

/// `text` with every form of every registered secret replaced by "***". For everything that leaves the process and may
/// quote a child program: agent logs, errors of git and docker.
std::string redacted(std::string text);

}  // namespace familiar::observe
