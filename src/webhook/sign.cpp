#include "webhook/sign.hpp"

namespace familiar::webhook {

namespace {

using header_list = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view signing_prefix = "whsec_";

core::result<header_list> sign_github(const keys& known, const delivery& what, std::string_view body) {
    if (known.webhook_secrets.empty())
        return core::fail(core::errc::invalid, "there is no webhook secret for GitHub to sign with");
    const auto digest = core::hmac_sha256(known.webhook_secrets.front().reveal(), body);
    return header_list{{"X-GitHub-Event", what.event_name},
                       {"X-GitHub-Delivery", what.id},
                       {"X-Hub-Signature-256", "sha256=" + core::to_hex(digest)}};
}

core::result<header_list> sign_gitlab(const keys& known, const delivery& what, std::string_view body,
                                      core::wall_time now) {
    header_list headers{{"X-Gitlab-Event", what.event_name}, {"Idempotency-Key", what.id}};
    if (known.signing_tokens.empty()) {
        if (known.webhook_secrets.empty())
            return core::fail(core::errc::invalid, "there is no webhook secret for GitLab to sign with");
        headers.emplace_back("X-Gitlab-Token", known.webhook_secrets.front().reveal());
        return headers;
    }
    std::string_view token = known.signing_tokens.front().reveal();
    if (token.starts_with(signing_prefix)) token.remove_prefix(signing_prefix.size());
    const auto key = core::from_base64(token);
    if (key.empty()) return core::fail(core::errc::invalid, "the signing token for GitLab is not whsec_ and base 64");
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
    const auto timestamp = std::to_string(seconds);
    const auto digest = core::hmac_sha256(key, what.id + "." + timestamp + "." + std::string(body));
    headers.emplace_back("webhook-id", what.id);
    headers.emplace_back("webhook-timestamp", timestamp);
    headers.emplace_back("webhook-signature", "v1," + core::to_base64(digest));
    return headers;
}

}  // namespace

core::result<header_list> sign(event::provider forge, const keys& known, const delivery& what, std::string_view body,
                               core::wall_time now) {
    return forge == event::provider::github ? sign_github(known, what, body) : sign_gitlab(known, what, body, now);
}

}  // namespace familiar::webhook
