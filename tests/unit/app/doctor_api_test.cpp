// What the doctor says of the forges' APIs, as a local server speaks them.
#include "app/doctor_checks.hpp"
#include "support/api_forge.hpp"
#include "support/run_coroutine.hpp"
#include "support/unit_test.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>

using namespace familiar;
using namespace familiar::app::checkup;

namespace {

/// A key pair of an App, both halves as PEM.
struct app_key {
    app_key() {
        const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_RSA_gen(2048), &EVP_PKEY_free);
        secret =
            text_of([&](BIO* out) { PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
        open = text_of([&](BIO* out) { PEM_write_bio_PUBKEY(out, key.get()); });
    }

    template <class Write>
    static std::string text_of(Write write) {
        const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), &BIO_free);
        write(out.get());
        char* bytes = nullptr;
        const auto size = BIO_get_mem_data(out.get(), &bytes);
        return {bytes, static_cast<std::size_t>(size)};
    }

    std::string secret{};
    std::string open{};
};

struct surgery : test::api_forge {
    surgery() {
        auto& [github, gitlab] = values.providers;
        github.webhook_secret = {core::secret("long-enough-to-be-one")};
        github.token = core::secret("ghp-a-token-of-github");
        github.api_url = github_url();
        gitlab.webhook_secret = {core::secret("long-enough-to-be-one")};
        gitlab.token = core::secret("glpat-a-token-of-gitlab");
        gitlab.base_url = gitlab_url();
        add_token("ghp-a-token-of-github", "familiar");
        add_token("glpat-a-token-of-gitlab", "familiar");
        create("acme/widgets");
    }

    findings all(look* how) {
        docker::engine engine({});
        const patient who{configured, chosen, engine};
        return test::run_coroutine(how(who));
    }

    finding see(look* how) {
        auto found = all(how);
        BOOST_REQUIRE_EQUAL(found.size(), 1u);
        return found.front();
    }

    void act_as_app(const app_key& key) {
        auto& github = values.providers.github;
        github.auth_method = config::auth_kind::app;
        github.app_id = "4711";
        github.private_key = core::secret(key.secret);
        github.token = {};
    }

    config::loaded configured{};
    config::settings& values = configured.values;
    app::configuration_choice chosen{};
};

void check(const finding& found, verdict is, const std::string& words) {
    BOOST_TEST(int(found.is) == int(is), found.detail + "; " + found.hint);
    const auto text = found.detail + "; " + found.hint;
    BOOST_TEST(text.find(words) != std::string::npos, text + " (wanted: " + words + ")");
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(doctor_api, surgery)

BOOST_AUTO_TEST_CASE(an_account_of_the_bots_own_is_well) {
    check(see(github_api), verdict::ok, "calls us familiar");
    check(see(gitlab_api), verdict::ok, "calls us familiar");
}

BOOST_AUTO_TEST_CASE(the_token_of_a_person_is_a_warning) {
    add_token("ghp-a-token-of-github", "ada");
    add_token("glpat-a-token-of-gitlab", "ada");
    for (auto* how : {github_api, gitlab_api}) {
        check(see(how), verdict::warn, "that of ada, who looks like a person");
        check(see(how), verdict::warn, "make an account for the bot");
    }
}

BOOST_AUTO_TEST_CASE(a_bot_of_another_name_is_well) {
    add_user({.login = "project_12_bot_3f", .bot = true});
    add_token("glpat-a-token-of-gitlab", "project_12_bot_3f");
    check(see(gitlab_api), verdict::ok, "calls us project_12_bot_3f");
}

BOOST_AUTO_TEST_CASE(a_token_that_is_not_accepted_is_a_failure) {
    revoke_token("ghp-a-token-of-github");
    revoke_token("glpat-a-token-of-gitlab");
    for (auto* how : {github_api, gitlab_api}) {
        check(see(how), verdict::fail, "401");
        check(see(how), verdict::fail, "look at the token");
    }
}

BOOST_AUTO_TEST_CASE(an_api_that_does_not_answer_is_a_failure) {
    script(test::failing(503));
    check(see(github_api), verdict::fail, "the network and its proxies; jobs wait");
    script(test::cut_off());
    check(see(gitlab_api), verdict::fail, "look at base_url");
    script(test::too_many_requests(std::chrono::seconds(90)));
    check(see(gitlab_api), verdict::fail, "jobs wait until then");
}

BOOST_AUTO_TEST_CASE(something_else_in_its_place_is_a_failure) {
    script({.status = 200, .body = "<html>"});
    check(see(github_api), verdict::fail, "api_url is not where the API is");
    values.providers.gitlab.base_url += "/elsewhere";
    script(test::failing(404));
    check(see(gitlab_api), verdict::fail, "base_url is not where the API is");
}

BOOST_AUTO_TEST_CASE(where_there_is_no_api_nothing_is_asked) {
    values.providers.github.api_url.clear();
    values.providers.gitlab.token = {};
    check(see(github_api), verdict::skip, "there is a git_url and no api_url");
    check(see(gitlab_api), verdict::skip, "no token");
    values.providers.github.webhook_secret.clear();
    check(see(github_api), verdict::skip, "off");
    BOOST_TEST(requests().empty());
}

BOOST_AUTO_TEST_CASE(repositories_that_are_named_are_looked_for) {
    values.triggers.repositories = {"acme/widgets", "acme/*", "acme/nothing"};
    for (auto* how : {github_api, gitlab_api}) {
        const auto found = all(how);
        BOOST_REQUIRE_EQUAL(found.size(), 2u);
        check(found[0], verdict::ok, "calls us familiar");
        check(found[1], verdict::warn, "acme/nothing of triggers.repositories is not to be seen");
    }
}

BOOST_AUTO_TEST_CASE(a_repository_that_cannot_be_asked_for_is_a_failure) {
    values.triggers.repositories = {"acme/widgets"};
    script(test::failing(502).on("GET", "/merge_requests"));
    const auto found = all(gitlab_api);
    BOOST_REQUIRE_EQUAL(found.size(), 2u);
    check(found[1], verdict::fail, "acme/widgets: ");
}

BOOST_AUTO_TEST_CASE(an_app_gets_its_token_where_it_is_installed) {
    const app_key key;
    install({.public_key = key.open, .repositories = {"acme/widgets"}});
    act_as_app(key);
    values.triggers.repositories = {"acme/widgets"};
    check(see(github_api), verdict::ok, "calls us familiar-app[bot]");
    BOOST_TEST(!installation_tokens().empty());

    create("acme/gadgets");
    values.triggers.repositories = {"acme/gadgets"};
    const auto found = all(github_api);
    BOOST_REQUIRE_EQUAL(found.size(), 2u);
    check(found[1], verdict::warn, "install the App there");
}

BOOST_AUTO_TEST_CASE(an_app_with_another_key_is_a_failure) {
    install({.public_key = app_key().open, .repositories = {"acme/widgets"}});
    act_as_app(app_key());
    check(see(github_api), verdict::fail, "look at app_id and private_key");
}

BOOST_AUTO_TEST_CASE(an_app_needs_no_token) {
    check(see(github_secrets), verdict::ok, "");
    values.providers.github.token = {};
    check(see(github_secrets), verdict::warn, "no token");
    act_as_app(app_key());
    check(see(github_secrets), verdict::ok, "git has credentials");
}

BOOST_AUTO_TEST_SUITE_END()
