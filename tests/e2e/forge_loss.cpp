#include "e2e/support/forge.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/wait_for.hpp"
#include "support/unit_test.hpp"

// A forge is away: its jobs wait without spending an attempt, those of another forge go on, and everybody who asks is
// told; when it is back, so are they.
namespace {

using namespace familiar::test;

constexpr auto github_gate = "familiar_gate_open{gate=\"github\"}";
constexpr auto gitlab_gate = "familiar_gate_open{gate=\"gitlab\"}";

}  // namespace

BOOST_AUTO_TEST_SUITE(forge_loss)

BOOST_AUTO_TEST_CASE(a_forge_that_is_gone_holds_its_own_jobs_until_it_is_back) {
    test_forge here;
    test_forge there;
    server familiar(here, {{"providers.gitlab.git_url", there.url()},
                           {"retry.max_retries", "1"},
                           {"retry.initial_backoff", "100ms"},
                           {"retry.max_backoff", "300ms"}});
    const auto request = here.open();
    here.stop();

    const auto waits = familiar.accepted(github("pull_request.opened", request));
    wait_for("the forge is missed", [&] { return familiar.metric(github_gate) == 0; });
    const auto health = familiar.get("/health");
    BOOST_TEST(health.status == 200u);
    BOOST_TEST(health.field("status") == "degraded");
    BOOST_TEST(health.body.find("\"github\":false,\"gitlab\":true") != std::string::npos, health.body);
    wait_for("the job is back in the queue", [&] { return familiar.job(waits).state == "queued"; });
    BOOST_TEST(familiar.job(waits).attempt == 0);

    const auto goes_on = familiar.accepted(gitlab("merge_request.open", there.open()));
    BOOST_TEST(familiar.wait_for_job(goes_on).state == "succeeded");
    BOOST_TEST(familiar.metric(gitlab_gate) == 1);
    BOOST_TEST(familiar.job(waits).state == "queued");

    here.start();
    BOOST_TEST(familiar.wait_for_job(waits).state == "succeeded");
    BOOST_TEST(familiar.job(waits).attempt == 1);
    BOOST_TEST(familiar.metric(github_gate) == 1);
    BOOST_TEST(familiar.get("/health").field("status") == "ok");
    BOOST_TEST(familiar.log().find("GitHub does not answer; its jobs wait until it does") != std::string::npos);
    BOOST_TEST(familiar.log().find("GitHub answers again") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
