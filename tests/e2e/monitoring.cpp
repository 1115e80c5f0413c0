#include "e2e/support/engine_switch.hpp"
#include "e2e/support/forge.hpp"
#include "e2e/support/metrics_text.hpp"
#include "e2e/support/prometheus.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/suite_wide.hpp"
#include "e2e/support/wait_for.hpp"
#include "support/unit_test.hpp"

#include <csignal>
#include <fstream>
#include <memory>
#include <regex>

// What monitors make of the server: Prometheus of its /metrics, Nagios' check_http of its /health.
namespace {

using namespace familiar::test;

constexpr auto token = "only-operators-know-this";
const header_fields with_token{{"Authorization", std::string("Bearer ") + token}};

/// What agents do: act.sh of their merge request.
constexpr auto waits = "echo 'the prompt:'; until [ -e /familiar/out/go ]; do sleep 0.1; done\n";
constexpr auto succeeds = "echo 'all is well'\n";
constexpr auto fails = "exit 3\n";

/// A server that has seen everything: agents that succeeded, failed and were cancelled, two that run and two jobs that
/// wait for them, webhooks of both forges that were taken and refused, operators and strangers at its API.
struct common : suite_wide<common> {
    common() {
        engine.on();
        familiar =
            std::make_unique<server>(forge, configuration::entries{{"docker.cli", engine.program()},
                                                                   {"server.api_token", token},
                                                                   {"server.max_body", "64KiB"},
                                                                   {"shutdown.drain_timeout", "30s"},
                                                                   {"concurrency.max_agents", "2"},
                                                                   {"agents.command", R"(["sh", "/workspace/act.sh"])"},
                                                                   {"triggers.repositories", R"(["acme/*"])"}});
        first = watch.look(familiar->port());
        let_agents_end();
        let_agents_wait();
        send_what_starts_nothing();
        ask_the_api();
    }

    void let_agents_end();
    void let_agents_wait();
    void send_what_starts_nothing();
    void ask_the_api();

    std::string start(bool at_github, const std::string& script, const std::string& group = "acme") {
        const auto about = forge.open({{"act.sh", script}}, group);
        jobs.push_back(
            familiar->accepted(at_github ? github("pull_request.opened", about) : gitlab("merge_request.open", about)));
        watch.look(familiar->port());
        return jobs.back();
    }

    test_forge forge;
    engine_switch engine;
    std::unique_ptr<server> familiar;
    metrics_watch watch;
    metrics_text first;  ///< before anything happened
    std::vector<std::string> jobs;
    std::vector<std::string> waiting;
};

void common::let_agents_end() {
    for (const bool at_github : {true, false}) {
        familiar->wait_for_job(start(at_github, succeeds));
        familiar->wait_for_job(start(at_github, fails));
        familiar->wait_for_job(start(at_github, succeeds, "elsewhere"));
    }
    const auto stopped = start(true, waits);
    familiar->wait_until_waiting(stopped);
    BOOST_TEST(request(familiar->port(), "POST", "/api/jobs/" + stopped + "/cancel", with_token).status == 202u);
    familiar->wait_for_job(stopped);
}

void common::let_agents_wait() {
    for (const bool at_github : {true, false, true, false}) waiting.push_back(start(at_github, waits));
    familiar->wait_until_waiting(waiting[0]);
    familiar->wait_until_waiting(waiting[1]);
    wait_for("the rest waits", [&] { return familiar->health("queue_length") == 2; });
}

void common::send_what_starts_nothing() {
    const merge_request about{.path = "elsewhere/widgets", .head = std::string(40, 'a')};
    const auto port = familiar->port();
    for (const auto& good : {github("pull_request.opened", about), gitlab("merge_request.open", about)}) {
        const auto path = "/webhook/" + good.forge;
        const auto repeated = familiar->accepted(good);
        BOOST_TEST(familiar->post(good).field("status") == "duplicate");
        familiar->wait_for_job(repeated);
        BOOST_TEST(familiar->post(good, {{"Content-Type", "application/json"}}).status == 401u);
        BOOST_TEST(request(port, "POST", path, {{"Content-Type", "text/plain"}}, "{}").status == 415u);
        connection oversized(port);
        oversized.send("POST " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n");
        BOOST_TEST(oversized.receive_all().starts_with("HTTP/1.1 413 "));
        BOOST_TEST(request(port, "DELETE", path).status == 405u);
    }
    BOOST_TEST(familiar->post(github("push", about)).field("status") == "ignored");
    BOOST_TEST(familiar->post(github("ping", about)).field("status") == "pong");
    BOOST_TEST(familiar->post(gitlab("merge_request.approved", about)).field("status") == "ignored");
    auto torn = signed_header(github("push", about));
    torn.back().second = signature_of("{");
    BOOST_TEST(request(port, "POST", "/webhook/github", torn, "{").status == 400u);
    watch.look(port);
}

void common::ask_the_api() {
    const auto port = familiar->port();
    BOOST_TEST(request(port, "GET", "/api/jobs").status == 401u);
    for (const auto& path : {std::string(), "/" + jobs.front(), "/" + jobs.front() + "/log"})
        BOOST_TEST(request(port, "GET", "/api/jobs" + path, with_token).status == 200u);
    BOOST_TEST(request(port, "GET", "/api/jobs/zzzz", with_token).status == 404u);
    for (const auto* path : {"/health", "/livez", "/readyz"}) BOOST_TEST(familiar->get(path).status == 200u);
    BOOST_TEST(familiar->get("/nothing").status == 404u);
    watch.look(port);
}

server& familiar_server() {
    return *common::now->familiar;
}

std::vector<std::string> label_values(const std::string& sample) {
    static const std::regex value("=\"([^\"]*)\"");
    std::vector<std::string> found;
    for (std::sregex_iterator at(sample.begin(), sample.end(), value), end; at != end; ++at) found.push_back((*at)[1]);
    return found;
}

/// Nagios' answer to what is behind a path: 0 OK, 1 WARNING, 2 CRITICAL.
program_end check_http(const std::vector<std::string>& more) {
    std::vector<std::string> line{"/usr/lib/nagios/plugins/check_http",     "-I", "127.0.0.1", "-p",
                                  std::to_string(familiar_server().port()), "-u", "/health"};
    line.insert(line.end(), more.begin(), more.end());
    return run_program(line);
}

void check_nagios(const std::vector<std::string>& more, int code, const std::string& said) {
    const auto given = check_http(more);
    BOOST_TEST(given.code == code, given.out << given.error);
    BOOST_TEST(given.out.starts_with("HTTP " + said), given.out << given.error);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(monitoring, *boost::unit_test::fixture<common>())

BOOST_AUTO_TEST_CASE(every_figure_that_is_promised_is_there_from_the_start) {
    const auto& first = common::now->first;
    const std::map<std::string, std::vector<std::string>> promised{
        {"counter",
         {"agents_spawned_total", "agents_completed_total", "agents_failed_total", "agents_timed_out_total",
          "agents_cancelled_total", "agents_interrupted_total", "webhooks_received_total", "webhooks_processed_total",
          "jobs_total", "retries_total", "docker_commands_total", "git_operations_total", "jobs_adopted_total",
          "orphans_reaped_total"}},
        {"gauge",
         {"active_agents", "queue_length", "queue_oldest_seconds", "agent_slots", "docker_up", "draining",
          "build_info"}},
        {"histogram",
         {"http_request_duration_seconds", "queue_wait_seconds", "job_duration_seconds",
          "job_stage_duration_seconds"}}};
    for (const auto& [type, names] : promised)
        for (const auto& name : names) {
            const auto found = first.types.find("familiar_" + name);
            BOOST_REQUIRE_MESSAGE(found != first.types.end(), name << " is not there");
            BOOST_TEST(found->second == type, name);
        }
    for (const auto& [name, value] : first.samples)
        if (first.only_rises(name) && !name.starts_with("familiar_docker_commands") &&
            !name.starts_with("familiar_http") && !name.starts_with("process_"))
            BOOST_TEST(value == 0, name);
    for (const auto* name : {"process_resident_memory_bytes", "process_open_fds", "process_start_time_seconds"})
        BOOST_TEST(first.at(name) > 0, name);
    BOOST_TEST(first.at("familiar_agent_slots") == 2);
    BOOST_TEST(first.at("familiar_docker_up") == 1);
}

BOOST_AUTO_TEST_CASE(promtool_has_nothing_to_say_of_a_busy_servers_metrics) {
    const auto given = familiar_server().get("/metrics");
    BOOST_TEST(given.head.find("text/plain; version=0.0.4") != std::string::npos);
    const auto file = familiar_server().folder() / "metrics.txt";
    std::ofstream(file) << given.body;
    const auto checked = run_program({"sh", "-c", "promtool check metrics <" + file.string()});
    BOOST_TEST(checked.code == 0);
    BOOST_TEST(checked.out + checked.error == "");
}

BOOST_AUTO_TEST_CASE(figures_tell_what_happened) {
    const auto& now = common::now->watch.look(familiar_server().port());
    BOOST_TEST(now.at("familiar_agents_spawned_total") == 7);
    BOOST_TEST(now.at("familiar_active_agents") == 2);
    BOOST_TEST(now.at("familiar_agents_completed_total") == 2);
    BOOST_TEST(now.at("familiar_agents_failed_total") == 2);
    BOOST_TEST(now.at("familiar_agents_cancelled_total") == 1);
    BOOST_TEST(now.at("familiar_queue_length") == 2);
    BOOST_TEST(now.at("familiar_queue_oldest_seconds") > 0);
    for (const std::string forge : {"github", "gitlab"}) {
        const auto processed = [&](const std::string& result) {
            return now.at("familiar_webhooks_processed_total{provider=\"" + forge + "\",result=\"" + result + "\"}");
        };
        BOOST_TEST(processed("queued") == (forge == "github" ? 7 : 6));
        BOOST_TEST(processed("duplicate") == 1);
        BOOST_TEST(processed("ignored") == 1);
        BOOST_TEST(processed("unauthorized") == 1);
    }
    for (const auto* name : {"jobs_total{event=\"mr_opened\",outcome=\"refused\"}",
                             "docker_commands_total{command=\"create\",result=\"ok\"}",
                             "git_operations_total{operation=\"clone\",result=\"ok\"}", "queue_wait_seconds_count",
                             "job_duration_seconds_count", "job_stage_duration_seconds_count{stage=\"running\"}",
                             "http_request_duration_seconds_count{route=\"/api/jobs/{id}\"}"})
        BOOST_TEST(now.at("familiar_" + std::string(name)) > 0, name);
}

BOOST_AUTO_TEST_CASE(no_repository_no_person_and_no_job_is_a_label) {
    auto names = common::now->jobs;
    for (const auto* name : {"acme", "elsewhere", "widgets", "ada", "delivery-", "refs/"}) names.emplace_back(name);
    for (const auto& [sample, value] : metrics_of(familiar_server().port()).samples)
        for (const auto& label : label_values(sample))
            for (const auto& name : names) BOOST_TEST(label.find(name) == std::string::npos, sample);
}

BOOST_AUTO_TEST_CASE(prometheus_scrapes_what_the_server_says) {
    const prometheus monitor(familiar_server().port());
    wait_for("the server is up for prometheus", [&] {
        const auto target = monitor.target();
        return target && target->at("health") == "up" && target->at("lastError") == "";
    });
    BOOST_TEST(monitor.value("up{job=\"familiar\"}").value_or(0) == 1);

    const auto& now = common::now->watch.look(familiar_server().port());
    std::vector<std::string> names{"familiar_webhooks_received_total{provider=\"github\"}",
                                   "familiar_webhooks_received_total{provider=\"gitlab\"}", "familiar_active_agents"};
    for (const auto& [name, value] : now.samples)
        if (name.starts_with("familiar_build_info")) names.push_back(name);
    BOOST_TEST(names.size() == 4u);
    for (const auto& name : names) {
        BOOST_TEST(now.at(name) > 0, name);
        wait_for("prometheus knows " + name, [&] { return monitor.value(name) == now.at(name); });
    }
    const auto all = static_cast<double>(now.samples.size());
    wait_for("prometheus has taken every sample",
             [&] { return monitor.value("scrape_samples_scraped{job=\"familiar\"}") == all; });
    BOOST_TEST(monitor.log() == "");
}

BOOST_AUTO_TEST_CASE(nagios_sees_a_server_that_is_well_then_degraded_then_draining) {
    auto& familiar = familiar_server();
    const std::vector<std::string> expects_ok{"-s", R"("status":"ok")"};
    check_nagios(expects_ok, 0, "OK: HTTP/1.1 200 OK");
    check_nagios({"-j", "HEAD", "-d", "Cache-Control: no-store"}, 0, "OK: HTTP/1.1 200 OK");

    common::now->engine.off();
    wait_for("the engine is missed", [&] { return familiar.get("/health").field("status") == "degraded"; });
    check_nagios({"-s", R"("status":"degraded")"}, 0, "OK: HTTP/1.1 200 OK");
    check_nagios({"-r", R"("docker":false.*"reasons":\[".*docker)"}, 0, "OK: HTTP/1.1 200 OK");
    check_nagios(expects_ok, 2, "CRITICAL: HTTP/1.1 200 OK - string");
    check_nagios({"-j", "HEAD"}, 0, "OK: HTTP/1.1 200 OK");
    common::now->engine.on();
    wait_for("the engine is back", [&] { return familiar.get("/health").field("status") == "ok"; });
    check_nagios(expects_ok, 0, "OK: HTTP/1.1 200 OK");

    familiar.signal(SIGTERM);
    wait_for("it drains", [&] { return familiar.get("/health").field("status") == "draining"; });
    check_nagios({}, 2, "CRITICAL: HTTP/1.1 503 Service Unavailable");
    check_nagios({"-j", "HEAD"}, 2, "CRITICAL: HTTP/1.1 503 Service Unavailable");
    BOOST_TEST(common::now->watch.look(familiar.port()).at("familiar_draining") == 1);
    for (const auto index : {0u, 1u}) familiar.let_go(common::now->waiting[index]);
    BOOST_TEST(familiar.wait_for_end() == 0);
    BOOST_TEST(common::now->watch.looks() > 10u);
}

BOOST_AUTO_TEST_SUITE_END()
