#include "e2e/support/docker.hpp"
#include "e2e/support/forge.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/wait_for.hpp"
#include "support/unit_test.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <chrono>
#include <fstream>

// What has been kept long enough goes at the next start, and nothing else does.
namespace {

using namespace familiar::test;
namespace fs = std::filesystem;

constexpr std::chrono::hours age{24 * 40};  // the defaults keep for 30 days

struct household {
    /// A job of its own repository that has run to its end; its id.
    std::string run(const webhook& what) {
        const auto job = familiar.accepted(what);
        BOOST_TEST_REQUIRE(familiar.wait_for_job(job).state == "succeeded");
        return job;
    }

    fs::path mirror(const merge_request& of) const { return familiar.cache() / "mirrors/github" / (of.path + ".git"); }

    static void set_back(const fs::path& path) { fs::last_write_time(path, fs::file_time_type::clock::now() - age); }

    void set_back_in_database(const std::string& job) const {
        SQLite::Database database(familiar.database().string(), SQLite::OPEN_READWRITE);
        const auto earlier = std::to_string(std::chrono::milliseconds(age).count());
        for (const auto& change : {"update jobs set created_at = created_at - " + earlier +
                                       ", finished_at = finished_at - " + earlier + " where id = ?",
                                   "update deliveries set received = received - " + earlier + " where job = ?"}) {
            SQLite::Statement statement(database, change);
            statement.bind(1, job);
            BOOST_TEST_REQUIRE(statement.exec() == 1);
        }
    }

    bool has_job(const std::string& id) const {
        return std::ranges::any_of(familiar.jobs(), [&](const job_row& job) { return job.id == id; });
    }
    bool has_delivery(const webhook& what) const {
        return std::ranges::count(deliveries_in(familiar.database()), what.delivery) != 0;
    }

    test_forge forge;
    server familiar{forge, {{"agents.debounce", "0s"}}};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(upkeep, household)

BOOST_AUTO_TEST_CASE(a_start_removes_what_is_old_and_keeps_what_is_young) {
    const auto old_request = forge.open();
    const auto young_request = forge.open();
    const auto old_webhook = github("pull_request.opened", old_request);
    const auto young_webhook = github("pull_request.opened", young_request);
    const auto old_job = run(old_webhook);
    const auto young_job = run(young_webhook);
    const fs::path old_log = familiar.job(old_job).log;
    const fs::path young_log = familiar.job(young_job).log;
    BOOST_TEST_REQUIRE(familiar.end() == 0);

    set_back_in_database(old_job);
    set_back(old_log);
    set_back(old_log.parent_path());
    BOOST_TEST_REQUIRE(fs::exists(mirror(old_request) / "familiar-last-use"));
    set_back(mirror(old_request) / "familiar-last-use");
    const auto workspace = familiar.workspace("01arz3ndektsv4rrffq69g5fav");
    fs::create_directories(workspace / "workspace");
    std::ofstream(workspace / "mirror") << "github/" << old_request.path;
    const auto notes = familiar.logs() / "notes.log";
    std::ofstream(notes) << "somebody else's\n";
    set_back(notes);

    familiar.start();
    wait_for("the upkeep is done",
             [&] { return familiar.has_logged({"removed what was old", "logs=1", "mirrors=1"}); });
    BOOST_TEST(!has_job(old_job));
    BOOST_TEST(!has_delivery(old_webhook));
    BOOST_TEST(!fs::exists(old_log.parent_path()));
    BOOST_TEST(!fs::exists(mirror(old_request)));
    BOOST_TEST(!fs::exists(workspace));
    BOOST_TEST(fs::is_empty(familiar.cache() / "tmp"));

    BOOST_TEST(has_job(young_job));
    BOOST_TEST(has_delivery(young_webhook));
    BOOST_TEST(fs::exists(young_log));
    BOOST_TEST(fs::exists(mirror(young_request) / "HEAD"));
    BOOST_TEST(fs::exists(notes));
    BOOST_TEST(familiar.post(young_webhook).field("status") == "duplicate");

    // What was forgotten is new again, and its mirror is cloned anew.
    forge.point_requests_at_branch(old_request);
    BOOST_TEST(run(old_webhook) != old_job);
    BOOST_TEST(fs::exists(mirror(old_request) / "HEAD"));
}

BOOST_AUTO_TEST_CASE(what_a_running_agent_needs_is_never_old) {
    familiar.configured().set("agents.env.DEMO_WAIT_FOR", server::waits_for_go);
    BOOST_TEST_REQUIRE(familiar.end() == 0);
    familiar.start();
    const auto about = forge.open();
    const auto job = familiar.accepted(github("pull_request.opened", about));
    familiar.wait_until_waiting(job);
    const auto container = familiar.job(job).container;
    familiar.kill();
    set_back(mirror(about) / "familiar-last-use");
    const auto old_log =
        familiar.logs() / "github/acme/gone/7/20260131T120000Z-mr_opened-01arz3ndektsv4rrffq69g5fav.log";
    fs::create_directories(old_log.parent_path());
    std::ofstream(old_log) << "old\n";
    set_back(old_log);

    familiar.start();
    wait_for("the upkeep is done",
             [&] { return familiar.has_logged({"removed what was old", "logs=1", "mirrors=0"}); });
    BOOST_TEST(in_container(container, "git -C /workspace fsck --connectivity-only >/dev/null 2>&1 && echo whole") ==
               "whole\n");
    familiar.let_go(job);
    BOOST_TEST(familiar.wait_for_job(job).state == "succeeded");
}

BOOST_AUTO_TEST_SUITE_END()
