#include "e2e/support/docker.hpp"
#include "e2e/support/forge.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/suite_wide.hpp"
#include "e2e/support/wait_for.hpp"
#include "support/unit_test.hpp"

#include <csignal>
#include <fstream>

// From a webhook to the commit that its agent pushed, for every event of both forges; and who gets no agent.
namespace {

using namespace familiar::test;

/// One forge, and one server whose agents do their work at once.
struct common : suite_wide<common> {
    test_forge forge;
    server familiar{forge, {{"events.mr_comment", "true"}}};
};

test_forge& forge() {
    return common::now->forge;
}
server& familiar_server() {
    return common::now->familiar;
}

void check_log(const server& familiar, const job_row& job, const std::string& forge_name) {
    const std::filesystem::path log = job.log;
    BOOST_TEST(log.parent_path() == familiar.logs() / forge_name / job.path / std::to_string(job.number));
    BOOST_TEST(log.filename().string().ends_with("-" + job.kind + "-" + job.id + ".log"));
    BOOST_TEST(read_file(log).find("agent: done") != std::string::npos);
}

/// The whole way of a webhook whose agent pushes: the job, the commit on the branch, the log, the counters, and nothing
/// left.
void check_whole_way(server& familiar, const webhook& what, const merge_request& about, const std::string& kind) {
    const double spawned = familiar.metric("familiar_agents_spawned_total");
    const double completed = familiar.metric("familiar_agents_completed_total");
    const auto head = forge().branch_tip(about);

    const auto job = familiar.wait_for_job(familiar.accepted(what));
    BOOST_TEST_INFO(job.reason);
    BOOST_TEST(job.state == "succeeded");
    BOOST_TEST(job.kind == kind);
    BOOST_TEST(job.path == about.path);
    BOOST_TEST(job.number == about.number);
    BOOST_TEST(job.head == head);
    BOOST_TEST(job.attempt == 1);
    BOOST_TEST(job.exit_code.value_or(-1) == 0);
    BOOST_TEST(forge().branch_tip(about) != head);
    BOOST_TEST(forge().tip(about.path, "refs/heads/" + about.branch + "~1") == head);
    check_log(familiar, job, what.forge);
    BOOST_TEST(!has_container(job.container));
    BOOST_TEST(!std::filesystem::exists(familiar.workspace(job.id)));
    BOOST_TEST(familiar.metric("familiar_agents_spawned_total") == spawned + 1);
    BOOST_TEST(familiar.metric("familiar_agents_completed_total") == completed + 1);
}

void check_ignored(const answer& given, const std::string& reason) {
    BOOST_TEST(given.status == 200);
    BOOST_TEST(given.field("status") == "ignored");
    BOOST_TEST(given.field("reason") == reason);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(main_job, *boost::unit_test::fixture<common>())

BOOST_AUTO_TEST_CASE(a_pull_request_that_is_opened_and_updated_has_a_finished_agent_each_time) {
    auto about = forge().open();
    check_whole_way(familiar_server(), github("pull_request.opened", about), about, "mr_opened");

    forge().push(about, {{"lib/spin.txt", "Spin faster.\n"}});
    check_whole_way(familiar_server(), github("pull_request.synchronize", about), about, "mr_updated");
}

BOOST_AUTO_TEST_CASE(a_comment_at_github_runs_on_the_branch_that_an_earlier_event_told_of) {
    const auto about = forge().open();
    check_whole_way(familiar_server(), github("pull_request.opened", about), about, "mr_opened");
    forge().point_requests_at_branch(about);
    check_whole_way(familiar_server(), github("issue_comment.created", about), about, "mr_comment");
    forge().point_requests_at_branch(about);
    check_whole_way(familiar_server(), github("issue_comment.created.mention", about), about, "mention");
}

BOOST_AUTO_TEST_CASE(a_comment_on_the_diff_knows_its_branch_by_itself) {
    const auto about = forge().open();
    check_whole_way(familiar_server(), github("pull_request_review_comment.created", about), about, "mr_comment");
}

BOOST_AUTO_TEST_CASE(a_comment_on_a_pull_request_nobody_has_heard_of_is_refused_like_a_fork) {
    const auto job = familiar_server().accepted(github("issue_comment.created.mention", forge().open()));
    const auto ended = familiar_server().wait_for_job(job);
    BOOST_TEST(ended.state == "refused");
    BOOST_TEST(ended.reason.find("triggers.forks") != std::string::npos);
    BOOST_TEST(ended.container == "");
}

BOOST_AUTO_TEST_CASE(a_merge_request_at_gitlab_is_opened_updated_and_talked_about) {
    auto about = forge().open({{"lib/spin.txt", "Spin.\n"}}, "group/deeper/still");
    check_whole_way(familiar_server(), gitlab("merge_request.open", about), about, "mr_opened");
    forge().push(about, {{"lib/spin.txt", "Spin faster.\n"}});
    check_whole_way(familiar_server(), gitlab("merge_request.update.oldrev", about), about, "mr_updated");
    forge().point_requests_at_branch(about);
    check_whole_way(familiar_server(), gitlab("note.create", about), about, "mr_comment");
    forge().point_requests_at_branch(about);
    check_whole_way(familiar_server(), gitlab("note.create.mention", about), about, "mention");
}

BOOST_AUTO_TEST_CASE(with_a_signing_token_gitlab_signs_and_its_secret_token_is_worth_nothing) {
    server familiar(forge(), {{"providers.gitlab.signing_token", signing_token}});
    const auto about = forge().open();
    const auto opened = gitlab("merge_request.open", about);
    BOOST_TEST(familiar.post(opened).status == 401u);
    const auto given = familiar.post(opened, header_with_signature(opened));
    BOOST_REQUIRE_MESSAGE(given.status == 202, given.head << given.body);
    BOOST_TEST(familiar.wait_for_job(given.field("job")).state == "succeeded");
}

BOOST_AUTO_TEST_CASE(every_docker_program_at_hand_will_do) {
    for (const auto& program : docker_programs()) {
        BOOST_TEST_MESSAGE(program);
        server familiar(forge(), {{"docker.cli", program}});
        const auto about = forge().open();
        check_whole_way(familiar, github("pull_request.opened", about), about, "mr_opened");
    }
}

BOOST_AUTO_TEST_CASE(a_draft_is_ignored_but_for_a_mention_on_it) {
    const auto about = forge().open();
    check_ignored(familiar_server().post(github("pull_request.opened.draft", about)), "draft");
    check_ignored(familiar_server().post(gitlab("merge_request.open.draft", about)), "draft");

    auto mention = gitlab("note.create.mention", about);
    mention.at("/merge_request").as_object()["draft"] = true;
    check_whole_way(familiar_server(), mention, about, "mention");
}

BOOST_AUTO_TEST_CASE(a_comment_without_a_mention_is_ignored_unless_asked_for) {
    server familiar(forge());
    const auto about = forge().open();
    check_ignored(familiar.post(gitlab("note.create", about)), "events.mr_comment is off");
    check_ignored(familiar.post(github("pull_request_review_comment.created", about)), "events.mr_comment is off");
    BOOST_TEST(familiar.wait_for_job(familiar.accepted(gitlab("note.create.mention", about))).state == "succeeded");
    BOOST_TEST(familiar.jobs().size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_ping_is_answered_with_a_pong) {
    const auto given = familiar_server().post(github("ping", {}));
    BOOST_TEST(given.status == 200u);
    BOOST_TEST(given.field("status") == "pong");
}

BOOST_AUTO_TEST_CASE(a_closed_pull_request_starts_nothing) {
    const auto given = familiar_server().post(github("pull_request.closed", forge().open()));
    BOOST_TEST(given.status == 200u);
    BOOST_TEST(given.field("status") == "ignored");
}

BOOST_AUTO_TEST_CASE(a_fork_is_held_unless_allowed_and_then_it_cannot_push) {
    const auto about = forge().open();
    const auto opened = github("pull_request.opened.fork", about);
    familiar_server().wait_for_state(familiar_server().accepted(opened), {"held"});

    server familiar(forge(), {{"triggers.forks", "allow"}});
    const auto job = familiar.wait_for_job(familiar.accepted(opened));
    BOOST_TEST_INFO(job.reason);
    BOOST_TEST(job.state == "succeeded");
    BOOST_TEST(forge().branch_tip(about) == about.head);
    const auto log = read_file(job.log);
    BOOST_TEST(log.find("on familiar/mr-7 in") != std::string::npos);
    BOOST_TEST(log.find("I may not push") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(while_permissions_cannot_be_asked_for_only_named_users_pass) {
    server familiar(forge(), {{"triggers.minimum_permission", "write"}, {"triggers.allow_users", "[Grace]"}});
    const auto about = forge().open();
    auto opened = github("pull_request.opened", about);
    const auto refused = familiar.wait_for_job(familiar.accepted(opened));
    BOOST_TEST(refused.state == "refused");
    BOOST_TEST(refused.reason.find("ada is not in triggers.allow_users") != std::string::npos);
    BOOST_TEST(familiar.metric("familiar_agents_spawned_total") == 0);
    BOOST_TEST(familiar.metric("familiar_jobs_total{event=\"mr_opened\",outcome=\"refused\"}") == 1);

    opened = github("pull_request.opened", about);
    opened.at("/sender/login") = "grace";
    BOOST_TEST(familiar.wait_for_job(familiar.accepted(opened)).state == "succeeded");
}

BOOST_AUTO_TEST_CASE(a_repository_that_no_pattern_names_is_refused) {
    server familiar(forge(), {{"triggers.repositories", "[\"acme/*\"]"}});
    const auto within = familiar.accepted(github("pull_request.opened", forge().open()));
    const auto without = familiar.accepted(github("pull_request.opened", forge().open({{"a", "b"}}, "elsewhere")));
    BOOST_TEST(familiar.wait_for_job(within).state == "succeeded");
    BOOST_TEST(familiar.wait_for_job(without).state == "refused");
}

BOOST_AUTO_TEST_CASE(the_same_delivery_again_is_a_duplicate_and_starts_nothing) {
    const auto opened = github("pull_request.opened", forge().open());
    const auto job = familiar_server().accepted(opened);
    BOOST_TEST(familiar_server().wait_for_job(job).state == "succeeded");
    const auto jobs = familiar_server().jobs().size();

    const auto again = familiar_server().post(opened);
    BOOST_TEST(again.status == 200u);
    BOOST_TEST(again.field("status") == "duplicate");
    BOOST_TEST(again.field("job") == job);
    BOOST_TEST(again.field("state") == "succeeded");
    BOOST_TEST(familiar_server().jobs().size() == jobs);
}

BOOST_AUTO_TEST_CASE(what_is_sent_by_hand_is_signed_and_a_kept_delivery_can_be_sent_again) {
    auto& familiar = familiar_server();
    const auto about = forge().open();
    const auto file = (familiar.folder() / "opened.json").string();
    std::ofstream(file) << github("pull_request.opened", about).body();

    const auto sent =
        familiar.command({"send", "--url", familiar.url(), "--provider", "github", "--event", "pull_request", file});
    BOOST_TEST_INFO(sent.error);
    BOOST_TEST(sent.code == 0);
    BOOST_TEST(sent.out.starts_with("202 {\"status\":\"queued\",\"job\":\""));
    const auto job = sent.out.substr(sent.out.find("\"job\":\"") + 7, 26);
    BOOST_TEST(familiar.wait_for_job(job).state == "succeeded");

    const auto delivery = deliveries_in(familiar.database()).back();
    const auto again = familiar.command({"send", "--url", familiar.url(), "--delivery", delivery});
    BOOST_TEST_INFO(again.error);
    BOOST_TEST(again.code == 0);
    BOOST_TEST(again.out.starts_with("200 {\"status\":\"duplicate\""));

    const auto wrong =
        familiar.command({"send", "--url", familiar.url(), "--provider", "github", "--event", "pull_request", file},
                         {{"FAMILIAR_SECRET", "not-the-secret"}});
    BOOST_TEST(wrong.code == 1);
    BOOST_TEST(wrong.out.starts_with("401 "));
    BOOST_TEST(
        familiar.command({"send", "--url", "http://127.0.0.1:1", "--provider", "github", "--event", "ping", file})
            .code == 1);
    BOOST_TEST(familiar.command({"send", "--url", familiar.url(), "--provider", "github", file}).code == 2);
    BOOST_TEST(familiar.command({"send", "--url", familiar.url(), "--delivery", "nobody-sent-this"}).code == 2);
}

BOOST_AUTO_TEST_CASE(what_is_sent_with_a_secret_from_the_environment_needs_no_configuration) {
    const temporary_directory elsewhere;
    std::ofstream(elsewhere / "ping.json") << "{}";
    std::ofstream(elsewhere / "familiar.yaml") << "nonsense: true\n";
    const auto send = [&](const std::string& secret, std::vector<std::string> more = {}) {
        more.insert(more.begin(), {FAMILIAR_BINARY, "send", "--provider", "github", "--event", "ping", "ping.json"});
        return run_program(
            more, {.environment = {{"FAMILIAR_SECRET", secret}, {"FAMILIAR_URL", ""}}, .directory = elsewhere.path()});
    };
    const auto with_url = send(webhook_secret, {"--url", familiar_server().url()});
    BOOST_TEST(with_url.code == 0, with_url.error);
    // Whoever has port 7000 of this machine, if anybody: it was asked, and does not know this secret.
    const auto without_url = send("nobody-has-this-one");
    BOOST_TEST(without_url.code == 1, without_url.error);

    const auto without_secret = send("");
    BOOST_TEST(without_secret.code == 2);
    BOOST_TEST(without_secret.error.ends_with("familiar: with FAMILIAR_SECRET set, send needs no configuration\n"),
               without_secret.error);
    const auto with_file = send("", {"--config", "familiar.yaml"});
    BOOST_TEST(with_file.code == 2);
    BOOST_TEST(with_file.error.find("FAMILIAR_SECRET") == std::string::npos, with_file.error);
}

BOOST_AUTO_TEST_CASE(the_other_commands_print_and_exit_as_documented) {
    auto& familiar = familiar_server();
    const auto health = familiar.command({"health", "--url", familiar.url()});
    BOOST_TEST(health.code == 0);
    BOOST_TEST(health.out.find("\"status\":\"ok\"") != std::string::npos);
    BOOST_TEST(familiar.command({"health"}, {{"FAMILIAR_URL", familiar.url()}}).code == 0);
    BOOST_TEST(familiar.command({"health", "--url", "http://127.0.0.1:1"}).code == 1);
    // Its own configuration leaves the port to the kernel.
    const auto with_port = (familiar.folder() / "with-port.yaml").string();
    std::ofstream(with_port) << "server: {port: " << familiar.port() << "}\nproviders: {github: {webhook_secret: x}}\n";
    BOOST_TEST(familiar.command({"health", "--config", with_port}).code == 0);
    BOOST_TEST(familiar.command({"health", "--config", "/nowhere.yaml"}).code == 2);

    const auto check = familiar.command({"check"});
    BOOST_TEST_INFO(check.out + check.error);
    BOOST_TEST(check.code == 0);
    BOOST_TEST(check.out.find("familiar.yaml: ok") != std::string::npos);
    BOOST_TEST(familiar.command({"check", "--config", "/nowhere.yaml"}).code == 2);

    const auto version = familiar.command({"version"});
    BOOST_TEST(version.code == 0);
    BOOST_TEST(version.out.starts_with("familiar "));
    BOOST_TEST(familiar.command({"--version"}).out == version.out);
    BOOST_TEST(familiar.command({"--help"}).code == 0);
    BOOST_TEST(familiar.command({"serve", "--help"}).code == 0);
    BOOST_TEST(familiar.command({"dance"}).code == 2);
    BOOST_TEST(familiar.command({}).code == 2);
}

BOOST_AUTO_TEST_CASE(health_and_readiness_are_there_to_be_polled) {
    auto& familiar = familiar_server();
    BOOST_TEST(familiar.has_logged({"msg=ready", "url=" + familiar.url()}));
    const auto health = familiar.get("/health");
    BOOST_TEST(health.status == 200u);
    BOOST_TEST(
        health.body ==
        R"({"status":"ok","checks":{"docker":true,"active_agents":0,"queue_length":0,"github":true,"gitlab":true},"reasons":[]})");
    BOOST_TEST(health.head.find("Cache-Control: no-store") != std::string::npos);
    BOOST_TEST(request(familiar.port(), "HEAD", "/health").status == 200u);
    BOOST_TEST(familiar.get("/livez").body == "ok\n");
    BOOST_TEST(familiar.get("/readyz").status == 200u);
}

BOOST_AUTO_TEST_SUITE_END()
