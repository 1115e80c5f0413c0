#pragma once

#include "core/error.hpp"
#include "event/fields.hpp"
#include "webhook/selection.hpp"
#include "webhook/webhook.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

/// What the payloads of both forges have in common.
namespace familiar::webhook {

/// Makes something of a payload's fields; what is wrong with them is noted in `fault` as they are read.
using field_reader = std::function<parsed(const event::fields& payload, const std::string& fault)>;

/// What `read` makes of those fields of the body that are `wanted`: to it others are absent. A bad_request if the body
/// is no JSON object, or nests deeper than 64. Bytes that are no UTF-8 and lone surrogates are let pass (users can
/// bring both into a title or a comment): event::fields hands out valid text only. Of a key that stands twice the last
/// one counts, as everywhere in the JSON world.
parsed parse_body(std::string_view body, selection wanted, const field_reader& read);

/// A header that is printable ASCII of at most 128 bytes, as ids and event names are; empty if it is anything else.
/// Neither is covered by every signature, and both are stored, logged and answered.
std::string plain_header(const request& incoming, std::string_view name);

/// The delivery's id from the header `name`, else "sha256-" and the digest of the body.
std::string delivery_id(const request& incoming, std::string_view name);

/// A number above zero, which every id and every merge request's number is.
std::int64_t read_positive(const event::fields& in, std::string_view name);

/// A repository's path, with at least two segments and at most `most_segments`. Clone URLs and folder names are built
/// from it, so it is held to what both forges let people choose: [A-Za-z0-9._-], no empty segment, no "." or "..", none
/// that ends in ".git" (forbidden at both, and "a/b.git/c" would lie inside the mirror of "a/b"), none longer than 250
/// bytes (a file name with ".git" has 255).
std::string read_path(const event::fields& in, std::string_view name, std::size_t most_segments);

/// A commit id, 40 or 64 lower-case hexadecimal digits; empty if absent or null.
std::string maybe_commit(const event::fields& in, std::string_view name);

/// The same, required.
std::string read_commit(const event::fields& in, std::string_view name);

/// A branch that git would take (git-check-ref-format), since git commands are built from it; empty if absent or null.
std::string maybe_branch(const event::fields& in, std::string_view name);

/// Hands out `value`, or what is wrong with the payload it was read from.
parsed unless_malformed(event::event value, const std::string& fault);

/// Authentic, but not what the forge documents.
ignored malformed(std::string field);

}  // namespace familiar::webhook
