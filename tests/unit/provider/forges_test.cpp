#include "provider/forges.hpp"

#include "support/run_coroutine.hpp"
#include "support/unit_test.hpp"

using namespace familiar;
using event::provider::github;
using event::provider::gitlab;

namespace {

struct desk {
    static config::settings with_both() {
        config::settings values;
        values.providers.github.token = core::secret("ghp_token");
        values.providers.github.webhook_secret = {core::secret("secret")};
        values.providers.gitlab.token = core::secret("glpat-token");
        values.providers.gitlab.webhook_secret = {core::secret("secret")};
        return values;
    }

    boost::asio::io_context context{1};
    config::current settings{with_both()};
    http::client client{context.get_executor(), {}, {}};
    provider::forges forges{settings, client, {}};

    void change(const std::function<void(config::providers_settings&)>& how) {
        auto next = *settings;
        how(next.providers);
        settings.replace(std::move(next));
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(forges, desk)

BOOST_AUTO_TEST_CASE(each_forge_has_its_api) {
    BOOST_TEST(forges.of(github) != nullptr);
    BOOST_TEST(forges.of(gitlab) != nullptr);
    BOOST_TEST(forges.of(github) != forges.of(gitlab));
    BOOST_TEST(forges.of(github) == forges.of(github));
}

BOOST_AUTO_TEST_CASE(there_is_none_without_credentials_or_a_url_or_for_a_forge_that_is_off) {
    change([](auto& of) { of.github.token = {}; });
    BOOST_TEST(forges.of(github) == nullptr);
    change([](auto& of) { of.gitlab.base_url.clear(); });
    BOOST_TEST(forges.of(gitlab) == nullptr);
    settings.replace(with_both());
    change([](auto& of) { of.github.webhook_secret.clear(); });
    BOOST_TEST(forges.of(github) == nullptr);
    BOOST_TEST(forges.of(gitlab) != nullptr);
}

BOOST_AUTO_TEST_CASE(an_app_is_a_credential_and_a_reload_brings_it) {
    change([](auto& of) { of.github.token = {}; });
    BOOST_TEST(forges.of(github) == nullptr);
    change([](auto& of) { of.github.auth_method = config::auth_kind::app; });
    BOOST_REQUIRE(forges.of(github) != nullptr);
    BOOST_TEST(forges.of(github)->narrows());
    BOOST_TEST(!forges.of(gitlab)->narrows());
}

BOOST_AUTO_TEST_SUITE_END()
