#include "agent/credentials.hpp"
#include "bench.hpp"
#include "issuing_forge.hpp"

using namespace familiar;
using namespace familiar::test;
using namespace std::chrono_literals;
using core::errc;
namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

/// What the agent finds among its secrets, with the mode of each file.
constexpr auto list_secrets =
    "( cd \"$OUT/../secrets\"; for file in $(find . -type f | sort); do stat -c '%a %n' \"$file\"; done; "
    "cat git_password 2>/dev/null ) > ";

struct credential_bench : bench {
    credential_bench() { settings.providers.github.token = core::secret("configured"); }

    fs::path found() const { return folder / "found"; }
    fs::path job() const { return agent::job_folder(settings.repo_cache, what.job); }
    fs::path password() const { return job() / "secrets/git_password"; }

    /// A GitHub App in place of the configured token.
    void use_app() {
        settings.providers.github.token = {};
        forges = [this](event::provider) { return &app; };
    }

    std::string what_the_agent_finds() {
        engine.agent(list_secrets + ("'" + found().string() + "'; ends 0"));
        outcome_of(run());
        return text_of(found());
    }

    std::vector<std::string> asked() const {
        std::vector<std::string> words;
        for (const auto& [path, wanted] : app.asked)
            words.push_back(path + (wanted == provider::access::write ? " write" : " read"));
        return words;
    }

    /// Ends the agent once it has the credential that is called so, and nothing of the one before.
    meanwhile_type end_when_it_has(const std::string& token) {
        return [this, token](async::task_group&) { return end_after(token); };
    }
    asio::awaitable<void> end_after(std::string token) {
        co_await wait_until([this, token] { return stages.saw("started") && text_of(password()) == token; });
        engine.print(agent::container_name(what), "all of it: " + token + " and token-1\n");
        engine.end(agent::container_name(what), 0);
    }

    issuing_forge app;
};

using list = std::vector<std::string>;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(the_credentials_of_an_agent, credential_bench)

BOOST_AUTO_TEST_CASE(that_may_push_are_the_configured_token) {
    BOOST_TEST(what_the_agent_finds() == "400 ./git_password\n400 ./git_username\nconfigured");
}

BOOST_AUTO_TEST_CASE(that_may_do_nothing_are_none) {
    settings.permissions.push_commits = config::action_policy::on_request;
    BOOST_TEST(what_the_agent_finds().empty());
    settings.permissions.push_commits = config::action_policy::always;
    what.subject.request.head_origin = event::origin::fork;
    settings.permissions.merge = config::action_policy::always;
    BOOST_TEST(what_the_agent_finds().empty());
}

BOOST_AUTO_TEST_CASE(that_may_approve_only_are_the_configured_token_and_nothing_is_pushed_by_itself) {
    settings.permissions.push_commits = config::action_policy::never;
    settings.permissions.approve = config::action_policy::always;
    BOOST_TEST(what_the_agent_finds() == "400 ./git_password\n400 ./git_username\nconfigured");
    BOOST_TEST(stages.launch.branch.empty());
}

BOOST_AUTO_TEST_CASE(without_a_token_are_none) {
    settings.providers.github.token = {};
    BOOST_TEST(what_the_agent_finds().empty());
}

BOOST_AUTO_TEST_CASE(of_an_app_can_do_no_more_than_the_agent_may) {
    use_app();
    // The first is for git on the host.
    BOOST_TEST(what_the_agent_finds() == "400 ./git_password\n400 ./git_username\ntoken-2");
    BOOST_TEST(asked() == (list{"acme/widgets read", "acme/widgets write"}), boost::test_tools::per_element());

    app.asked.clear();
    settings.permissions.push_commits = config::action_policy::never;
    BOOST_TEST(what_the_agent_finds() == "400 ./git_password\n400 ./git_username\ntoken-4");
    BOOST_TEST(asked() == (list{"acme/widgets read", "acme/widgets read"}), boost::test_tools::per_element());

    app.asked.clear();
    settings.permissions.merge = config::action_policy::always;
    what_the_agent_finds();
    BOOST_TEST(asked() == (list{"acme/widgets read", "acme/widgets write"}), boost::test_tools::per_element());

    app.asked.clear();
    what.subject.request.head_origin = event::origin::unknown;
    what_the_agent_finds();
    BOOST_TEST(asked() == (list{"acme/widgets read", "acme/widgets read"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(are_not_asked_of_a_forge_that_cannot_make_any) {
    app.narrow = false;
    forges = [this](event::provider) { return &app; };
    BOOST_TEST(what_the_agent_finds() == "400 ./git_password\n400 ./git_username\nconfigured");
    BOOST_TEST(app.asked.empty());
    forges = [](event::provider) -> provider::forge* { return nullptr; };
    BOOST_TEST(what_the_agent_finds() == "400 ./git_password\n400 ./git_username\nconfigured");
}

BOOST_AUTO_TEST_CASE(are_asked_for_again_after_what_passes) {
    use_app();
    app.failures = {core::fail(errc::unavailable, "502"), core::fail(errc::timed_out, "slow")};
    BOOST_TEST(what_the_agent_finds().ends_with("token-2"));
}

BOOST_AUTO_TEST_CASE(that_the_forge_does_not_give_now_are_waited_for_elsewhere) {
    use_app();
    auto later = core::fail(errc::unavailable, "a limit is used up");
    later.retry_after = 7min;
    for (const bool for_the_host : {true, false}) {
        app.failures = {later};
        if (!for_the_host) app.failures.push_front(std::nullopt);
        const auto error = error_of(run());
        BOOST_TEST(bool(error.code == errc::forge_unreachable));
        BOOST_TEST(bool(error.retry_after == 7min));
        BOOST_TEST(is_clean());
    }
}

BOOST_AUTO_TEST_CASE(that_the_forge_refuses_fail_the_job_with_its_words) {
    use_app();
    app.failures = {core::fail(errc::authentication_failed, "the App is not installed in acme/widgets")};
    const auto error = error_of(run());
    BOOST_TEST(bool(error.code == errc::authentication_failed));
    BOOST_TEST(error.message.find("not installed") != std::string::npos);
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(are_renewed_before_they_end_for_as_long_as_it_runs) {
    use_app();
    app.lives = {1h, 10min + 300ms, 10min + 300ms};
    outcome_of(run(end_when_it_has("token-4")));
    BOOST_TEST(asked() == (list{"acme/widgets read", "acme/widgets write", "acme/widgets write", "acme/widgets write"}),
               boost::test_tools::per_element());
    BOOST_TEST(text_of(logs().at(0)).find("all of it: *** and ***\n") != std::string::npos, text_of(logs().at(0)));
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(that_cannot_be_renewed_now_are_left_and_tried_again) {
    use_app();
    app.lives = {1h, 10min + 200ms};
    const auto outcome = outcome_of(run([this](async::task_group&) -> asio::awaitable<void> {
        return [](credential_bench& at) -> asio::awaitable<void> {
            co_await wait_until([&] { return at.stages.saw("started") && at.app.issued == 2; });
            at.app.failures = {core::fail(errc::unavailable, "502"), core::fail(errc::refused, "no more")};
            co_await wait_until([&] { return at.log.contains("could not be renewed"); });
            BOOST_TEST(text_of(at.password()) == "token-2");
            at.engine.end(agent::container_name(at.what), 0);
        }(*this);
    }));
    BOOST_TEST(to_text(outcome.how) == "succeeded");
    BOOST_TEST(log.contains("no more"));
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(are_not_renewed_any_more_once_it_is_stopped) {
    use_app();
    app.lives = {1h, 10min + 1h};
    const auto ended = run(cancel_when([this] { return stages.saw("started"); }));
    BOOST_TEST(to_text(outcome_of(ended).how) == "interrupted");
    BOOST_TEST(app.issued == 2);
    BOOST_TEST(is_clean());
}

/// An agent that an earlier server has started.
struct adopted_with_credentials : credential_bench {
    adopted_with_credentials() {
        for (const auto* part : {"out", "secrets", "familiar"}) fs::create_directories(job() / part);
    }
    agent::adoption left_running() {
        engine.add_container(agent::container_name(what),
                             {{"familiar.agent", "true"},
                              {"familiar.instance", instance},
                              {"familiar.job", what.job},
                              {"familiar.attempt", "1"},
                              {"familiar.timeout", "30m"}},
                             "running", core::to_rfc3339(core::now()));
        const auto found = ask([](agent::agents& agents) { return agents.list(); });
        return {found.value().at(0), settings.logging.dir / "earlier.log", {}};
    }
};

BOOST_FIXTURE_TEST_CASE(of_an_adopted_one_are_renewed_at_once_and_go_as_far_as_before, adopted_with_credentials) {
    use_app();
    const auto old = provider::credential{"x-access-token", core::secret("token-old"), {}};
    BOOST_REQUIRE(agent::put_credentials(job() / "secrets",
                                         agent::credential_files(settings.providers, event::provider::github, old)));
    // The server would permit more; what the repository narrowed is not known any more but for this.
    BOOST_REQUIRE(agent::note_access(job() / "familiar", provider::access::read));
    outcome_of(adopt(left_running(), end_when_it_has("token-1")));
    BOOST_TEST(asked() == list{"acme/widgets read"}, boost::test_tools::per_element());
    BOOST_TEST(is_clean());
}

BOOST_FIXTURE_TEST_CASE(of_an_adopted_one_that_has_none_to_renew_are_left_alone, adopted_with_credentials) {
    use_app();
    outcome_of(adopt(left_running(), [this](async::task_group&) { return end_when_started(); }));
    BOOST_TEST(app.asked.empty());
    BOOST_TEST(is_clean());
}

BOOST_FIXTURE_TEST_CASE(of_an_adopted_one_are_left_alone_without_an_app, adopted_with_credentials) {
    BOOST_REQUIRE(agent::note_access(job() / "familiar", provider::access::write));
    outcome_of(adopt(left_running(), [this](async::task_group&) { return end_when_started(); }));
    BOOST_TEST(app.asked.empty());
    BOOST_TEST(!fs::exists(password()));
}

BOOST_AUTO_TEST_SUITE_END()
