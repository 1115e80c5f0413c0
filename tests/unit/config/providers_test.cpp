#include "reading.hpp"

namespace familiar::config::test {

BOOST_AUTO_TEST_SUITE(forges)

load_result with(const std::string& providers, const environment& variables = {}) {
    return parse("triggers: {minimum_permission: none, forks: deny}\nproviders:\n" + providers, "f.yaml", variables);
}

const std::string app_key = "\"-----BEGIN KEY-----\"";

BOOST_AUTO_TEST_CASE(are_on_with_a_secret) {
    const auto result = with("  github: {webhook_secret: a}\n  gitlab: {signing_token: whsec_aGVsbG8=}\n");
    BOOST_TEST_REQUIRE(result.has_value(), errors_of(result));
    BOOST_TEST(result->values.providers.github.enabled());
    BOOST_TEST(result->values.providers.gitlab.enabled());
    BOOST_TEST(warnings_of(result) == "");
}

BOOST_AUTO_TEST_CASE(without_a_secret_are_off_with_a_warning) {
    const auto result = with("  github: {webhook_secret: a}\n  gitlab: {base_url: https://gitlab.example}\n");
    BOOST_TEST_REQUIRE(result.has_value(), errors_of(result));
    BOOST_TEST(!result->values.providers.gitlab.enabled());
    BOOST_TEST(
        warnings_of(result) ==
        "f.yaml:4:3: providers.gitlab: webhook_secret is not set, so this provider is off and its webhooks get 404");
}

BOOST_AUTO_TEST_CASE(with_an_empty_secret_are_off_and_name_the_variable) {
    const auto result = with("  github:\n    webhook_secret: ${A}\n  gitlab: {webhook_secret: b}\n", {{"A", ""}});
    BOOST_TEST_REQUIRE(result.has_value(), errors_of(result));
    BOOST_TEST(!result->values.providers.github.enabled());
    BOOST_TEST(warnings_of(result) ==
               "f.yaml:4:5: providers.github: webhook_secret is empty (the environment variable A is not set), so this "
               "provider "
               "is off and its webhooks get 404");
}

BOOST_AUTO_TEST_CASE(must_be_one_at_least) {
    BOOST_TEST(errors_of(parse("", "f.yaml", {})) ==
               "f.yaml: providers.github: neither it nor providers.gitlab has a webhook_secret; set that of the forge "
               "you use");
    BOOST_TEST(errors_of(with("  github: {}\n")) ==
               "f.yaml: providers.github: neither it nor providers.gitlab has a webhook_secret; set that of the forge "
               "you use");
    BOOST_TEST(
        errors_of(with("  github:\n    webhook_secret: ${A}\n  gitlab:\n    webhook_secret: [\"${B}\"]\n    "
                       "signing_token: ''\n")) ==
        "f.yaml:4:5: providers.github: webhook_secret is empty (the environment variable A is not set), and no other "
        "provider is on: nothing could start an agent\n"
        "f.yaml:6:5: providers.gitlab: webhook_secret is empty (the environment variable B is not set), signing_token "
        "is "
        "empty, and no other provider is on: nothing could start an agent");
}

BOOST_AUTO_TEST_CASE(have_addresses_without_slashes_at_the_end) {
    const auto result = with(
        "  github: {webhook_secret: a, api_url: http://127.0.0.1:8080/api/, git_url: file:///srv/git//}\n"
        "  gitlab: {webhook_secret: a, base_url: https://gitlab.example/sub/}\n");
    BOOST_TEST_REQUIRE(result.has_value(), errors_of(result));
    const auto& providers = result->values.providers;
    BOOST_TEST(providers.github.api_url == "http://127.0.0.1:8080/api");
    BOOST_TEST(providers.github.git_url == "file:///srv/git");
    BOOST_TEST(providers.gitlab.base_url == "https://gitlab.example/sub");
    BOOST_TEST(providers.gitlab.git_url == "https://gitlab.example/sub");
    BOOST_TEST(git_url(providers, event::provider::github) == "file:///srv/git");
    BOOST_TEST(git_url(providers, event::provider::gitlab) == "https://gitlab.example/sub");
}

BOOST_AUTO_TEST_CASE(may_have_another_address_for_git) {
    for (const std::string url : {"https://[::1]:8443", "http://git.example", "git://git.example/a", "file:///srv"}) {
        const auto result = with("  gitlab: {webhook_secret: a, git_url: \"" + url + "\"}\n");
        BOOST_TEST_REQUIRE(result.has_value(), errors_of(result));
        BOOST_TEST(result->values.providers.gitlab.git_url == url);
    }
}

BOOST_AUTO_TEST_CASE(refuse_addresses_that_cannot_be) {
    const std::vector<std::pair<std::string, std::string>> table{
        {"github.com", "must be a URL that begins with https://, http://, git://, file://"},
        {"https:github.com", "must be a URL that begins with https://, http://, git://, file://"},
        {"https://a b", "must be a URL that begins with https://, http://, git://, file://"},
        {"ssh://github.com", "must begin with https://, http://, git://, file://, not with ssh://"},
        {"HTTPS://github.com", "must begin with https://, http://, git://, file://, not with HTTPS://"},
        {"https://me:secret@github.com", "must not carry credentials; they belong into token or token_file"},
        {"https://me@github.com", "must not carry credentials; they belong into token or token_file"},
        {"https://github.com?a=b", "must end with its path, without ? and #"},
        {"https://github.com#x", "must end with its path, without ? and #"},
        {"https://", "names no host"},
        {"https:///path", "names no host"},
        {"https://github.com:99999", "has a port that does not exist"},
        {"https://github.com:", "has a port that does not exist"},
        {"https://github.com:0", "has a port that does not exist"},
        {"file://host/path", "must be file:///path, without a host"},
        {"file:///", "must be file:///path, without a host"},
    };
    for (const auto& [url, message] : table) BOOST_TEST_CONTEXT(url) {
            BOOST_TEST(errors_of(with("  github: {webhook_secret: a, git_url: \"" + url + "\"}\n")) ==
                       "f.yaml:3:40: providers.github.git_url: " + message);
        }
    BOOST_TEST(contains(errors_of(with("  github: {webhook_secret: a, api_url: \"git://github.com\"}\n")),
                        "must begin with https://, http://, not with git://"));
    BOOST_TEST(contains(errors_of(with("  gitlab: {webhook_secret: a, base_url: \"https://g.example/api/v4\"}\n")),
                        "providers.gitlab.base_url: is where people find the GitLab, without /api/v4"));
}

BOOST_AUTO_TEST_CASE(check_what_a_github_app_needs) {
    BOOST_TEST(
        errors_of(with("  github:\n    webhook_secret: a\n    auth_method: app\n    app_id: ${APP}\n")) ==
        "f.yaml:5:5: providers.github.private_key: is empty, but auth_method: app needs it\n"
        "f.yaml:6:5: providers.github.app_id: is empty (the environment variable APP is not set), but auth_method: app "
        "needs it");
    const auto result =
        with("  github: {webhook_secret: a, auth_method: app, app_id: 12, private_key: " + app_key + "}\n");
    BOOST_TEST_REQUIRE(result.has_value(), errors_of(result));
    BOOST_TEST((result->values.providers.github.auth_method == auth_kind::app));
    BOOST_TEST(result->values.providers.github.app_id == "12");
    BOOST_TEST(contains(errors_of(with("  github: {webhook_secret: a, private_key: nonsense}\n")),
                        "private_key: must be a key in PEM form"));
}

BOOST_AUTO_TEST_CASE(know_their_auth_methods) {
    BOOST_TEST(errors_of(with("  github: {webhook_secret: a, auth_method: oauth}\n")) ==
               "f.yaml:3:44: providers.github.auth_method: must be pat | app, not 'oauth'");
    BOOST_TEST(errors_of(with("  gitlab: {webhook_secret: a, auth_method: app}\n")) ==
               "f.yaml:3:44: providers.gitlab.auth_method: must be pat, not 'app'");
}

BOOST_AUTO_TEST_CASE(take_signing_tokens_as_gitlab_shows_them) {
    for (const std::string token : {"nonsense", "whsec_", "whsec_***", "aGVsbG8="}) BOOST_TEST_CONTEXT(token) {
            BOOST_TEST(errors_of(with("  gitlab: {signing_token: [whsec_aGVsbG8=, \"" + token + "\"]}\n")) ==
                       "f.yaml:3:12: providers.gitlab.signing_token: must be whsec_ and base 64, as GitLab shows it");
        }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace familiar::config::test
