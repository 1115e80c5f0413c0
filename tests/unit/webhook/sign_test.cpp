#include "webhook/sign.hpp"

#include "support/unit_test.hpp"

#include <algorithm>

using namespace familiar;

namespace {

const core::wall_time noon = *core::parse_time("2026-01-31T12:00:00Z");

struct signed_delivery {
    signed_delivery(event::provider to, webhook::keys known)
        : forge(to),
          keys(std::move(known)),
          headers(webhook::sign(to, keys, {"id-1", "an event"}, "body", noon).value()) {}

    webhook::request as_request(std::string_view body = "body") const {
        return {[this](std::string_view name) -> std::optional<std::string> {
                    const auto found = std::find_if(headers.begin(), headers.end(),
                                                    [&](const auto& header) { return header.first == name; });
                    return found == headers.end() ? std::nullopt : std::optional(found->second);
                },
                body, noon};
    }

    bool is_accepted(std::string_view body = "body") const {
        return webhook::verify(forge, keys, as_request(body)).has_value();
    }

    event::provider forge;
    webhook::keys keys;
    std::vector<std::pair<std::string, std::string>> headers;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(signing_a_delivery)

BOOST_AUTO_TEST_CASE(for_github_is_what_verify_accepts) {
    const signed_delivery sent(event::provider::github, {{core::secret("s1"), core::secret("s2")}, {}});
    BOOST_TEST(sent.is_accepted());
    BOOST_TEST(!sent.is_accepted("another body"));
    BOOST_TEST(webhook::identify(sent.forge, sent.as_request()).id == "id-1");
    BOOST_TEST(webhook::identify(sent.forge, sent.as_request()).event_name == "an event");
}

BOOST_AUTO_TEST_CASE(for_gitlab_with_a_token_is_what_verify_accepts) {
    const signed_delivery sent(event::provider::gitlab, {{core::secret("s1")}, {}});
    BOOST_TEST(sent.is_accepted());
    BOOST_TEST(webhook::identify(sent.forge, sent.as_request()).id == "id-1");
}

BOOST_AUTO_TEST_CASE(for_gitlab_with_a_signing_token_is_what_verify_accepts) {
    const signed_delivery sent(
        event::provider::gitlab,
        {{core::secret("s1")}, {core::secret("whsec_" + core::to_base64("a key of some bytes"))}});
    BOOST_TEST(sent.is_accepted());
    BOOST_TEST(!sent.is_accepted("another body"));
}

BOOST_AUTO_TEST_CASE(needs_a_key) {
    for (const auto forge : {event::provider::github, event::provider::gitlab})
        BOOST_TEST(!webhook::sign(forge, {}, {"id", "e"}, "body", noon).has_value());
    BOOST_TEST(!webhook::sign(event::provider::gitlab, {{}, {core::secret("whsec_!")}}, {"id", "e"}, "body", noon)
                    .has_value());
}

BOOST_AUTO_TEST_SUITE_END()
