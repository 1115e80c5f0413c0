#pragma once

#include "core/error.hpp"
#include "core/secret.hpp"
#include "core/time.hpp"
#include "event/event.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// Webhooks as pure functions of headers and bytes: verify the signature over the raw body, name the delivery, parse
/// the payload into an `event::event`. In that order: nothing is parsed before it is authentic.
namespace familiar::webhook {

/// Looks a header up, whatever the case of its name; none if the request does not have it.
using header_lookup = std::function<std::optional<std::string>(std::string_view name)>;

/// One POST as the HTTP layer read it; everything is borrowed for the call.
struct request {
    header_lookup header;
    std::string_view body;     ///< the raw bytes that the signature covers
    core::wall_time received;  ///< what a signed timestamp is held against
};

/// The secrets of one forge. Lists, so that a secret can be rotated without losing a delivery.
struct keys {
    std::vector<core::secret> webhook_secrets;
    std::vector<core::secret>
        signing_tokens;  ///< GitLab only: "whsec_" + base64; with one of these no plain token is accepted
};

/// GitHub's hello after a hook was created.
struct pong {};

/// Authentic, and nothing to do. `malformed`: the shape is not what the forge documents, and `field` names what does
/// not fit.
struct ignored {
    std::string reason;
    bool malformed = false;
    std::string field{};
};

/// Not a JSON object.
struct bad_request {
    std::string reason;
};

struct delivery {
    std::string id;          ///< the forge's own, the same on redelivery; else "sha256-" and the digest of the body
    std::string event_name;  ///< what the forge's header says; empty if there is none
};

using parsed = std::variant<event::event, pong, ignored, bad_request>;

/// Whether the request was made by somebody who knows one of `keys`. errc::authentication_failed carries a reason for
/// our log, never for the client.
core::result<void> verify(event::provider forge, const keys& known, const request& incoming);

/// The delivery's id and event name, from the headers (and the digest of the body).
delivery identify(event::provider forge, const request& incoming);

/// What the payload says. Any bytes have an answer; none throws.
parsed parse(event::provider forge, const delivery& origin, std::string_view body);

}  // namespace familiar::webhook
