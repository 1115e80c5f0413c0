#include "observe/metrics.hpp"

#include "support/temporary_directory.hpp"
#include "support/unit_test.hpp"

#include <cstdio>
#include <fstream>
#include <limits>
#include <string>

using namespace familiar;
using namespace std::chrono_literals;
using observe::agent_end;

namespace {

struct measured {
    observe::metrics metrics{"1.2.3"};

    /// The value of a series as it is exported, "" if there is none of that name.
    std::string value(const std::string& series) const {
        const auto text = "\n" + metrics.render();
        const auto at = text.find("\n" + series + " ");
        if (at == std::string::npos) return {};
        const auto start = at + series.size() + 2;
        return text.substr(start, text.find('\n', start) - start);
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(metrics_export, measured)

BOOST_AUTO_TEST_CASE(every_series_that_can_be_listed_is_there_from_the_start) {
    for (const auto* series : {"familiar_agents_spawned_total",
                               "familiar_agents_completed_total",
                               "familiar_agents_failed_total",
                               "familiar_agents_timed_out_total",
                               "familiar_agents_cancelled_total",
                               "familiar_agents_interrupted_total",
                               "familiar_agent_failures_total{cause=\"authentication\"}",
                               "familiar_agents_cost_usd_total",
                               "familiar_agents_tokens_total{direction=\"output\"}",
                               "familiar_webhooks_received_total{provider=\"github\"}",
                               "familiar_webhooks_received_total{provider=\"gitlab\"}",
                               "familiar_webhooks_processed_total{provider=\"gitlab\",result=\"duplicate\"}",
                               "familiar_jobs_total{event=\"mention\",outcome=\"timed_out\"}",
                               "familiar_retries_total{operation=\"git\"}",
                               "familiar_docker_commands_total{command=\"create\",result=\"ok\"}",
                               "familiar_git_operations_total{operation=\"fetch\",result=\"failed\"}",
                               "familiar_orphans_reaped_total",
                               "familiar_active_agents",
                               "familiar_queue_length",
                               "familiar_queue_oldest_seconds",
                               "familiar_agent_slots",
                               "familiar_docker_up",
                               "familiar_draining",
                               "familiar_queue_wait_seconds_count",
                               "familiar_job_duration_seconds_count",
                               "familiar_job_stage_duration_seconds_count{stage=\"running\"}"})
        BOOST_TEST(value(series) == "0", series << " is \"" << value(series) << '"');
    BOOST_TEST(value("familiar_build_info{version=\"1.2.3\"}") == "1");
}

BOOST_AUTO_TEST_CASE(spawned_agents_are_the_active_ones_and_the_five_ends) {
    for (int agent = 0; agent < 6; ++agent) metrics.agent_started();
    for (const auto end :
         {agent_end::completed, agent_end::failed, agent_end::timed_out, agent_end::cancelled, agent_end::interrupted})
        metrics.agent_ended(end);
    BOOST_TEST(value("familiar_agents_spawned_total") == "6");
    for (const auto* series :
         {"familiar_active_agents", "familiar_agents_completed_total", "familiar_agents_failed_total",
          "familiar_agents_timed_out_total", "familiar_agents_cancelled_total", "familiar_agents_interrupted_total"})
        BOOST_TEST(value(series) == "1");
}

BOOST_AUTO_TEST_CASE(failures_are_counted_by_a_cause_out_of_a_list) {
    for (const auto* cause : {"overloaded", "out_of_memory", "out_of_memory", "whatever an agent makes up", ""}) {
        metrics.agent_started();
        metrics.agent_ended(agent_end::failed, cause);
    }
    metrics.agent_started();
    metrics.agent_ended(agent_end::timed_out, "overloaded");
    BOOST_TEST(value("familiar_agents_failed_total") == "5");
    BOOST_TEST(value("familiar_agent_failures_total{cause=\"overloaded\"}") == "1");
    BOOST_TEST(value("familiar_agent_failures_total{cause=\"out_of_memory\"}") == "2");
    BOOST_TEST(value("familiar_agent_failures_total{cause=\"other\"}") == "2");
}

BOOST_AUTO_TEST_CASE(what_agents_say_they_spent_adds_up_and_nonsense_does_not) {
    metrics.agent_spent(0.25, 9000, 120);
    metrics.agent_spent(1.5, 1000, 30);
    metrics.agent_spent(-7, -1, 0);
    metrics.agent_spent(std::numeric_limits<double>::infinity(), 0, 0);
    metrics.agent_spent(std::numeric_limits<double>::quiet_NaN(), 0, 0);
    BOOST_TEST(value("familiar_agents_cost_usd_total") == "1.75");
    BOOST_TEST(value("familiar_agents_tokens_total{direction=\"input\"}") == "10000");
    BOOST_TEST(value("familiar_agents_tokens_total{direction=\"output\"}") == "150");
}

BOOST_AUTO_TEST_CASE(counters_count_by_label) {
    metrics.webhook_received("github");
    metrics.webhook_received("github");
    metrics.webhook_processed("github", "queued");
    metrics.job_ended("mr_opened", "succeeded");
    metrics.retried("launch");
    metrics.docker_command("stop", "timed_out");
    metrics.git_operation("clone", "ok");
    metrics.orphan_reaped();
    BOOST_TEST(value("familiar_webhooks_received_total{provider=\"github\"}") == "2");
    BOOST_TEST(value("familiar_webhooks_processed_total{provider=\"github\",result=\"queued\"}") == "1");
    BOOST_TEST(value("familiar_jobs_total{event=\"mr_opened\",outcome=\"succeeded\"}") == "1");
    BOOST_TEST(value("familiar_retries_total{operation=\"launch\"}") == "1");
    BOOST_TEST(value("familiar_docker_commands_total{command=\"stop\",result=\"timed_out\"}") == "1");
    BOOST_TEST(value("familiar_git_operations_total{operation=\"clone\",result=\"ok\"}") == "1");
    BOOST_TEST(value("familiar_orphans_reaped_total") == "1");
}

BOOST_AUTO_TEST_CASE(gauges_show_the_last_value) {
    metrics.set_queue_length(12);
    metrics.set_queue_oldest(1500ms);
    metrics.set_agent_slots(5);
    metrics.set_docker_up(true);
    metrics.set_draining(true);
    BOOST_TEST(value("familiar_queue_length") == "12");
    BOOST_TEST(value("familiar_queue_oldest_seconds") == "1.5");
    BOOST_TEST(value("familiar_agent_slots") == "5");
    BOOST_TEST(value("familiar_docker_up") == "1");
    BOOST_TEST(value("familiar_draining") == "1");
    metrics.set_docker_up(false);
    BOOST_TEST(value("familiar_docker_up") == "0");
}

BOOST_AUTO_TEST_CASE(histograms_measure_in_seconds) {
    metrics.add_route("/health");
    BOOST_TEST(value("familiar_http_request_duration_seconds_count{route=\"/health\"}") == "0");
    metrics.http_request("/health", 2ms);
    BOOST_TEST(value("familiar_http_request_duration_seconds_sum{route=\"/health\"}") == "0.002");
    BOOST_TEST(value("familiar_http_request_duration_seconds_bucket{route=\"/health\",le=\"0.001\"}") == "0");
    BOOST_TEST(value("familiar_http_request_duration_seconds_bucket{route=\"/health\",le=\"0.0025\"}") == "1");
    metrics.queue_wait(3s);
    metrics.job_duration(10min);
    metrics.job_stage("preparing", 500ms);
    BOOST_TEST(value("familiar_queue_wait_seconds_sum") == "3");
    BOOST_TEST(value("familiar_job_duration_seconds_bucket{le=\"600\"}") == "1");
    BOOST_TEST(value("familiar_job_stage_duration_seconds_bucket{stage=\"preparing\",le=\"0.5\"}") == "1");
}

BOOST_AUTO_TEST_CASE(what_is_only_known_when_asked_is_asked_before_each_export) {
    std::size_t asked = 0;
    metrics.before_render([&] { metrics.set_queue_length(++asked); });
    BOOST_TEST(value("familiar_queue_length") == "1");
    BOOST_TEST(value("familiar_queue_length") == "2");
}

BOOST_AUTO_TEST_CASE(the_process_tells_of_itself) {
    const auto number = [&](const char* series) { return std::stod(value(series)); };
    BOOST_TEST(number("process_resident_memory_bytes") > 1e6);
    BOOST_TEST(number("process_open_fds") >= 3);
    BOOST_TEST(number("process_cpu_seconds_total") >= 0);
    const auto now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
    BOOST_TEST(number("process_start_time_seconds") <= now + 2);
    BOOST_TEST(number("process_start_time_seconds") > now - 3600);

    const auto before = number("process_open_fds");
    std::FILE* const opened = std::fopen("/dev/null", "r");
    BOOST_TEST(number("process_open_fds") == before + 1);
    std::fclose(opened);
}

BOOST_AUTO_TEST_CASE(promtool_finds_nothing_to_say) {
    metrics.add_route("/webhook/github");
    metrics.http_request("/health", 1ms);
    const test::temporary_directory folder;
    const auto file = (folder / "metrics").string();
    std::ofstream(file) << metrics.render();

    std::FILE* const promtool = popen(("promtool check metrics <" + file + " 2>&1").c_str(), "r");
    BOOST_REQUIRE(promtool != nullptr);
    std::string said;
    for (int letter = std::fgetc(promtool); letter != EOF; letter = std::fgetc(promtool))
        said += static_cast<char>(letter);
    BOOST_TEST(pclose(promtool) == 0);
    BOOST_TEST(said == "");
}

BOOST_AUTO_TEST_SUITE_END()
