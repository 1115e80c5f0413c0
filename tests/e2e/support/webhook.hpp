#pragma once

#include "e2e/support/http.hpp"

#include <boost/json/value.hpp>

#include <cstdint>
#include <string>

/// Webhooks as the forges send them: the sample payloads of tests/data, about a merge request of the test's.
namespace familiar::test {

struct merge_request {
    std::string path = "acme/widgets";
    std::int64_t number = 7;
    std::string head{};
    std::string branch = "spin";
};

inline constexpr auto webhook_secret = "it-is-a-secret-to-everybody";
inline constexpr auto signing_token = "whsec_aXQtaXMtYS1zZWNyZXQtdG8tZXZlcnlib2R5LWF0LWFsbA==";

/// What is sent, before it is signed.
struct webhook {
    std::string forge{};     ///< "github" or "gitlab"
    std::string event{};     ///< X-GitHub-Event or X-Gitlab-Event
    std::string delivery{};  ///< unique
    boost::json::value payload{};

    std::string body() const;
    /// The field at a JSON pointer, for a change.
    boost::json::value& at(const char* pointer) { return payload.at_pointer(pointer); }
};

/// The sample `name`, such as "pull_request.opened", made to speak of `about`, with ids of its own.
webhook github(const std::string& name, const merge_request& about);
webhook gitlab(const std::string& name, const merge_request& about);

/// X-Hub-Signature-256 of a body, with `webhook_secret`.
std::string signature_of(const std::string& body);

/// The header under which the forge sends it, signed with `webhook_secret`.
header_fields signed_header(const webhook& what);
/// The same of GitLab's newer way, with `signing_token`.
header_fields header_with_signature(const webhook& what);

}  // namespace familiar::test
