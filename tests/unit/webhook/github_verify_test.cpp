#include "delivery.hpp"
#include "webhook/github.hpp"

using namespace familiar;
using familiar::test::make_request;

namespace {

// The example of docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries.
constexpr std::string_view body = "Hello, World!";
const std::string signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
const webhook::keys keys{.webhook_secrets = {core::secret("It's a Secret to Everybody")}, .signing_tokens = {}};

bool accepts(const webhook::keys& known, test::headers headers, std::string_view bytes = body) {
    const auto outcome = webhook::verify(event::provider::github, known, make_request(std::move(headers), bytes));
    if (!outcome) {
        BOOST_TEST((outcome.error().code == core::errc::authentication_failed));
        BOOST_TEST(!outcome.error().message.empty());
    }
    return outcome.has_value();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(github_verify)

BOOST_AUTO_TEST_CASE(the_documented_example_is_accepted) {
    BOOST_TEST(accepts(keys, {{"X-Hub-Signature-256", signature}}));
    BOOST_TEST(accepts(keys, {{"x-hub-signature-256", signature}}));
}

BOOST_AUTO_TEST_CASE(another_body_or_signature_is_refused) {
    BOOST_TEST(!accepts(keys, {{"X-Hub-Signature-256", signature}}, "Hello, World?"));
    BOOST_TEST(!accepts(keys, {{"X-Hub-Signature-256", signature}}, ""));
    for (const auto& given : {std::string(), signature.substr(7), "sha1=" + signature.substr(7), signature + "0",
                              signature.substr(0, 70), std::string("sha256=")})
        BOOST_TEST(!accepts(keys, {{"X-Hub-Signature-256", given}}));
}

BOOST_AUTO_TEST_CASE(a_missing_signature_is_refused) {
    BOOST_TEST(!accepts(keys, {}));
}

BOOST_AUTO_TEST_CASE(sha1_is_never_accepted) {
    // HMAC-SHA1 of the body under the same secret: right, and worth nothing here.
    const test::headers sha1{{"X-Hub-Signature", "sha1=01dc10d0c83e72ed246219cdd91669667fe2ca59"}};
    BOOST_TEST(!accepts(keys, sha1));
    const auto outcome = webhook::github::verify(keys, make_request(sha1, body));
    BOOST_TEST(outcome.error().message.find("SHA-1") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(each_of_several_secrets_is_accepted_while_they_rotate) {
    const webhook::keys rotating{.webhook_secrets = {core::secret("new"), keys.webhook_secrets.front()},
                                 .signing_tokens = {}};
    BOOST_TEST(accepts(rotating, {{"X-Hub-Signature-256", signature}}));
    const webhook::keys rotated{.webhook_secrets = {core::secret("new")}, .signing_tokens = {}};
    BOOST_TEST(!accepts(rotated, {{"X-Hub-Signature-256", signature}}));
}

BOOST_AUTO_TEST_CASE(an_empty_secret_never_matches) {
    const auto of_empty_key = "sha256=" + core::to_hex(core::hmac_sha256("", body));
    BOOST_TEST(!accepts({}, {{"X-Hub-Signature-256", of_empty_key}}));
    const webhook::keys empty{.webhook_secrets = {core::secret()}, .signing_tokens = {}};
    BOOST_TEST(!accepts(empty, {{"X-Hub-Signature-256", of_empty_key}}));
}

BOOST_AUTO_TEST_CASE(a_delivery_is_named_by_its_headers) {
    const auto named = webhook::identify(
        event::provider::github,
        make_request(
            {{"X-GitHub-Delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958"}, {"X-GitHub-Event", "pull_request"}}, body));
    BOOST_TEST(named.id == "72d3162e-cc78-11e3-81ab-4c9367dc0958");
    BOOST_TEST(named.event_name == "pull_request");
}

BOOST_AUTO_TEST_CASE(a_delivery_without_an_id_is_named_by_its_body) {
    const std::string digest = "sha256-dffd6021bb2bd5b0af676290809ec3a53191dd81c7f70a4b28688a362182986f";
    BOOST_TEST(webhook::github::identify(make_request({}, body)).id == digest);
    BOOST_TEST(webhook::github::identify(make_request({{"X-GitHub-Delivery", ""}}, body)).id == digest);
    BOOST_TEST(webhook::github::identify(make_request({}, "another")).id != digest);
}

BOOST_AUTO_TEST_CASE(a_header_that_is_no_plain_text_names_nothing) {
    for (const auto& odd : {std::string("line\nbreak"), std::string("caf\xE9"), std::string(129, 'x')}) {
        const auto named =
            webhook::github::identify(make_request({{"X-GitHub-Delivery", odd}, {"X-GitHub-Event", odd}}, body));
        BOOST_TEST(named.id.starts_with("sha256-"));
        BOOST_TEST(named.event_name.empty());
    }
}

BOOST_AUTO_TEST_SUITE_END()
