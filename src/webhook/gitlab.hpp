#pragma once

#include "event/fields.hpp"
#include "webhook/webhook.hpp"

/// GitLab: X-Gitlab-Token or a signed request, merge_request and note (source:
/// docs.gitlab.com/user/project/integrations/webhook_events).
namespace familiar::webhook::gitlab {

/// With a signing token: "webhook-signature" holds one or several "v1," + base64 HMAC-SHA256 of "id.timestamp.body",
/// and the timestamp is at most 300 s away from `incoming.received`. Without one: X-Gitlab-Token is one of
/// `known.webhook_secrets`.
core::result<void> verify(const keys& known, const request& incoming);

/// Idempotency-Key and X-Gitlab-Event.
delivery identify(const request& incoming);

/// open, reopen, and an update that ends a draft: opened. An update with `oldrev`: updated. close, merge: closed. A
/// note on a merge request that no system wrote: commented. Everything else is ignored with a reason. The kind is read
/// from the body: a system hook names all of them "System Hook" in its header.
parsed parse(const delivery& origin, std::string_view body);

/// The same of a payload that was read whole; what is wrong with it is noted in `fault`. `parse` reads only the fields
/// that this one asks for, which are listed beside what asks: tests compare the two.
parsed read(const delivery& origin, const event::fields& payload, const std::string& fault);

}  // namespace familiar::webhook::gitlab
