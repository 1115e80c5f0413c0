#include "bench.hpp"

using namespace familiar;
using namespace familiar::test;
using core::errc;
namespace asio = boost::asio;

namespace {

struct before : bench {
    before() { std::filesystem::create_directories(settings.repo_cache.dir / "jobs/old/workspace"); }

    static std::map<std::string, std::string> labels(const std::string& of_instance, const std::string& job) {
        return {{"familiar.agent", "true"}, {"familiar.instance", of_instance}, {"familiar.job", job}};
    }

    core::result<agent::reaped> reap() {
        asio::io_context context(1);
        agent_rooms rooms(context.get_executor(), settings);
        return run_coroutine(context, rooms.agents.reap([this](std::string job) { return log_of(std::move(job)); }));
    }

    asio::awaitable<std::optional<std::filesystem::path>> log_of(std::string job) {
        if (job == "unknown") co_return std::nullopt;
        co_return settings.logging.dir / (job + ".log");
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(reaping, before)

BOOST_AUTO_TEST_CASE(removes_containers_of_this_instance_in_any_state_and_all_workspaces) {
    engine.add_container("a", labels(instance, "one"), "running");
    engine.add_container("b", labels(instance, "two"), "exited");
    engine.add_container("c", labels(instance, "three"), "created");
    engine.add_container("d", labels("elsewhere", "four"), "running");
    const auto done = reap();
    BOOST_REQUIRE(done);
    BOOST_TEST(done->containers == 3U);
    BOOST_TEST(!done->left_running);
    BOOST_TEST(engine.containers() == std::vector<std::string>{"d"}, boost::test_tools::per_element());
    BOOST_TEST(workspaces().empty());
}

BOOST_AUTO_TEST_CASE(collects_the_logs_of_those_that_ran_and_are_known) {
    engine.add_container("a", labels(instance, "one"), "exited");
    engine.add_container("b", labels(instance, "two"), "created");
    engine.add_container("c", labels(instance, "unknown"), "exited");
    BOOST_REQUIRE(reap());
    BOOST_TEST(text_of(settings.logging.dir / "one.log") == "a printed this\n");
    BOOST_TEST(logs().size() == 1U);
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(goes_on_without_a_log_that_cannot_be_had) {
    engine.add_container("a", labels(instance, "one"), "exited");
    engine.on("logs", "refuse 'no'");
    BOOST_TEST(reap().value().containers == 1U);
    BOOST_TEST(log.contains("could not be kept"));
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(goes_on_past_a_dead_container_that_stays) {
    engine.add_container("a", labels(instance, "one"), "exited");
    engine.add_container("b", labels(instance, "two"), "running");
    engine.on("rm", "[ $4 = a ] && refuse 'device or resource busy'");
    const auto done = reap();
    BOOST_REQUIRE(done);
    BOOST_TEST(done->containers == 1U);
    BOOST_TEST(!done->left_running);
    BOOST_TEST(log.contains("device or resource busy"));
    BOOST_TEST(workspaces().empty());
}

BOOST_AUTO_TEST_CASE(tells_of_one_that_runs_and_cannot_be_removed_and_leaves_it_its_workspace) {
    engine.add_container("a", labels(instance, "one"), "running");
    engine.on("rm", "refuse 'no'");
    const auto done = reap();
    BOOST_REQUIRE(done);
    BOOST_TEST(bool(done->left_running));
    BOOST_TEST(workspaces().size() == 1U);
}

BOOST_AUTO_TEST_CASE(needs_the_engine) {
    engine.on("ps", "unreachable");
    const auto done = reap();
    BOOST_REQUIRE(!done);
    BOOST_TEST(bool(done.error().code == errc::engine_unreachable));
    BOOST_TEST(workspaces().size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
