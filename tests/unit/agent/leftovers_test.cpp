#include "bench.hpp"

using namespace familiar;
using namespace familiar::test;
using namespace std::chrono_literals;
using core::errc;
using state = agent::found_container::state;
namespace asio = boost::asio;

namespace {

struct left : bench {
    static std::map<std::string, std::string> labels(const std::string& of_instance, const std::string& job) {
        return {{"familiar.agent", "true"},
                {"familiar.instance", of_instance},
                {"familiar.job", job},
                {"familiar.attempt", "2"},
                {"familiar.timeout", "30m"}};
    }

    core::result<std::vector<agent::found_container>> list() {
        return ask([](agent::agents& agents) { return agents.list(); });
    }

    agent::found_container found(const std::string& name) {
        for (const auto& one : list().value())
            if (one.name == name) return one;
        throw std::runtime_error("no container " + name);
    }

    core::result<bool> remove_unstarted(const std::string& name) {
        return ask([&](agent::agents& agents) { return agents.remove_unstarted(name); });
    }

    core::result<void> remove_stray(const agent::found_container& which, const std::filesystem::path& log_file) {
        return ask([&](agent::agents& agents) { return agents.remove_stray(which, log_file); });
    }

    core::result<void> follow(const std::string& name, std::function<asio::awaitable<bool>(std::string)> take) {
        return ask([&](agent::agents& agents) { return agents.follow_log(name, take); });
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(the_containers_of_this_server, left)

BOOST_AUTO_TEST_CASE(are_listed_with_what_their_labels_and_the_engine_say) {
    engine.add_container("a", labels(instance, "one"), "running");
    engine.add_container("b", labels(instance, "two"), "exited");
    engine.add_container("c", labels(instance, "three"), "created");
    engine.add_container("d", labels("elsewhere", "four"), "running");
    BOOST_TEST(list().value().size() == 3U);
    const auto running = found("a");
    BOOST_TEST(running.job == "one");
    BOOST_TEST(running.attempt == 2);
    BOOST_TEST(bool(running.is == state::running));
    BOOST_TEST(bool(running.started_at == *core::parse_time("2026-01-31T12:00:00Z")));
    BOOST_TEST(bool(running.deadline == *core::parse_time("2026-01-31T12:30:00Z")));
    BOOST_TEST(bool(found("b").is == state::ended));
    BOOST_TEST(bool(found("c").is == state::never_started));
    BOOST_TEST(!found("c").deadline);
}

BOOST_AUTO_TEST_CASE(are_listed_also_with_odd_labels) {
    engine.add_container("a", {{"familiar.agent", "true"}, {"familiar.instance", instance}}, "running");
    auto odd = labels(instance, "one");
    odd["familiar.attempt"] = "-1x";
    odd["familiar.timeout"] = "soon";
    engine.add_container("b", odd, "running");
    BOOST_TEST(list().value().size() == 2U);
    BOOST_TEST(found("a").job == "");
    BOOST_TEST(found("b").attempt == 0);
    BOOST_TEST(!found("b").deadline);
}

BOOST_AUTO_TEST_CASE(without_a_timeout_have_no_deadline) {
    auto endless = labels(instance, "one");
    endless["familiar.timeout"] = "0s";
    engine.add_container("a", endless, "running");
    BOOST_TEST(!found("a").deadline);
}

BOOST_AUTO_TEST_CASE(are_unknown_without_an_engine) {
    engine.on("ps", "unreachable");
    const auto listed = list();
    BOOST_REQUIRE(!listed);
    BOOST_TEST(bool(listed.error().code == errc::engine_unreachable));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(removing_one_that_never_started, left)

BOOST_AUTO_TEST_CASE(removes_it) {
    engine.add_container("a", labels(instance, "one"), "created");
    BOOST_TEST(remove_unstarted("a").value());
    BOOST_TEST(engine.containers().empty());
    BOOST_TEST(remove_unstarted("a").value());
}

BOOST_AUTO_TEST_CASE(leaves_it_if_it_was_started_meanwhile) {
    engine.add_container("a", labels(instance, "one"), "running");
    BOOST_TEST(!remove_unstarted("a").value());
    engine.end("a", 3);
    BOOST_TEST(!remove_unstarted("a").value());
    BOOST_TEST(engine.containers().size() == 1U);
    BOOST_TEST(engine.calls("rm").empty());
}

BOOST_AUTO_TEST_CASE(leaves_it_if_it_is_started_in_the_last_moment) {
    engine.add_container("a", labels(instance, "one"), "created");
    engine.on("rm", "( do_start \"$3\" )");
    BOOST_TEST(!remove_unstarted("a").value());
    BOOST_TEST(engine.running().size() == 1U);
}

BOOST_AUTO_TEST_CASE(is_left_to_another_time_if_the_engine_is_away) {
    engine.add_container("a", labels(instance, "one"), "created");
    for (const auto* command : {"inspect", "rm"}) {
        engine.on(command, "unreachable");
        const auto removed = remove_unstarted("a");
        BOOST_REQUIRE(!removed);
        BOOST_TEST(bool(removed.error().code == errc::engine_unreachable));
        engine.on(command, "");
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(a_stray, left)

BOOST_AUTO_TEST_CASE(that_runs_is_stopped_and_its_log_kept) {
    engine.add_container("a", labels(instance, "one"), "running");
    BOOST_REQUIRE(remove_stray(found("a"), settings.logging.dir / "x/one.log"));
    BOOST_TEST(engine.calls("stop -t 1 -- a").size() == 1U);
    BOOST_TEST(text_of(settings.logging.dir / "x/one.log") == "a printed this\n");
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(does_not_replace_a_log_that_is_there) {
    engine.add_container("a", labels(instance, "one"), "exited");
    std::filesystem::create_directories(settings.logging.dir);
    std::ofstream(settings.logging.dir / "one.log") << "before";
    BOOST_REQUIRE(remove_stray(found("a"), settings.logging.dir / "one.log"));
    BOOST_TEST(text_of(settings.logging.dir / "one.log") == "before");
    BOOST_TEST(engine.calls("stop").empty());
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(goes_without_a_log_if_nobody_wants_one_or_there_is_none) {
    engine.add_container("a", labels(instance, "one"), "exited");
    engine.add_container("b", labels(instance, "two"), "created");
    BOOST_REQUIRE(remove_stray(found("a"), {}));
    BOOST_REQUIRE(remove_stray(found("b"), settings.logging.dir / "two.log"));
    BOOST_TEST(engine.calls("logs").empty());
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(goes_also_if_its_log_cannot_be_read) {
    engine.add_container("a", labels(instance, "one"), "exited");
    engine.on("logs", "refuse 'configured logging driver does not support reading'");
    BOOST_REQUIRE(remove_stray(found("a"), settings.logging.dir / "one.log"));
    BOOST_TEST(log.contains("the log of a container that nobody watches is lost"));
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(stays_while_its_log_may_still_be_had) {
    engine.add_container("a", labels(instance, "one"), "exited");
    const auto which = found("a");
    engine.on("logs", "refuse 'write /x: no space left on device'");
    BOOST_TEST(bool(remove_stray(which, settings.logging.dir / "one.log").error().code == errc::storage_full));
    engine.on("logs", "unreachable");
    BOOST_TEST(bool(remove_stray(which, settings.logging.dir / "one.log").error().code == errc::engine_unreachable));
    BOOST_TEST(engine.containers().size() == 1U);
    engine.on("logs", "");
    BOOST_REQUIRE(remove_stray(which, settings.logging.dir / "one.log"));
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(that_cannot_be_stopped_is_killed) {
    engine.add_container("a", labels(instance, "one"), "running");
    engine.on("stop", "refuse 'no'");
    BOOST_REQUIRE(remove_stray(found("a"), {}));
    BOOST_TEST(log.contains("could not be stopped"));
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(that_cannot_be_removed_is_told) {
    engine.add_container("a", labels(instance, "one"), "running");
    const auto which = found("a");
    engine.on("rm", "refuse 'device or resource busy'");
    BOOST_TEST(describe(remove_stray(which, {}).error()).find("device or resource busy") != std::string::npos);
    engine.on("stop", "unreachable");
    BOOST_TEST(bool(remove_stray(which, {}).error().code == errc::engine_unreachable));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(the_folders_of_jobs, left)

BOOST_AUTO_TEST_CASE(are_listed_and_removed) {
    std::filesystem::create_directories(settings.repo_cache.dir / "jobs/old/workspace");
    const auto names = ask([](agent::agents& agents) { return agents.workspaces(); });
    BOOST_TEST(names.value() == std::vector<std::string>{"old"}, boost::test_tools::per_element());
    BOOST_REQUIRE(ask([](agent::agents& agents) { return agents.remove_workspace("old"); }));
    BOOST_TEST(workspaces().empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(following_a_log, left)

BOOST_AUTO_TEST_CASE(hands_on_what_was_and_what_comes_until_the_container_ends) {
    engine.add_container("a", labels(instance, "one"), "running");
    std::string text;
    const auto followed = follow("a", [&](std::string piece) -> asio::awaitable<bool> {
        text += piece;
        if (text == "a printed this\n") engine.print("a", "more\n");
        if (text.ends_with("more\n")) engine.end("a", 0);
        co_return true;
    });
    BOOST_REQUIRE(followed);
    BOOST_TEST(text == "a printed this\nmore\n");
}

BOOST_AUTO_TEST_CASE(of_a_container_that_is_not_there_is_told) {
    const auto followed = follow("a", [](std::string) -> asio::awaitable<bool> { co_return true; });
    BOOST_TEST(bool(followed.error().code == errc::no_such_container));
}

BOOST_AUTO_TEST_CASE(ends_with_its_reader_and_takes_the_cli_with_it) {
    engine.add_container("a", labels(instance, "one"), "running");
    const auto followed = follow("a", [](std::string) -> asio::awaitable<bool> { co_return false; });
    BOOST_TEST(followed.has_value());
    BOOST_TEST(engine.running().size() == 1U);
    // The site fails the test if a child is left.
}

BOOST_AUTO_TEST_CASE(ends_with_a_cancellation_and_takes_the_cli_with_it) {
    engine.add_container("a", labels(instance, "one"), "running");
    ask([&](agent::agents& agents) -> asio::awaitable<int> {
        std::string text;
        async::task_group group(co_await asio::this_coro::executor, [](std::exception_ptr) {});
        group.spawn([](agent::agents& of, std::string& into) -> asio::awaitable<void> {
            co_await of.follow_log("a", [&into](std::string piece) -> asio::awaitable<bool> {
                into += piece;
                co_return true;
            });
        }(agents, text));
        co_await wait_until([&] { return !text.empty(); });
        group.cancel();
        co_await group.join();
        co_return 0;
    });
    BOOST_TEST(engine.running().size() == 1U);
}

BOOST_AUTO_TEST_CASE(runs_no_cli_unless_somebody_follows) {
    engine.agent("ends 0");
    outcome_of(run());
    BOOST_TEST(engine.calls("logs --follow").empty());
}

BOOST_AUTO_TEST_SUITE_END()
