#include "app/redact_secrets.hpp"

#include "core/secret.hpp"
#include "observe/redact.hpp"
#include "support/unit_test.hpp"

using namespace familiar;
using observe::redacted;

BOOST_AUTO_TEST_SUITE(secrets_of_the_configuration)

BOOST_AUTO_TEST_CASE(every_one_is_known_afterwards) {
    config::settings settings;
    auto& [github, gitlab] = settings.providers;
    const std::string key = "the-key-of-signatures-24";
    settings.server.api_token = core::secret("the-api-token");
    settings.intent.api.api_key = core::secret("the-intent-key");
    github.token = core::secret("the-github-token");
    github.private_key = core::secret("-----BEGIN KEY-----\nthe-private-key-of-github\n-----END KEY-----");
    github.webhook_secret = {core::secret("the-old-github-secret"), core::secret("the-new-github-secret")};
    gitlab.token = core::secret("the-gitlab-token");
    gitlab.webhook_secret = {core::secret("the-old-gitlab-secret"), core::secret("the-new-gitlab-secret")};
    gitlab.signing_token = {core::secret("whsec_" + core::to_base64(key))};
    settings.agents.secrets = {{"one", core::secret("the-agents-secret")}};
    settings.agents.env = {{"MODEL_API_KEY", "the-key-in-env"}, {"PLAIN", "the-plain-value"}};
    app::redact_secrets(settings);

    for (const auto& secret :
         {std::string("the-api-token"), std::string("the-intent-key"), std::string("the-github-token"),
          std::string("the-private-key-of-github"), std::string("the-old-github-secret"),
          std::string("the-new-github-secret"), std::string("the-gitlab-token"), std::string("the-old-gitlab-secret"),
          std::string("the-new-gitlab-secret"), "whsec_" + core::to_base64(key), core::to_base64(key), key,
          std::string("the-agents-secret"), std::string("the-key-in-env")})
        BOOST_TEST(redacted("<" + secret + ">") == "<***>", secret);
    BOOST_TEST(redacted("the-plain-value") == "the-plain-value");
    // As git sends it.
    const auto basic = redacted("Basic " + core::to_base64("x-access-token:the-github-token"));
    BOOST_TEST(basic.starts_with("Basic eC1hY2Nlc3MtdG9rZW46"));
    // Less than one character of it is left, and the padding.
    BOOST_TEST(basic.size() - basic.find("***") <= 3u + 4u, basic);
}

BOOST_AUTO_TEST_CASE(a_new_configuration_forgets_no_old_secret) {
    config::settings settings;
    settings.server.api_token = core::secret("token-before-reload");
    app::redact_secrets(settings);
    settings.server.api_token = core::secret("token-after-reload");
    app::redact_secrets(settings);
    BOOST_TEST(redacted("token-before-reload token-after-reload") == "*** ***");
}

BOOST_AUTO_TEST_CASE(a_variable_is_secret_by_its_last_word) {
    for (const auto* name : {"ANTHROPIC_API_KEY", "TOKEN", "npm_token", "DB_PASSWORD", "Client_Secret", "KEY"})
        BOOST_TEST(app::names_a_secret(name), name);
    for (const auto* name : {"", "MAX_TOKENS", "TOKEN_LIMIT", "MONKEY", "PATH", "KEYBOARD", "SECRET_NAME"})
        BOOST_TEST(!app::names_a_secret(name), name);
}

BOOST_AUTO_TEST_SUITE_END()
