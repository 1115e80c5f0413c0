#include "fuzz/input.hpp"
#include "fuzz/require.hpp"
#include "webhook/sign.hpp"
#include "webhook/webhook.hpp"

#include <boost/algorithm/string/predicate.hpp>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Header lines, an empty line, and the body.

namespace {

using namespace familiar;
using fuzz::require;
using header_list = std::vector<std::pair<std::string, std::string>>;

/// The clock stands still: seeds are signed for this second.
constexpr core::wall_time now{std::chrono::seconds(1'700'000'000)};

const webhook::keys plain{.webhook_secrets = {core::secret("development"), core::secret("an older one")},
                          .signing_tokens = {}};
/// "whsec_" and the base 64 of "a key of some bytes" and of "another".
const webhook::keys tokens{
    .webhook_secrets = plain.webhook_secrets,
    .signing_tokens = {core::secret("whsec_YSBrZXkgb2Ygc29tZSBieXRlcw=="), core::secret("whsec_YW5vdGhlcg==")}};
const std::vector<std::string> signing_keys{"a key of some bytes", "another"};

std::optional<std::string> find(const header_list& headers, std::string_view name) {
    for (const auto& [key, value] : headers)
        if (boost::algorithm::iequals(key, name)) return value;
    return std::nullopt;
}

webhook::request make_request(const header_list& headers, std::string_view body) {
    return {.header = [&headers](std::string_view name) { return find(headers, name); }, .body = body, .received = now};
}

bool accepts(event::provider forge, const webhook::keys& known, const header_list& headers, std::string_view body) {
    const auto verdict = webhook::verify(forge, known, make_request(headers, body));
    require(verdict || !verdict.error().message.empty(), "what is refused has a reason");
    return verdict.has_value();
}

// What the forges document, said once more and more simply.

bool github_should_accept(const header_list& headers, std::string_view body) {
    const auto given = find(headers, "X-Hub-Signature-256");
    return given && std::ranges::any_of(plain.webhook_secrets, [&](const core::secret& key) {
               return *given == "sha256=" + core::to_hex(core::hmac_sha256(key.reveal(), body));
           });
}

bool gitlab_should_accept(const header_list& headers) {
    const auto given = find(headers, "X-Gitlab-Token");
    return given && std::ranges::any_of(plain.webhook_secrets,
                                        [&](const core::secret& secret) { return *given == secret.reveal(); });
}

bool signed_should_accept(const header_list& headers, std::string_view body) {
    const auto id = find(headers, "webhook-id");
    const auto timestamp = find(headers, "webhook-timestamp");
    const auto given = find(headers, "webhook-signature");
    if (!id || !timestamp || !given || timestamp->size() > 18) return false;
    if (timestamp->empty() || timestamp->find_first_not_of("0123456789") != std::string::npos) return false;
    if (std::abs(std::stoll(*timestamp) - 1'700'000'000) > 300) return false;
    for (const auto& key : signing_keys) {
        const auto text = *id + "." + *timestamp + "." + std::string(body);
        const auto expected = "v1," + core::to_base64(core::hmac_sha256(key, text));
        if ((" " + *given + " ").find(" " + expected + " ") != std::string::npos) return true;
    }
    return false;
}

void flip(std::string& text, std::uint64_t which) {
    auto& byte = text[which / 8 % text.size()];
    byte = static_cast<char>(static_cast<unsigned char>(byte) ^ (1U << which % 8));
}

/// What we sign is accepted, and one wrong bit anywhere in what the signature covers, or in itself, is not.
void require_one_bit_to_matter(event::provider forge, const webhook::keys& known, const webhook::delivery& what,
                               std::string_view body, const std::vector<std::string_view>& covered, bool body_counts) {
    const auto headers = webhook::sign(forge, known, what, body, now);
    require(headers.has_value(), "with a key everything can be signed");
    require(accepts(forge, known, *headers, body), "what was signed is accepted");

    const auto which = fuzz::digest(body);
    if (body_counts) {
        std::string other(body);
        other.empty() ? other.push_back('{') : flip(other, which);
        require(!accepts(forge, known, *headers, other), "another body is refused");
    }
    for (const auto name : covered) {
        auto others = *headers;
        for (auto& [key, value] : others)
            if (key == name) value.empty() ? value.push_back('0') : flip(value, which);
        require(!accepts(forge, known, others, body), "one wrong bit in a header is refused");
    }
}

void require_plain(const webhook::delivery& what) {
    const auto is_plain = [](std::string_view text) {
        return text.size() <= 128 && std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 0x7F; });
    };
    require(!what.id.empty() && is_plain(what.id), "a delivery has an id that can be logged");
    require(is_plain(what.event_name), "an event's name can be logged");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using event::provider;
    auto body = fuzz::as_text(data, size);
    header_list headers;
    while (!body.empty()) {
        const auto line = fuzz::take_line(body);
        if (line.empty()) break;
        const auto colon = std::min(line.find(": "), line.size());
        headers.emplace_back(line.substr(0, colon), line.substr(std::min(colon + 2, line.size())));
    }

    require(accepts(provider::github, plain, headers, body) == github_should_accept(headers, body),
            "GitHub's requests are accepted if their signature is right, and only then");
    require(accepts(provider::gitlab, plain, headers, body) == gitlab_should_accept(headers),
            "GitLab's requests are accepted if their token is right, and only then");
    require(accepts(provider::gitlab, tokens, headers, body) == signed_should_accept(headers, body),
            "GitLab's signed requests are accepted if signature and time are right, and only then");
    for (const auto forge : {provider::github, provider::gitlab})
        require(!accepts(forge, {}, headers, body), "without a secret nothing is accepted");

    const auto from_github = webhook::identify(provider::github, make_request(headers, body));
    const auto from_gitlab = webhook::identify(provider::gitlab, make_request(headers, body));
    require_plain(from_github);
    require_plain(from_gitlab);
    require_one_bit_to_matter(provider::github, plain, from_github, body, {"X-Hub-Signature-256"}, true);
    require_one_bit_to_matter(provider::gitlab, plain, from_gitlab, body, {"X-Gitlab-Token"}, false);
    require_one_bit_to_matter(provider::gitlab, tokens, from_gitlab, body,
                              {"webhook-id", "webhook-timestamp", "webhook-signature"}, true);
    return 0;
}
