#include "e2e/support/webhook.hpp"

#include "core/secret.hpp"
#include "support/test_data.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <atomic>
#include <chrono>
#include <unistd.h>

namespace familiar::test {

namespace json = boost::json;

namespace {

/// Ids that no other webhook of this run has. Thread-safe.
std::int64_t next_id() {
    static std::atomic<std::int64_t> last = std::int64_t{::getpid()} * 1'000'000;
    return ++last;
}

/// Nothing where a payload does not have the field.
void set(json::value& payload, const std::string& pointer, std::int64_t value) {
    boost::system::error_code missing;
    if (auto* place = payload.find_pointer(pointer, missing)) *place = value;
}

void set(json::value& payload, const std::string& pointer, const std::string& value) {
    boost::system::error_code missing;
    if (auto* place = payload.find_pointer(pointer, missing)) *place = json::string(value);
}

webhook read(const std::string& forge, const std::string& name) {
    webhook out;
    out.forge = forge;
    out.delivery = "delivery-" + std::to_string(next_id());
    out.payload = json::parse(read_payload(forge, name));
    return out;
}

}  // namespace

std::string webhook::body() const {
    return json::serialize(payload);
}

webhook github(const std::string& name, const merge_request& about) {
    auto out = read("github", name);
    out.event = name.substr(0, name.find('.'));
    auto& payload = out.payload;
    set(payload, "/number", about.number);
    set(payload, "/repository/full_name", about.path);
    set(payload, "/issue/number", about.number);
    set(payload, "/comment/id", next_id());
    set(payload, "/review/id", next_id());
    set(payload, "/pull_request/number", about.number);
    set(payload, "/pull_request/base/repo/full_name", about.path);
    if (name.find("fork") == std::string::npos) set(payload, "/pull_request/head/repo/full_name", about.path);
    set(payload, "/pull_request/head/ref", about.branch);
    set(payload, "/pull_request/head/sha", about.head);
    set(payload, "/after", about.head);
    return out;
}

webhook gitlab(const std::string& name, const merge_request& about) {
    auto out = read("gitlab", name);
    out.event = name.starts_with("note") ? "Note Hook" : "Merge Request Hook";
    auto& payload = out.payload;
    set(payload, "/project/path_with_namespace", about.path);
    const bool note = name.starts_with("note");
    const std::string request = note ? "/merge_request" : "/object_attributes";
    if (note) set(payload, "/object_attributes/id", next_id());
    set(payload, request + "/iid", about.number);
    set(payload, request + "/source_branch", about.branch);
    set(payload, request + "/last_commit/id", about.head);
    set(payload, request + "/source/path_with_namespace", about.path);
    set(payload, request + "/target/path_with_namespace", about.path);
    return out;
}

std::string signature_of(const std::string& body) {
    return "sha256=" + core::to_hex(core::hmac_sha256(webhook_secret, body));
}

header_fields signed_header(const webhook& what) {
    header_fields header{{"Content-Type", "application/json"}};
    if (what.forge == "github") {
        header.emplace_back("X-GitHub-Event", what.event);
        header.emplace_back("X-GitHub-Delivery", what.delivery);
        header.emplace_back("X-Hub-Signature-256", signature_of(what.body()));
    } else {
        header.emplace_back("X-Gitlab-Event", what.event);
        header.emplace_back("Idempotency-Key", what.delivery);
        header.emplace_back("X-Gitlab-Token", webhook_secret);
    }
    return header;
}

header_fields header_with_signature(const webhook& what) {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const auto timestamp = std::to_string(now.time_since_epoch().count());
    const auto key = core::from_base64(std::string(signing_token).substr(6));
    const auto digest = core::hmac_sha256(key, what.delivery + "." + timestamp + "." + what.body());
    return {{"Content-Type", "application/json"}, {"X-Gitlab-Event", what.event},
            {"Idempotency-Key", what.delivery},   {"webhook-id", what.delivery},
            {"webhook-timestamp", timestamp},     {"webhook-signature", "v1," + core::to_base64(digest)}};
}

}  // namespace familiar::test
