#include "e2e/support/arranged_docker.hpp"
#include "e2e/support/docker.hpp"
#include "e2e/support/engine_switch.hpp"
#include "e2e/support/forge.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/wait_for.hpp"
#include "support/unit_test.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <fstream>
#include <mutex>
#include <random>
#include <regex>
#include <set>
#include <thread>

// What was answered 202 outlives everything, and what cannot be relied on ends the start with a reason.
namespace {

using namespace familiar::test;

struct desk {
    test_forge forge;
};

/// Several forges that send one webhook after the other until the server is gone.
class senders {
public:
    explicit senders(const server& to) : to_(to) {
        for (int i = 0; i < 4; ++i) threads_.emplace_back([this, i] { send(i); });
    }
    ~senders() { join(); }
    senders(const senders&) = delete;
    senders& operator=(const senders&) = delete;

    bool any_accepted() {
        const std::lock_guard lock(mutex_);
        return !accepted_.empty();
    }
    /// The webhooks that were answered with a 202. The server must be gone.
    std::vector<webhook> join() {
        for (auto& thread : threads_)
            if (thread.joinable()) thread.join();
        return accepted_;
    }

private:
    void send(int which) {
        try {
            for (int i = 0; i < most; ++i) {
                auto what = next(which + 1);
                if (to_.post(what).status != 202) continue;
                const std::lock_guard lock(mutex_);
                accepted_.push_back(std::move(what));
            }
        } catch (const std::exception&) {
            // The server was killed under this request: nobody was told that it is safe.
        }
    }
    /// Each with a head of its own, or it would mean the same as the one before.
    webhook next(int number) {
        static unsigned heads = 0;
        const std::lock_guard lock(mutex_);
        merge_request about;
        about.number = number;
        about.head = std::to_string(++heads);
        about.head.insert(0, 40 - about.head.size(), '0');
        return github("pull_request.opened", about);
    }

    static constexpr int most = 40;  // so that a slow random moment does not fill the journal
    const server& to_;
    std::mutex mutex_;
    std::vector<webhook> accepted_;
    std::vector<std::thread> threads_;
};

void check_fails_to_start(server& familiar, const std::vector<std::string>& texts) {
    const auto ended = familiar.run_to_end();
    BOOST_TEST_CONTEXT(ended.error) {
        BOOST_TEST(ended.code == 1);
        for (const auto& text : texts) BOOST_TEST(ended.error.find(text) != std::string::npos, text);
        BOOST_TEST(ended.error.find("Sanitizer") == std::string::npos);
    }
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(durability, desk)

BOOST_AUTO_TEST_CASE(what_was_answered_202_is_in_the_journal_after_a_kill_at_any_moment) {
    engine_switch engine;
    server familiar(forge, {{"docker.cli", engine.program()}, {"triggers.max_jobs_per_hour", "0"}});
    std::minstd_rand random(std::random_device{}());
    std::uniform_int_distribution<int> moment(0, 200);
    std::size_t accepted = 0;
    for (int round = 0; round < 20; ++round) {
        if (!familiar.runs()) familiar.start();
        senders crowd(familiar);
        wait_for(
            "a webhook is accepted", [&] { return crowd.any_accepted(); }, std::chrono::seconds(60),
            std::chrono::milliseconds(1));
        std::this_thread::sleep_for(std::chrono::milliseconds(moment(random)));
        familiar.kill();

        const auto promised = crowd.join();
        const auto kept = deliveries_in(familiar.database());
        const std::set<std::string> known(kept.begin(), kept.end());
        for (const auto& what : promised) BOOST_TEST(known.contains(what.delivery), what.delivery);
        accepted += promised.size();

        if (round % 5 != 4) continue;
        familiar.start();
        const auto again = familiar.post(promised.front());
        BOOST_TEST(again.status == 200u);
        BOOST_TEST(again.field("status") == "duplicate");
    }
    BOOST_TEST_MESSAGE(accepted << " webhooks were answered 202 before 20 kills");
    const auto jobs = familiar.jobs();
    BOOST_TEST(jobs.size() >= accepted);
    if (!familiar.runs()) familiar.start();
    wait_for("every job is in the queue", [&] { return familiar.health("queue_length") == std::int64_t(jobs.size()); });
}

BOOST_AUTO_TEST_CASE(after_a_kill_what_ran_goes_on_and_what_waited_runs_after_it) {
    server familiar(forge, {{"agents.env.DEMO_WAIT_FOR", server::waits_for_go}, {"concurrency.max_agents", "1"}});
    const auto running = familiar.accepted(github("pull_request.opened", forge.open()));
    familiar.wait_until_waiting(running);
    const auto waiting = familiar.accepted(github("pull_request.opened", forge.open()));
    const auto container = familiar.job(running).container;
    familiar.kill();
    BOOST_TEST(has_container(container));

    familiar.configured().unset("agents.env.DEMO_WAIT_FOR");
    familiar.start();
    wait_for("the agent is adopted", [&] { return familiar.metric("familiar_jobs_adopted_total") == 1; });
    BOOST_TEST(familiar.job(waiting).state == "queued");
    familiar.let_go(running);
    BOOST_TEST(familiar.wait_for_job(waiting).state == "succeeded");
    const auto job = familiar.job(running);
    BOOST_TEST(job.state == "succeeded");
    BOOST_TEST(read_file(job.log).find("agent: the prompt:") != std::string::npos);
    BOOST_TEST(!has_container(container));
    BOOST_TEST(!std::filesystem::exists(familiar.workspace(running)));
}

BOOST_AUTO_TEST_CASE(an_interrupted_job_runs_again_when_its_delivery_is_sent_again) {
    server familiar(forge, {{"agents.env.DEMO_WAIT_FOR", server::waits_for_go}});
    const auto opened = github("pull_request.opened", forge.open());
    const auto first = familiar.accepted(opened);
    familiar.wait_until_waiting(first);
    familiar.kill();
    docker({"rm", "--force", familiar.job(first).container});
    familiar.configured().unset("agents.env.DEMO_WAIT_FOR");
    familiar.start();
    familiar.wait_for_state(first, {"interrupted"});

    const auto second = familiar.accepted(opened);
    BOOST_TEST(second != first);
    BOOST_TEST(familiar.wait_for_job(second).state == "succeeded");
    BOOST_TEST(familiar.job(second).retry_of == first);
}

BOOST_AUTO_TEST_CASE(a_kill_in_the_middle_of_a_clone_spoils_nothing) {
    server familiar(forge);
    const auto about = forge.open();
    forge.pause();
    const auto job = familiar.accepted(github("pull_request.opened", about));
    familiar.wait_for_state(job, {"preparing"});
    familiar.kill();
    forge.resume();
    familiar.start();
    const auto done = familiar.wait_for_job(job);
    BOOST_TEST_INFO(done.reason);
    BOOST_TEST(done.state == "succeeded");
}

BOOST_AUTO_TEST_CASE(another_instances_containers_are_left_alone) {
    server one(forge, {{"agents.env.DEMO_WAIT_FOR", server::waits_for_go}});
    const auto job = one.accepted(github("pull_request.opened", forge.open()));
    one.wait_until_waiting(job);
    server other(forge);
    BOOST_TEST(other.wait_for_job(other.accepted(github("pull_request.opened", forge.open()))).state == "succeeded");
    BOOST_TEST(one.job(job).state == "running");
    one.let_go(job);
    BOOST_TEST(one.wait_for_job(job).state == "succeeded");
}

BOOST_AUTO_TEST_CASE(a_second_server_on_the_same_database_or_cache_does_not_start) {
    server familiar(forge);
    check_fails_to_start(familiar, {familiar.database().string(), "is in use by another server", "storage.path"});
    const auto other = (familiar.folder() / "other.db").string();
    familiar.configured().set("storage.path", other);
    check_fails_to_start(familiar, {"another server uses", familiar.cache().string(), "repo_cache.dir"});
    BOOST_TEST(familiar.get("/readyz").status == 200u);
}

BOOST_AUTO_TEST_CASE(a_second_server_does_not_start_nor_wait_for_an_engine_that_hangs) {
    const arranged_docker hanging;
    hanging.always("version", "exec sleep 1000");
    server familiar(forge);
    familiar.configured().set("docker.cli", hanging.program());
    familiar.configured().set("docker.ping_timeout", "10m");
    check_fails_to_start(familiar, {familiar.database().string(), "is in use by another server", "storage.path"});
}

BOOST_AUTO_TEST_CASE(a_corrupt_database_is_named_and_kept) {
    server familiar(server::not_started{}, forge);
    const std::string text(8192, 'x');
    std::ofstream(familiar.database(), std::ios::binary) << text;
    check_fails_to_start(familiar, {familiar.database().string()});
    BOOST_TEST(read_file(familiar.database()) == text);
}

BOOST_AUTO_TEST_CASE(a_database_cut_short_is_named_and_kept) {
    server familiar(forge);
    familiar.accepted(github("pull_request.synchronize", forge.open()));
    BOOST_TEST(familiar.end() == 0);
    auto text = read_file(familiar.database());
    text.resize(text.size() / 2);
    std::ofstream(familiar.database(), std::ios::binary | std::ios::trunc) << text;
    check_fails_to_start(familiar, {familiar.database().string()});
    BOOST_TEST(read_file(familiar.database()) == text);
}

BOOST_AUTO_TEST_CASE(a_database_of_a_newer_version_is_refused) {
    server familiar(forge);
    BOOST_TEST(familiar.end() == 0);
    SQLite::Database(familiar.database().string(), SQLite::OPEN_READWRITE).exec("pragma user_version = 4711");
    check_fails_to_start(familiar, {familiar.database().string(), "newer version"});
}

BOOST_AUTO_TEST_CASE(a_storage_folder_that_is_not_there_or_not_writable_is_named) {
    server familiar(server::not_started{}, forge, {{"storage.path", "/nowhere/at/all.db"}});
    check_fails_to_start(familiar, {"/nowhere/at/all.db", "storage.path", "does not exist"});
    familiar.configured().set("storage.path", "/proc/familiar.db");
    check_fails_to_start(familiar, {"/proc/familiar.db"});
    familiar.configured().set("storage.path", familiar.database().string());
    familiar.configured().set("repo_cache.dir", "/proc/familiar");
    check_fails_to_start(familiar, {"/proc/familiar", "cannot"});
}

BOOST_AUTO_TEST_CASE(a_port_that_is_taken_is_named) {
    server first(forge);
    server second(server::not_started{}, forge, {{"server.port", std::to_string(first.port())}});
    check_fails_to_start(second, {"127.0.0.1", std::to_string(first.port()), "in use"});
}

BOOST_AUTO_TEST_CASE(a_mistake_in_the_configuration_is_named_with_its_place) {
    server familiar(server::not_started{}, forge, {{"agents.timout", "3s"}, {"agents.pids", "many"}});
    for (const auto* command : {"serve", "check"}) {
        const auto ended = familiar.command({command});
        BOOST_TEST_CONTEXT(ended.error) {
            BOOST_TEST(ended.code == 2);
            BOOST_TEST(ended.out == "");
            BOOST_TEST(ended.error.find("timeout") != std::string::npos);
            BOOST_TEST(ended.error.find("agents.pids") != std::string::npos);
            BOOST_TEST(std::regex_search(ended.error, std::regex(R"(familiar\.yaml:\d+:\d+: )")));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
