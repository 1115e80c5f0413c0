#pragma once

#include "event/fields.hpp"
#include "webhook/webhook.hpp"

/// GitHub: X-Hub-Signature-256 over the raw body, pull_request, issue_comment, pull_request_review and
/// pull_request_review_comment (source: docs.github.com/webhooks/webhook-events-and-payloads).
namespace familiar::webhook::github {

/// X-Hub-Signature-256: "sha256=" and the hexadecimal HMAC-SHA256 of the body, under any of `known.webhook_secrets`.
/// SHA-1 (X-Hub-Signature) is never accepted.
core::result<void> verify(const keys& known, const request& incoming);

/// X-GitHub-Delivery and X-GitHub-Event.
delivery identify(const request& incoming);

/// opened, reopened, ready_for_review: opened. synchronize: updated. closed: closed. A comment that was created on a
/// pull request, on a line of its diff, or submitted as a review with a body: commented. ping: pong. Everything else is
/// ignored with a reason.
parsed parse(const delivery& origin, std::string_view body);

/// The same of a payload that was read whole; what is wrong with it is noted in `fault`. `parse` reads only the fields
/// that this one asks for, which are listed beside what asks: tests compare the two.
parsed read(const delivery& origin, const event::fields& payload, const std::string& fault);

}  // namespace familiar::webhook::github
