#include "delivery.hpp"
#include "webhook/gitlab.hpp"

using namespace familiar;
using namespace std::chrono_literals;
using familiar::test::make_request;

namespace {

const webhook::keys plain{.webhook_secrets = {core::secret("old-token"), core::secret("new-token")},
                          .signing_tokens = {}};

// The example of the Standard Webhooks specification, which GitLab's signatures follow.
constexpr std::string_view body = R"({"test": 2432232314})";
const std::string id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const std::string timestamp = "1614265330";
const std::string signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
const core::secret token("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
const webhook::keys signing{.webhook_secrets = {core::secret("old-token")}, .signing_tokens = {token}};
constexpr core::wall_time sent{std::chrono::seconds(1614265330)};

test::headers signed_headers() {
    return {{"webhook-id", id}, {"webhook-timestamp", timestamp}, {"webhook-signature", signature}};
}

test::headers changed(std::string name, std::string value) {
    auto headers = signed_headers();
    headers[std::move(name)] = std::move(value);
    return headers;
}

bool accepts(const webhook::keys& known, test::headers headers, core::wall_time received = sent,
             std::string_view bytes = body) {
    const auto outcome =
        webhook::verify(event::provider::gitlab, known, make_request(std::move(headers), bytes, received));
    if (!outcome) {
        BOOST_TEST((outcome.error().code == core::errc::authentication_failed));
        BOOST_TEST(!outcome.error().message.empty());
    }
    return outcome.has_value();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(gitlab_token)

BOOST_AUTO_TEST_CASE(each_configured_token_is_accepted) {
    BOOST_TEST(accepts(plain, {{"X-Gitlab-Token", "old-token"}}));
    BOOST_TEST(accepts(plain, {{"x-gitlab-token", "new-token"}}));
}

BOOST_AUTO_TEST_CASE(any_other_token_is_refused) {
    for (const auto given : {"", "old", "old-tokens", "OLD-TOKEN"})
        BOOST_TEST(!accepts(plain, {{"X-Gitlab-Token", given}}));
    BOOST_TEST(!accepts(plain, {}));
}

BOOST_AUTO_TEST_CASE(an_empty_token_never_matches) {
    const webhook::keys empty{.webhook_secrets = {core::secret()}, .signing_tokens = {}};
    BOOST_TEST(!accepts(empty, {{"X-Gitlab-Token", ""}}));
    BOOST_TEST(!accepts({}, {{"X-Gitlab-Token", ""}}));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(gitlab_signature)

BOOST_AUTO_TEST_CASE(the_specifications_example_is_accepted) {
    BOOST_TEST(accepts(signing, signed_headers()));
}

BOOST_AUTO_TEST_CASE(one_right_signature_among_several_is_enough) {
    BOOST_TEST(accepts(signing, changed("webhook-signature", "v1,AAAA v1a,BBBB " + signature)));
    BOOST_TEST(accepts(signing, changed("webhook-signature", signature + " v1,AAAA")));
    BOOST_TEST(!accepts(signing, changed("webhook-signature", "v1,AAAA v1,BBBB")));
}

BOOST_AUTO_TEST_CASE(each_of_several_tokens_is_accepted_while_they_rotate) {
    const webhook::keys rotating{.webhook_secrets = {}, .signing_tokens = {core::secret("whsec_bmV3"), token}};
    BOOST_TEST(accepts(rotating, signed_headers()));
}

BOOST_AUTO_TEST_CASE(nothing_that_is_signed_may_be_changed) {
    BOOST_TEST(!accepts(signing, signed_headers(), sent, R"({"test": 2432232315})"));
    BOOST_TEST(!accepts(signing, changed("webhook-id", "msg_another")));
    BOOST_TEST(!accepts(signing, changed("webhook-timestamp", "1614265331")));
    BOOST_TEST(!accepts(signing, changed("webhook-signature", "v2," + signature.substr(3))));
    BOOST_TEST(!accepts(signing, changed("webhook-signature", signature.substr(3))));
    BOOST_TEST(!accepts(signing, changed("webhook-signature", "")));
}

BOOST_AUTO_TEST_CASE(a_request_is_good_for_300_seconds_either_way) {
    BOOST_TEST(accepts(signing, signed_headers(), sent + 300s));
    BOOST_TEST(accepts(signing, signed_headers(), sent - 300s));
    BOOST_TEST(!accepts(signing, signed_headers(), sent + 300s + 1ms));
    BOOST_TEST(!accepts(signing, signed_headers(), sent - 300s - 1ms));
}

BOOST_AUTO_TEST_CASE(a_timestamp_that_is_no_time_is_refused) {
    for (const auto given :
         {"", "now", "-1", "1614265330.5", " 1614265330", "0x6037be32", "9223372036854775807", "99999999999999999999"})
        BOOST_TEST(!accepts(signing, changed("webhook-timestamp", given)));
}

BOOST_AUTO_TEST_CASE(a_missing_header_is_refused) {
    for (const auto name : {"webhook-id", "webhook-timestamp", "webhook-signature"}) {
        auto headers = signed_headers();
        headers.erase(name);
        BOOST_TEST(!accepts(signing, headers));
    }
}

BOOST_AUTO_TEST_CASE(with_a_signing_token_the_plain_one_is_not_asked) {
    BOOST_TEST(!accepts(signing, {{"X-Gitlab-Token", "old-token"}}));
    auto headers = changed("webhook-signature", "v1,AAAA");
    headers["X-Gitlab-Token"] = "old-token";
    BOOST_TEST(!accepts(signing, headers));
}

BOOST_AUTO_TEST_CASE(a_token_that_is_none_accepts_nothing) {
    const auto of_empty_key =
        "v1," + core::to_base64(core::hmac_sha256("", id + '.' + timestamp + '.' + std::string(body)));
    for (const auto broken : {"", "whsec_", "whsec_!!!", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}) {
        const webhook::keys keys{.webhook_secrets = {core::secret("old-token")},
                                 .signing_tokens = {core::secret(broken)}};
        BOOST_TEST(!accepts(keys, signed_headers()));
        BOOST_TEST(!accepts(keys, changed("webhook-signature", of_empty_key)));
        BOOST_TEST(!accepts(keys, {{"X-Gitlab-Token", "old-token"}}));
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(gitlab_delivery)

BOOST_AUTO_TEST_CASE(a_delivery_is_named_by_its_idempotency_key_else_by_its_body) {
    const auto named = webhook::identify(event::provider::gitlab,
                                         make_request({{"Idempotency-Key", "f5e5f430-f57b-4e6e-9fac-d9128cd7232f"},
                                                       {"X-Gitlab-Event", "Merge Request Hook"}},
                                                      body));
    BOOST_TEST(named.id == "f5e5f430-f57b-4e6e-9fac-d9128cd7232f");
    BOOST_TEST(named.event_name == "Merge Request Hook");
    BOOST_TEST(webhook::gitlab::identify(make_request({}, body)).id == "sha256-" + core::sha256_hex(body));
}

BOOST_AUTO_TEST_SUITE_END()
