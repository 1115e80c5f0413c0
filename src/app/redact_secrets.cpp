#include "app/redact_secrets.hpp"

#include "core/secret.hpp"
#include "observe/redact.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace familiar::app {

namespace {

/// GitLab shows a signing token as "whsec_" and the base 64 of the key (Standard Webhooks): neither that nor the key
/// itself is to be seen without its beginning either.
void redact_signing_token(const core::secret& token) {
    constexpr std::string_view prefix = "whsec_";
    observe::redact(token);
    if (!token.reveal().starts_with(prefix)) return;
    const auto encoded = token.reveal().substr(prefix.size());
    observe::redact(core::secret(encoded));
    observe::redact(core::secret(core::from_base64(encoded)));
}

}  // namespace

void redact_secrets(const config::settings& settings) {
    const auto& providers = settings.providers;
    for (const auto* secret : {&settings.server.api_token, &providers.github.token, &providers.github.private_key,
                               &providers.gitlab.token, &settings.intent.api.api_key})
        observe::redact(*secret);
    for (const auto* list : {&providers.github.webhook_secret, &providers.gitlab.webhook_secret})
        for (const auto& secret : *list) observe::redact(secret);
    for (const auto& token : providers.gitlab.signing_token) redact_signing_token(token);
    for (const auto& [name, secret] : settings.agents.secrets) observe::redact(secret);
    for (const auto& [name, value] : settings.agents.env)
        if (names_a_secret(name)) observe::redact(core::secret(value));
}

bool names_a_secret(std::string_view variable) {
    constexpr std::array<std::string_view, 9> words{"KEY",    "APIKEY",   "TOKEN",      "SECRET",     "SECRETS",
                                                    "PASSWD", "PASSWORD", "PASSPHRASE", "CREDENTIALS"};
    // npos + 1 is 0: a name without '_' is a word.
    std::string last(variable.substr(variable.rfind('_') + 1));
    std::transform(last.begin(), last.end(), last.begin(), [](char letter) {
        return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 32) : letter;
    });
    return std::ranges::find(words, last) != words.end();
}

}  // namespace familiar::app
