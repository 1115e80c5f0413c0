#include "e2e/support/docker.hpp"
#include "e2e/support/forge.hpp"
#include "e2e/support/process_figures.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/wait_for.hpp"
#include "support/unit_test.hpp"

namespace {

using namespace familiar::test;

}  // namespace

BOOST_AUTO_TEST_SUITE(endurance)

BOOST_AUTO_TEST_CASE(after_twenty_jobs_a_server_holds_no_more_than_before) {
    test_forge forge;
    server familiar(forge);
    const auto run = [&](std::size_t count) {
        std::vector<std::string> jobs;
        for (std::size_t i = 0; i < count; ++i)
            jobs.push_back(familiar.accepted(github("pull_request.opened", forge.open())));
        for (const auto& job : jobs) BOOST_TEST(familiar.wait_for_job(job).state == "succeeded");
    };
    run(1);
    const auto before = figures_of(familiar.process());

    run(20);
    // A ping that is just being asked has a child and its pipes.
    wait_for("it holds no more descriptors",
             [&] { return figures_of(familiar.process()).descriptors <= before.descriptors; });
    wait_for("it has no more children", [&] { return figures_of(familiar.process()).children <= before.children; });
    BOOST_TEST(containers(familiar.instance_label()).empty());
    BOOST_TEST(std::filesystem::is_empty(familiar.cache() / "jobs"));
    BOOST_TEST(familiar.metric("familiar_active_agents") == 0);
    BOOST_TEST(familiar.metric("familiar_queue_length") == 0);
    BOOST_TEST(familiar.metric("familiar_agents_spawned_total") == 21);
    BOOST_TEST(familiar.metric("familiar_agents_completed_total") == 21);
    BOOST_TEST_MESSAGE("resident: " << familiar.metric("process_resident_memory_bytes") / 1e6 << " MB");
}

BOOST_AUTO_TEST_SUITE_END()
