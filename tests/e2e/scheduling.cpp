#include "e2e/support/docker.hpp"
#include "e2e/support/forge.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/wait_for.hpp"
#include "support/unit_test.hpp"

// Which jobs run at the same time. The agents of this server wait until they are told to go on.
namespace {

using namespace familiar::test;

struct desk {
    test_forge forge;
    server familiar{forge,
                    {{"agents.env.DEMO_WAIT_FOR", server::waits_for_go},
                     {"concurrency.max_agents", "2"},
                     {"events.mr_comment", "true"}}};

    std::string opened(const merge_request& about) { return familiar.accepted(github("pull_request.opened", about)); }
    std::string let_end(const std::string& job) {
        familiar.let_go(job);
        return familiar.wait_for_job(job).state;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(scheduling, desk)

BOOST_AUTO_TEST_CASE(two_agents_run_side_by_side_and_a_third_job_waits_for_one_of_them) {
    const auto first = opened(forge.open());
    const auto second = opened(forge.open());
    familiar.wait_until_waiting(first);
    familiar.wait_until_waiting(second);
    const auto third = opened(forge.open());
    familiar.wait_for_state(third, {"queued"});

    BOOST_TEST(running_containers(familiar.instance_label()).size() == 2u);
    BOOST_TEST(familiar.health("active_agents") == 2);
    BOOST_TEST(familiar.health("queue_length") == 1);
    BOOST_TEST(familiar.metric("familiar_active_agents") == 2);
    BOOST_TEST(familiar.metric("familiar_agent_slots") == 2);
    BOOST_TEST(familiar.metric("familiar_queue_length") == 1);

    BOOST_TEST(let_end(second) == "succeeded");
    familiar.wait_until_waiting(third);
    BOOST_TEST(familiar.job(first).state == "running");
    BOOST_TEST(let_end(third) == "succeeded");
    BOOST_TEST(let_end(first) == "succeeded");
    wait_for("no agent is counted", [&] { return familiar.health("active_agents") == 0; });
}

BOOST_AUTO_TEST_CASE(one_merge_request_has_one_agent_at_a_time) {
    const auto about = forge.open();
    const auto first = opened(about);
    familiar.wait_until_waiting(first);
    const auto second = familiar.accepted(github("pull_request_review_comment.created", about));
    const auto other = opened(forge.open());
    familiar.wait_until_waiting(other);

    // The other one came later and has been started: the second was passed over.
    BOOST_TEST(familiar.job(second).state == "queued");
    BOOST_TEST(let_end(first) == "succeeded");
    forge.point_requests_at_branch(about);
    familiar.wait_until_waiting(second);
    BOOST_TEST(let_end(second) == "succeeded");
    BOOST_TEST(let_end(other) == "succeeded");
    BOOST_TEST(forge.tip(about.path, "refs/heads/" + about.branch + "~2") == about.head);
}

BOOST_AUTO_TEST_SUITE_END()
