#include "e2e/support/engine_switch.hpp"
#include "e2e/support/forge.hpp"
#include "e2e/support/server.hpp"
#include "e2e/support/wait_for.hpp"
#include "support/unit_test.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <future>
#include <stdexcept>
#include <sys/mount.h>
#include <system_error>
#include <unistd.h>

// The disk is full, or somebody else holds the database: nobody is told 202 for what is not kept, and it heals by
// itself.
namespace {

using namespace familiar::test;

/// A disk of a few megabytes that can be filled to the last byte. Needs root.
class small_disk {
public:
    small_disk() {
        if (::mount("none", folder_.path().c_str(), "tmpfs", 0, "size=4m") != 0)
            throw std::system_error(errno, std::generic_category(), "mount a small tmpfs");
    }
    ~small_disk() { ::umount2(folder_.path().c_str(), MNT_DETACH); }
    small_disk(const small_disk&) = delete;
    small_disk& operator=(const small_disk&) = delete;

    std::filesystem::path database() const { return folder_ / "familiar.db"; }
    std::filesystem::path folder() const { return folder_.path(); }
    /// Leaves that many bytes.
    void fill_but(std::uintmax_t free) const {
        const auto size = std::filesystem::space(folder_.path()).available - free;
        const int file = ::open((folder_ / "filler").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        if (::posix_fallocate(file, 0, static_cast<off_t>(size)) != 0) throw std::runtime_error("cannot fill a disk");
        ::close(file);
    }
    void fill() const {
        const int file = ::open((folder_ / "filler").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_APPEND, 0600);
        const std::string block(4096, 'x');
        while (::write(file, block.data(), block.size()) > 0) continue;
        ::close(file);
    }
    void empty() const { std::filesystem::remove(folder_ / "filler"); }

private:
    temporary_directory folder_;
};

struct desk {
    test_forge forge;
    engine_switch engine;  // off: only webhooks are written
};

void check_refused(const answer& given) {
    BOOST_TEST(given.status == 503u);
    BOOST_TEST(given.head.find("Retry-After: ") != std::string::npos, given.head);
}

void check_fails(const server& familiar) {
    wait_for("the trouble is known", [&] { return familiar.get("/readyz").status == 503; });
    const auto health = familiar.get("/health");
    BOOST_TEST(health.status == 503u);
    BOOST_TEST(health.field("status") == "failing");
    BOOST_TEST(familiar.get("/livez").status == 200u);
}

void check_heals(const server& familiar) {
    wait_for("it has healed", [&] { return familiar.get("/readyz").status == 200; });
    BOOST_TEST(familiar.get("/health").status == 200u);
}

bool is_kept(const std::filesystem::path& database, const webhook& what) {
    const auto kept = deliveries_in(database);
    return std::find(kept.begin(), kept.end(), what.delivery) != kept.end();
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(storage_trouble, desk)

BOOST_AUTO_TEST_CASE(with_a_full_disk_webhooks_are_put_off_until_there_is_room_again) {
    const small_disk disk;
    server familiar(
        forge,
        {{"docker.cli", engine.program()}, {"storage.path", disk.database().string()}, {"storage.min_free_disk", "0"}});
    disk.fill();
    // What the database has room for within its own files is still taken.
    std::vector<webhook> accepted;
    webhook refused;
    wait_for("the disk is full for the database, too", [&] {
        const auto what = github("pull_request.opened", forge.open());
        const auto given = familiar.post(what);
        if (given.status == 202) {
            accepted.push_back(what);
            return false;
        }
        check_refused(given);
        refused = what;
        return true;
    });
    check_fails(familiar);
    BOOST_TEST(!is_kept(disk.database(), refused));
    check_refused(familiar.post(refused));

    disk.empty();
    check_heals(familiar);
    const auto job = familiar.accepted(refused);
    for (const auto& what : accepted) BOOST_TEST(is_kept(disk.database(), what));
    BOOST_TEST(is_kept(disk.database(), refused));
    engine.on();
    wait_for("its job has ended", [&] { return job_in(disk.database(), job).state == "succeeded"; });
}

BOOST_AUTO_TEST_CASE(before_the_disk_is_full_webhooks_are_put_off_and_no_agent_starts) {
    const small_disk disk;
    server familiar(forge, {{"docker.cli", engine.program()},
                            {"storage.path", disk.database().string()},
                            {"storage.min_free_disk", "1MiB"}});
    const auto waits = familiar.accepted(github("pull_request.opened", forge.open()));
    disk.fill_but(512 * 1024);
    const auto refused = github("pull_request.opened", forge.open());
    wait_for("the disk is low", [&] { return familiar.get("/readyz").status == 503; });
    check_refused(familiar.post(refused));
    BOOST_TEST(familiar.get("/health").field("status") == "degraded");
    engine.on();
    wait_for("the engine is there", [&] { return familiar.metric("familiar_docker_up") == 1; });
    BOOST_TEST(familiar.metric("familiar_gate_open{gate=\"disk\"}") == 0);
    BOOST_TEST(job_in(disk.database(), waits).state == "queued");

    disk.empty();
    wait_for("there is room", [&] { return familiar.get("/readyz").status == 200; });
    wait_for("the job that waited has ended", [&] { return job_in(disk.database(), waits).state == "succeeded"; });
    const auto job = familiar.accepted(refused);
    wait_for("the one that was refused, too", [&] { return job_in(disk.database(), job).state == "succeeded"; });
}

BOOST_AUTO_TEST_CASE(where_only_agents_lack_room_webhooks_are_taken_and_wait) {
    const small_disk disk;
    server familiar(forge, {{"logging.dir", disk.folder().string()}, {"storage.min_free_disk", "1MiB"}});
    disk.fill_but(512 * 1024);
    wait_for("the disk is low", [&] { return familiar.metric("familiar_gate_open{gate=\"disk\"}") == 0; });
    const auto waits = familiar.accepted(github("pull_request.opened", forge.open()));
    familiar.wait_for_state(waits, {"queued"});
    BOOST_TEST(familiar.get("/readyz").status == 200u);
    BOOST_TEST(familiar.get("/health").field("status") == "degraded");
    disk.empty();
    BOOST_TEST(familiar.wait_for_job(waits).state == "succeeded");
}

BOOST_AUTO_TEST_CASE(while_somebody_holds_the_database_too_long_webhooks_are_put_off) {
    server familiar(forge, {{"docker.cli", engine.program()}});
    const auto what = github("pull_request.opened", forge.open());
    {
        SQLite::Database database(familiar.database().string(), SQLite::OPEN_READWRITE);
        database.exec("begin immediate");
        check_refused(familiar.post(what));
        check_fails(familiar);
        database.exec("rollback");
    }
    check_heals(familiar);
    BOOST_TEST(!is_kept(familiar.database(), what));
    const auto job = familiar.accepted(what);
    engine.on();
    BOOST_TEST(familiar.wait_for_job(job).state == "succeeded");
}

BOOST_AUTO_TEST_CASE(while_somebody_holds_the_database_for_a_moment_a_webhook_waits) {
    server familiar(forge, {{"docker.cli", engine.program()}});
    const auto what = github("pull_request.opened", forge.open());
    SQLite::Database database(familiar.database().string(), SQLite::OPEN_READWRITE);
    database.exec("begin immediate");
    auto given = std::async(std::launch::async, [&] { return familiar.post(what); });
    wait_for("the webhook is there",
             [&] { return familiar.metric("familiar_webhooks_received_total{provider=\"github\"}") == 1; });
    database.exec("rollback");
    BOOST_TEST(given.get().status == 202u);
}

BOOST_AUTO_TEST_SUITE_END()
