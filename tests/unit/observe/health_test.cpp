#include "observe/health.hpp"

#include "support/unit_test.hpp"

using namespace familiar::observe;

BOOST_AUTO_TEST_SUITE(health_reports)

namespace {

struct row {
    const char* name;
    health_snapshot now;
    unsigned status;
    std::string body;
};

std::ostream& operator<<(std::ostream& out, const row& value) {
    return out << value.name;
}

const std::string storage = R"("storage is failing: disk I/O error")";
const std::string draining = R"("draining: the server is ending")";
const std::string low_disk = R"("low disk: less space is free than storage.min_free_disk, webhooks are refused")";
const std::string docker = R"("docker: no engine answers, jobs wait")";
const std::string long_queue = R"("long queue: 1001 jobs wait, more than concurrency.queue_size")";

std::string body(const std::string& status, const std::string& checks, const std::string& reasons) {
    return R"({"status":")" + status + R"(","checks":{)" + checks + R"(},"reasons":[)" + reasons + "]}";
}

const std::string quiet = R"("docker":true,"active_agents":0,"queue_length":0)";
const std::string no_docker = R"("docker":false,"active_agents":0,"queue_length":0)";

const std::vector<row> rows{
    {"ok", {.docker_up = true}, 200, body("ok", quiet, "")},
    {"counts",
     {.docker_up = true, .active_agents = 5, .queue_length = 7},
     200,
     body("ok", R"("docker":true,"active_agents":5,"queue_length":7)", "")},
    {"docker gone", {.docker_up = false}, 200, body("degraded", no_docker, docker)},
    {"low disk", {.docker_up = true, .low_disk = true}, 200, body("degraded", quiet, low_disk)},
    {"low disk for agents",
     {.docker_up = true, .no_room = true},
     200,
     body("degraded", quiet, R"("low disk: less space is free for agents than storage.min_free_disk, jobs wait")")},
    {"low disk for both is told once",
     {.docker_up = true, .low_disk = true, .no_room = true},
     200,
     body("degraded", quiet, low_disk)},
    {"forges",
     {.docker_up = true, .forges = {{"github", true}, {"gitlab", false}}},
     200,
     body("degraded", quiet + R"(,"github":true,"gitlab":false)", R"("gitlab: it does not answer, its jobs wait")")},
    {"long queue",
     {.docker_up = true, .queue_length = 1001, .long_queue = true},
     200,
     body("degraded", R"("docker":true,"active_agents":0,"queue_length":1001)", long_queue)},
    {"draining beats degraded",
     {.docker_up = false, .draining = true},
     503,
     body("draining", no_docker, draining + "," + docker)},
    {"failing beats draining",
     {.docker_up = true, .storage_failure = "disk I/O error", .draining = true},
     503,
     body("failing", quiet, storage + "," + draining)},
    {"failing beats degraded",
     {.docker_up = false, .low_disk = true, .storage_failure = "disk I/O error"},
     503,
     body("failing", no_docker, storage + "," + low_disk + "," + docker)},
};

struct ready_row {
    const char* name;
    health_snapshot now;
    unsigned status;
    std::string body;
};

std::ostream& operator<<(std::ostream& out, const ready_row& value) {
    return out << value.name;
}

const std::vector<ready_row> ready_rows{
    {"ok", {.docker_up = true}, 200, "ok\n"},
    {"docker gone", {.docker_up = false}, 200, "ok\n"},
    {"long queue", {.docker_up = true, .long_queue = true}, 200, "ok\n"},
    {"draining", {.docker_up = true, .draining = true}, 503, "draining: the server is ending\n"},
    {"storage and draining",
     {.docker_up = true, .storage_failure = "gone", .draining = true},
     503,
     "storage is failing: gone\ndraining: the server is ending\n"},
    {"low disk",
     {.docker_up = true, .low_disk = true},
     503,
     "low disk: less space is free than storage.min_free_disk, webhooks are refused\n"},
};

}  // namespace

BOOST_DATA_TEST_CASE(health_says_what_is_wrong_worst_first, boost::unit_test::data::make(rows)) {
    const auto report = health(sample.now);
    BOOST_TEST(report.status == sample.status);
    BOOST_TEST(report.body == sample.body);
}

BOOST_DATA_TEST_CASE(readyz_is_about_taking_webhooks, boost::unit_test::data::make(ready_rows)) {
    const auto report = readyz(sample.now);
    BOOST_TEST(report.status == sample.status);
    BOOST_TEST(report.body == sample.body);
}

BOOST_AUTO_TEST_CASE(livez_answers) {
    BOOST_TEST(livez().status == 200);
    BOOST_TEST(livez().body == "ok\n");
}

BOOST_AUTO_TEST_SUITE_END()
