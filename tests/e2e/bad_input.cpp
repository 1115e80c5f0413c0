#include "e2e/support/docker.hpp"
#include "e2e/support/engine_switch.hpp"
#include "e2e/support/forge.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/suite_wide.hpp"
#include "e2e/support/wait_for.hpp"
#include "support/unit_test.hpp"

#include <csignal>

// What a stranger, a broken forge and a missing engine get.
namespace {

using namespace familiar::test;

/// One server with small limits and GitHub only.
struct common : suite_wide<common> {
    test_forge forge;
    server familiar{forge,
                    {{"providers.gitlab.webhook_secret", "\"\""},
                     {"server.max_body", "64KiB"},
                     {"server.header_timeout", "1s"},
                     {"server.request_timeout", "2s"}}};
};

server& familiar_server() {
    return common::now->familiar;
}

header_fields without(header_fields header, const std::string& name) {
    std::erase_if(header, [&](const auto& line) { return line.first == name; });
    return header;
}

header_fields with(header_fields header, const std::string& name, const std::string& value) {
    header = without(std::move(header), name);
    header.emplace_back(name, value);
    return header;
}

webhook opened() {
    merge_request about;
    about.head = std::string(40, 'a');
    return github("pull_request.opened", about);
}

constexpr auto signature = "X-Hub-Signature-256";

}  // namespace

BOOST_AUTO_TEST_SUITE(bad_input, *boost::unit_test::fixture<common>())

BOOST_AUTO_TEST_CASE(without_the_right_signature_it_is_401_and_nothing_is_stored) {
    auto& familiar = familiar_server();
    const auto what = opened();
    const auto good = signed_header(what);
    auto other = what;
    other.at("/number") = 8;
    const auto stored = deliveries_in(familiar.database()).size();
    const double refused =
        familiar.metric("familiar_webhooks_processed_total{provider=\"github\",result=\"unauthorized\"}");

    BOOST_TEST(familiar.post(what, without(good, signature)).status == 401u);
    BOOST_TEST(familiar.post(what, with(good, signature, "sha256=" + std::string(64, '0'))).status == 401u);
    BOOST_TEST(familiar.post(what, with(good, signature, "")).status == 401u);
    BOOST_TEST(
        familiar.post(what, with(without(good, signature), "X-Hub-Signature", "sha1=" + std::string(40, '0'))).status ==
        401u);
    BOOST_TEST(familiar.post(other, good).status == 401u);

    BOOST_TEST(deliveries_in(familiar.database()).size() == stored);
    BOOST_TEST(familiar.jobs().empty());
    BOOST_TEST(familiar.metric("familiar_webhooks_processed_total{provider=\"github\",result=\"unauthorized\"}") ==
               refused + 5);
    BOOST_TEST(familiar.has_logged({"webhook refused", "provider=github"}));
}

BOOST_AUTO_TEST_CASE(what_is_signed_and_no_json_object_is_400) {
    auto& familiar = familiar_server();
    for (const auto* body : {"", "[]", "\"text\"", "{\"action\":", "{} {}", "\xff\xfe"}) {
        webhook what = opened();
        const auto header = with(signed_header(what), signature, signature_of(body));
        const auto given = request(familiar.port(), "POST", "/webhook/github", header, body);
        BOOST_TEST(given.status == 400u, body);
        BOOST_TEST(given.field("error") != "");
    }
    BOOST_TEST(familiar.jobs().empty());
}

BOOST_AUTO_TEST_CASE(an_object_of_another_shape_is_ignored_and_its_field_named) {
    auto& familiar = familiar_server();
    auto what = opened();
    what.at("/pull_request/head/sha") = 5;
    const auto given = familiar.post(what);
    BOOST_TEST(given.status == 200u);
    BOOST_TEST(given.field("status") == "ignored");
    BOOST_TEST(given.field("reason").find("pull_request.head.sha") != std::string::npos);
    BOOST_TEST(familiar.has_logged({"level=error", "pull_request.head.sha", what.delivery}));
    BOOST_TEST(familiar.jobs().empty());
}

BOOST_AUTO_TEST_CASE(an_event_nobody_asked_for_is_ignored) {
    const auto given = familiar_server().post(github("push", {}));
    BOOST_TEST(given.status == 200u);
    BOOST_TEST(given.field("status") == "ignored");
}

BOOST_AUTO_TEST_CASE(too_much_is_413_before_any_signature_is_looked_at) {
    auto& familiar = familiar_server();
    connection announced(familiar.port());
    announced.send(
        "POST /webhook/github HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: "
        "1000000\r\n\r\n");
    BOOST_TEST(announced.receive_all().starts_with("HTTP/1.1 413 "));

    connection chunked(familiar.port());
    chunked.send(
        "POST /webhook/github HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: "
        "chunked\r\n\r\n");
    for (int i = 0; i < 80; ++i) chunked.send("400\r\n" + std::string(1024, ' ') + "\r\n");
    BOOST_TEST(chunked.receive_all().starts_with("HTTP/1.1 413 "));
}

BOOST_AUTO_TEST_CASE(who_sends_too_slowly_is_not_waited_for) {
    auto& familiar = familiar_server();
    connection silent(familiar.port());
    connection header(familiar.port());
    header.send("POST /webhook/github HTTP/1.1\r\nHost:");
    connection body(familiar.port());
    body.send(
        "POST /webhook/github HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{");
    BOOST_TEST(silent.receive_all() == "");
    BOOST_TEST(header.receive_all().starts_with("HTTP/1.1 408 "));
    BOOST_TEST(body.receive_all().starts_with("HTTP/1.1 408 "));
}

BOOST_AUTO_TEST_CASE(routes_methods_and_types_are_what_is_documented) {
    auto& familiar = familiar_server();
    const auto what = opened();
    const auto good = signed_header(what);
    merge_request about;
    about.head = std::string(40, 'a');
    BOOST_TEST(familiar.post(gitlab("merge_request.open", about)).status == 404u);
    BOOST_TEST(familiar.get("/webhook/github").status == 405u);
    BOOST_TEST(familiar.get("/nothing").status == 404u);
    BOOST_TEST(familiar.get("/api/jobs").status == 404u);
    BOOST_TEST(familiar.post(what, with(good, "Content-Type", "application/x-www-form-urlencoded")).status == 415u);
    BOOST_TEST(request(familiar.port(), "POST", "/health").status == 405u);
    connection unmeasured(familiar.port());
    unmeasured.send(
        "POST /webhook/github HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n");
    BOOST_TEST(unmeasured.receive_all().starts_with("HTTP/1.1 411 "));
    BOOST_TEST(familiar.get("/health?" + std::string(100'000, 'x')).status == 431u);
}

BOOST_AUTO_TEST_CASE(what_is_for_operators_answers_on_their_own_port_only) {
    const auto admin_port = free_port();
    server familiar(common::now->forge, {{"server.admin_port", std::to_string(admin_port)}});
    BOOST_TEST(familiar.get("/metrics").status == 404u);
    BOOST_TEST(familiar.get("/health").status == 200u);
    BOOST_TEST(request(admin_port, "GET", "/metrics").status == 200u);
    BOOST_TEST(request(admin_port, "POST", "/webhook/github").status == 404u);
    BOOST_TEST(request(admin_port, "GET", "/health").status == 404u);

    server second(server::not_started{}, common::now->forge, {{"server.admin_port", std::to_string(admin_port)}});
    const auto refused = second.run_to_end();
    BOOST_TEST(refused.code == 1);
    BOOST_TEST(refused.error.find("server.admin_port") != std::string::npos, refused.error);
}

BOOST_AUTO_TEST_CASE(without_an_engine_jobs_wait_and_nothing_of_theirs_is_spent) {
    const engine_switch engine;
    server familiar(common::now->forge, {{"docker.cli", engine.program()}});
    BOOST_TEST(familiar.get("/health").status == 200u);
    BOOST_TEST(familiar.get("/health").field("status") == "degraded");
    BOOST_TEST(familiar.get("/readyz").status == 200u);
    BOOST_TEST(familiar.metric("familiar_docker_up") == 0);
    const auto first = familiar.accepted(github("pull_request.opened", common::now->forge.open()));
    familiar.wait_for_state(first, {"queued"});
    BOOST_TEST(familiar.health("queue_length") == 1);

    engine.on();
    const auto done = familiar.wait_for_job(first);
    BOOST_TEST_INFO(done.reason);
    BOOST_TEST(done.state == "succeeded");
    BOOST_TEST(done.attempt == 1);
    BOOST_TEST(familiar.get("/health").field("status") == "ok");

    engine.off();
    wait_for("the engine is missed", [&] { return familiar.get("/health").field("status") == "degraded"; });
    const auto second = familiar.accepted(github("pull_request.opened", common::now->forge.open()));
    familiar.wait_for_state(second, {"queued"});
    BOOST_TEST(familiar.end() == 0);
    engine.on();
    familiar.start();
    BOOST_TEST(familiar.wait_for_job(second).state == "succeeded");
    BOOST_TEST(familiar.job(second).attempt == 1);
}

BOOST_AUTO_TEST_CASE(an_engine_that_goes_away_right_at_the_launch_costs_no_attempt) {
    const engine_switch engine;
    engine.on();
    server familiar(common::now->forge, {{"docker.cli", engine.program()}, {"docker.ping_interval", "2s"}});
    auto& forge = common::now->forge;
    const auto about = forge.open();
    forge.pause();
    const auto job = familiar.accepted(github("pull_request.opened", about));
    familiar.wait_for_state(job, {"preparing"});
    engine.off();
    forge.resume();
    familiar.wait_for_state(job, {"queued"});
    BOOST_TEST(familiar.job(job).attempt == 0);
    engine.on();
    const auto done = familiar.wait_for_job(job);
    BOOST_TEST_INFO(done.reason);
    BOOST_TEST(done.state == "succeeded");
    BOOST_TEST(done.attempt == 1);
}

BOOST_AUTO_TEST_CASE(an_engine_that_goes_away_while_an_agent_runs_is_waited_for) {
    const engine_switch engine;
    engine.on();
    server familiar(common::now->forge,
                    {{"docker.cli", engine.program()}, {"agents.env.DEMO_WAIT_FOR", server::waits_for_go}});
    const auto job = familiar.accepted(github("pull_request.opened", common::now->forge.open()));
    familiar.wait_until_waiting(job);
    engine.off();
    wait_for("the engine is missed", [&] { return familiar.get("/health").field("status") == "degraded"; });
    familiar.let_go(job);
    const auto container = familiar.job(job).container;
    wait_for("the agent ends", [&] { return running_containers(familiar.instance_label()).empty(); });
    BOOST_TEST(familiar.job(job).state == "running");
    engine.on();
    BOOST_TEST(familiar.wait_for_job(job).state == "succeeded");
    BOOST_TEST(!has_container(container));
}

BOOST_AUTO_TEST_CASE(an_engine_that_is_away_does_not_hold_up_the_end_for_ever) {
    const engine_switch engine;
    engine.on();
    server familiar(common::now->forge,
                    {{"docker.cli", engine.program()}, {"agents.env.DEMO_WAIT_FOR", server::waits_for_go}});
    const auto job = familiar.accepted(github("pull_request.opened", common::now->forge.open()));
    familiar.wait_until_waiting(job);
    engine.off();
    familiar.signal(SIGTERM);
    BOOST_TEST(familiar.wait_for_end() == 1);
    BOOST_TEST(running_containers(familiar.instance_label()).size() == 1u);

    engine.on();
    familiar.start();
    familiar.let_go(job);
    BOOST_TEST(familiar.wait_for_state(job, {"succeeded"}).finished_at.has_value());
    wait_for("the container is removed", [&] { return containers(familiar.instance_label()).empty(); });
    wait_for("the folder is removed", [&] { return !std::filesystem::exists(familiar.workspace(job)); });
}

BOOST_AUTO_TEST_CASE(a_forge_that_is_away_for_a_while_is_asked_again) {
    auto& forge = common::now->forge;
    server familiar(forge, {{"retry.max_retries", "20"}});
    const auto about = forge.open();
    forge.stop();
    const auto job = familiar.accepted(github("pull_request.opened", about));
    wait_for("it was tried", [&] { return familiar.metric("familiar_retries_total{operation=\"git\"}") >= 1; });
    forge.start();
    const auto done = familiar.wait_for_job(job);
    BOOST_TEST_INFO(done.reason);
    BOOST_TEST(done.state == "succeeded");
}

BOOST_AUTO_TEST_CASE(a_repository_that_does_not_exist_and_a_wrong_token_fail_the_job_with_a_reason) {
    auto& forge = common::now->forge;
    auto about = forge.open();
    about.path = "acme/nowhere";
    const auto missing =
        familiar_server().wait_for_job(familiar_server().accepted(github("pull_request.opened", about)));
    BOOST_TEST(missing.state == "failed");
    BOOST_TEST(missing.reason.find("acme/nowhere") != std::string::npos, missing.reason);

    server familiar(forge, {{"providers.github.token", "wrong"}});
    const auto refused = familiar.wait_for_job(familiar.accepted(github("pull_request.opened", forge.open())));
    BOOST_TEST(refused.state == "failed");
    BOOST_TEST(refused.reason != "");
    BOOST_TEST(!std::filesystem::exists(familiar.workspace(refused.id)));
    BOOST_TEST_MESSAGE(missing.reason << "\n" << refused.reason);
}

BOOST_AUTO_TEST_SUITE_END()
