#include "core/secret.hpp"
#include "e2e/support/arranged_docker.hpp"
#include "e2e/support/forge.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/wait_for.hpp"
#include "support/unit_test.hpp"

#include <csignal>
#include <fstream>
#include <sstream>

// SIGHUP: what changes while the server runs, what does not, and what becomes of a wrong file.
namespace {

using namespace familiar::test;

constexpr auto reloaded = "msg=\"configuration reloaded\"";
constexpr auto refused = "msg=\"the old configuration stays in force\"";

/// Longer than any that the tests have elsewhere, so that nothing else blanks them out.
constexpr auto new_secret = "a-new-secret-of-the-forge-2026";
constexpr auto operator_token = "a-new-token-of-the-operators-2026";

std::size_t count(const std::string& all, const std::string& part) {
    std::size_t found = 0;
    for (auto at = all.find(part); at != std::string::npos; at = all.find(part, at + part.size())) ++found;
    return found;
}

/// SIGHUP; returns once the log has one more line with `outcome`.
void reload_once(server& familiar, const std::string& outcome = reloaded) {
    const auto before = count(familiar.log(), outcome);
    familiar.signal(SIGHUP);
    wait_for("the configuration is read again", [&] { return count(familiar.log(), outcome) > before; });
}

void change(server& familiar, const configuration::entries& changes, const std::string& outcome = reloaded) {
    familiar.configured().set(changes);
    familiar.write_configuration();
    reload_once(familiar, outcome);
}

/// The last line of the log that has this text.
std::string last_line(const server& familiar, const std::string& text) {
    std::istringstream lines(familiar.log());
    std::string last;
    for (std::string line; std::getline(lines, line);)
        if (line.find(text) != std::string::npos) last = line;
    return last;
}

bool says(const std::string& line, const std::string& part) {
    return line.find(part) != std::string::npos;
}

/// The status that a webhook signed with this secret gets.
unsigned status_with(const server& familiar, const std::string& secret, const webhook& what = github("ping", {})) {
    const auto signature = "sha256=" + familiar::core::to_hex(familiar::core::hmac_sha256(secret, what.body()));
    return familiar
        .post(what, {{"Content-Type", "application/json"},
                     {"X-GitHub-Event", what.event},
                     {"X-GitHub-Delivery", what.delivery},
                     {"X-Hub-Signature-256", signature}})
        .status;
}

struct desk {
    test_forge forge;

    webhook opened() { return github("pull_request.opened", forge.open()); }
    /// About a repository that need not exist: for jobs that are refused.
    static webhook opened_in(const std::string& path) {
        merge_request about;
        about.path = path;
        about.head = std::string(40, 'a');
        return github("pull_request.opened", about);
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(reload, desk)

BOOST_AUTO_TEST_CASE(secrets_are_rotated_and_never_shown) {
    server familiar(forge, {{"triggers.repositories", "[nobody/*]"}});
    BOOST_TEST(status_with(familiar, webhook_secret) == 200u);
    BOOST_TEST(status_with(familiar, new_secret) == 401u);
    BOOST_TEST(familiar.get("/api/jobs").status == 404u);

    change(familiar, {{"providers.github.webhook_secret", std::string("[") + new_secret + ", " + webhook_secret + "]"},
                      {"server.api_token", operator_token}});
    BOOST_TEST(status_with(familiar, webhook_secret) == 200u);
    BOOST_TEST(status_with(familiar, new_secret) == 200u);
    const auto told = last_line(familiar, reloaded);
    BOOST_TEST(says(told, "changed=\"server.api_token, providers.github.webhook_secret\""), told);
    BOOST_TEST(familiar.get("/api/jobs").status == 401u);
    const header_fields authorised{{"Authorization", std::string("Bearer ") + operator_token}};
    BOOST_TEST(request(familiar.port(), "GET", "/api/jobs", authorised).status == 200u);

    change(familiar, {{"providers.github.webhook_secret", new_secret}, {"server.api_token", "\"\""}});
    BOOST_TEST(status_with(familiar, webhook_secret) == 401u);
    BOOST_TEST(status_with(familiar, new_secret) == 200u);
    BOOST_TEST(request(familiar.port(), "GET", "/api/jobs", authorised).status == 404u);

    // The log names the repository of a job that is refused: not when that is a secret, new or old.
    for (const std::string secret : {new_secret, operator_token, webhook_secret}) {
        BOOST_TEST(status_with(familiar, new_secret, opened_in("acme/" + secret)) == 202u);
        BOOST_TEST(!says(familiar.log(), secret), secret);
    }
    wait_for("jobs are refused", [&] { return count(familiar.log(), "acme/***") >= 3; });
    for (const std::string secret : {new_secret, operator_token, webhook_secret})
        BOOST_TEST(!says(familiar.log(), secret), secret);
}

BOOST_AUTO_TEST_CASE(a_raised_limit_starts_what_waits_and_only_what_starts_later_has_the_new_settings) {
    server familiar(forge, {{"concurrency.max_agents", "1"},
                            {"prompts.mr_opened", "the first prompt"},
                            {"agents.timeout", "3m"},
                            {"agents.env.DEMO_WAIT_FOR", server::waits_for_go}});
    const auto first = familiar.accepted(opened());
    familiar.wait_until_waiting(first);
    const auto deadline = familiar.job(first).deadline;
    const auto request = forge.open();
    const auto second = familiar.accepted(github("pull_request.opened", request));
    familiar.wait_for_state(second, {"queued"});

    change(familiar, {{"concurrency.max_agents", "2"},
                      {"prompts.mr_opened", "the second prompt"},
                      {"agents.timeout", "9m"},
                      {"git.author_name", "the-second-author"}});
    familiar.wait_until_waiting(second);
    BOOST_TEST(familiar.metric("familiar_agent_slots") == 2);
    BOOST_TEST(familiar.job(first).state == "running");
    BOOST_TEST((familiar.job(first).deadline == deadline));
    BOOST_TEST((familiar.job(second).deadline.value() - familiar.job(second).started_at.value() > 8 * 60'000));

    for (const auto& job : {first, second}) familiar.let_go(job);
    BOOST_TEST(familiar.wait_for_job(first).state == "succeeded");
    BOOST_TEST(familiar.wait_for_job(second).state == "succeeded");
    BOOST_TEST(says(read_file(familiar.job(first).log), "the first prompt"));
    BOOST_TEST(says(read_file(familiar.job(second).log), "the second prompt"));
    const auto repository = "--git-dir=" + forge.repository(request.path).string();
    const auto pushed = run_program({"git", repository, "log", "-1", "--format=%an", forge.branch_tip(request)});
    BOOST_TEST(pushed.out == "the-second-author\n");
}

BOOST_AUTO_TEST_CASE(the_log_and_the_triggers_change_at_once) {
    server familiar(forge);
    const auto last_refused = [&] { return last_line(familiar, "webhook refused"); };
    change(familiar, {{"logging.level", "error"}});
    BOOST_TEST(says(last_line(familiar, reloaded), "changed=logging.level"));
    BOOST_TEST(status_with(familiar, "wrong") == 401u);
    BOOST_TEST(last_refused() == "");

    change(familiar, {{"logging.level", "info"}, {"logging.format", "json"}}, "\"msg\":\"configuration reloaded\"");
    BOOST_TEST(status_with(familiar, "wrong") == 401u);
    BOOST_TEST(says(last_refused(), "{\"ts\":"), last_refused());

    change(familiar, {{"logging.format", "logfmt"}, {"triggers.repositories", "[elsewhere/*]"}});
    const auto job = familiar.accepted(opened_in("acme/widgets"));
    BOOST_TEST(familiar.wait_for_job(job).state == "refused");
    change(familiar, {{"triggers.repositories", "[acme/*]"}, {"triggers.minimum_permission", "write"}});
    const auto other = familiar.wait_for_job(familiar.accepted(opened_in("acme/widgets")));
    BOOST_TEST(other.state == "refused");
    BOOST_TEST(says(other.reason, "allow_users"), other.reason);
}

BOOST_AUTO_TEST_CASE(a_wrong_file_changes_nothing_and_the_log_says_where_it_is_wrong) {
    server familiar(forge);
    std::ofstream(familiar.file()) << "server:\n  port: many\nagents:\n  timeuot: 5m\n";
    reload_once(familiar, refused);
    const auto file = "file=" + familiar.file().string();
    BOOST_TEST(familiar.has_logged({"level=error", file, "line=2", "column=9", "server.port: "}));
    BOOST_TEST(familiar.has_logged({"level=error", file, "line=4", "column=3", "agents.timeuot", "timeout"}));
    BOOST_TEST(!familiar.has_logged({reloaded}));
    BOOST_TEST(familiar.get("/health").field("status") == "ok");
    BOOST_TEST(status_with(familiar, webhook_secret) == 200u);

    std::filesystem::remove(familiar.file());
    reload_once(familiar, refused);
    BOOST_TEST(familiar.has_logged({"level=error", file, "cannot read the configuration"}));
    BOOST_TEST(status_with(familiar, webhook_secret) == 200u);

    familiar.write_configuration();
    reload_once(familiar);
    BOOST_TEST(says(last_line(familiar, reloaded), "changed=none"));
}

BOOST_AUTO_TEST_CASE(what_needs_a_restart_is_named_and_stays_while_the_rest_changes) {
    server familiar(forge);
    const auto database = familiar.database().string();
    change(familiar, {{"server.port", "1"},
                      {"storage.path", "/nowhere/familiar.db"},
                      {"providers.gitlab.webhook_secret", "\"\""},
                      {"bot_username", "somebody-else"}});
    const auto told = last_line(familiar, reloaded);
    BOOST_TEST(says(told, "changed=bot_username"), told);
    BOOST_TEST(says(told, "needs_restart=\"providers.gitlab, server.port, storage.path\""), told);
    BOOST_TEST(familiar.has_logged({"level=warning", "server.port: changed in the file, needs a restart"}));
    BOOST_TEST(status_with(familiar, webhook_secret) == 200u);
    BOOST_TEST(familiar.post(gitlab("merge_request.open", {.head = std::string(40, 'a')})).status == 202u);
    auto own = opened_in("acme/widgets");
    own.at("/sender/login") = "somebody-else";
    BOOST_TEST(familiar.post(own).field("reason") == "the bot's own event");
    BOOST_TEST(std::filesystem::exists(database));
}

BOOST_AUTO_TEST_CASE(a_signal_before_the_server_is_ready_is_not_lost_and_one_while_it_drains_is_ignored) {
    const arranged_docker docker;
    docker.once("version", "kill -HUP $PPID");
    server familiar(forge, {{"docker.cli", docker.program()}, {"agents.env.DEMO_WAIT_FOR", server::waits_for_go}});
    BOOST_TEST(docker.has_happened("version"));
    wait_for("it is read again", [&] { return familiar.has_logged({reloaded, "changed=none"}); });

    const auto job = familiar.accepted(opened());
    familiar.wait_until_waiting(job);
    familiar.signal(SIGTERM);
    wait_for("the server drains", [&] { return familiar.has_logged({"msg=draining"}); });
    familiar.signal(SIGHUP);
    wait_for("the signal is ignored", [&] { return familiar.has_logged({"SIGHUP is ignored"}); });
    BOOST_TEST(count(familiar.log(), reloaded) == 1u);
    familiar.let_go(job);
    BOOST_TEST(familiar.wait_for_end() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
