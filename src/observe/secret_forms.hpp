#pragma once

#include <cstddef>
#include <set>
#include <string>

namespace familiar::observe {

/// Shorter forms occur in ordinary text by chance.
constexpr std::size_t shortest_form = 6;

/// What a secret looks like in text: as it is, each long line of it, base 64 (also in the middle of other encoded
/// bytes, as in a Basic credential, and in the URL-safe alphabet), URL-encoded and JSON-escaped as the usual programs
/// do it. None is shorter than `shortest_form`; none at all of a secret that is.
std::set<std::string> forms_of(const std::string& secret);

}  // namespace familiar::observe
