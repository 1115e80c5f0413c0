#include "e2e/support/server.hpp"
#include "e2e/support/wait_for.hpp"
#include "e2e/support/whole_forge.hpp"
#include "support/unit_test.hpp"

#include <algorithm>

// What the forge had to tell while the server was down.
namespace {

using namespace familiar::test;

constexpr auto looked = "looked for what was missed while the server was down";

struct desk {
    whole_forge forge;
    server familiar{forge, forge.configured({{"logging.level", "debug"}})};

    /// A merge request of before, whose job is done.
    merge_request had_one(const std::string& name) {
        auto about = forge.open();
        BOOST_TEST(familiar.wait_for_job(familiar.accepted(forge.opened(name, about))).state == "succeeded");
        return about;
    }

    /// Somebody pushes, and the hook's delivery fails.
    webhook push_unheard(merge_request& about, std::int64_t hook) {
        forge.push(about);
        const auto told = forge.updated("github", about);
        forge.api.add_delivery(
            hook, {.guid = told.delivery, .event = told.event, .action = "synchronize", .payload = told.body()});
        return told;
    }

    void wait_until_looked(const std::string& name, int missed, int taken_up) const {
        const std::vector<std::string> words{looked, "provider=" + name, "missed=" + std::to_string(missed),
                                             "taken_up=" + std::to_string(taken_up)};
        wait_for("the server has looked for what it missed", [&] { return familiar.has_logged(words); });
    }

    double recovered(const std::string& name) const {
        return familiar.metric("familiar_deliveries_recovered_total{provider=\"" + name + "\"}");
    }

    job_row job_about(const merge_request& about) const {
        for (const auto& one : familiar.jobs())
            if (one.path == about.path && one.number == about.number && one.head == about.head) return one;
        return {};
    }

    void check_done(const merge_request& about, const std::string& kind) {
        wait_for("there is a job about " + about.head, [&] { return !job_about(about).id.empty(); });
        const auto done = familiar.wait_for_job(job_about(about).id);
        BOOST_TEST_INFO(done.reason);
        BOOST_TEST(done.state == "succeeded");
        BOOST_TEST(done.kind == kind);
    }

    void check_duplicate(const webhook& redelivered) const {
        const auto given = familiar.post(redelivered);
        BOOST_TEST_INFO(given.body);
        BOOST_TEST(given.status == 200u);
        BOOST_TEST(given.field("status") == "duplicate");
    }

    void start_again() {
        familiar.end();
        familiar.start();
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(missed, desk)

BOOST_AUTO_TEST_CASE(a_delivery_that_github_could_not_make_runs_once) {
    auto about = had_one("github");
    forge.api.allow(about.path, forge.bot, "admin");
    const auto hook = forge.api.add_hook(about.path, familiar.url() + "/webhook/github");
    familiar.end();
    const auto told = push_unheard(about, hook);

    familiar.start();
    check_done(about, "mr_updated");
    wait_until_looked("github", 1, 1);
    BOOST_TEST(recovered("github") == 1);

    start_again();
    wait_until_looked("github", 1, 0);
    BOOST_TEST(recovered("github") == 0);
    check_duplicate(told);
    BOOST_TEST(familiar.jobs().size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_delivery_that_was_made_again_before_it_was_looked_for_runs_once) {
    auto about = had_one("github");
    forge.api.allow(about.path, forge.bot, "admin");
    const auto hook = forge.api.add_hook(about.path, familiar.url() + "/webhook/github");
    familiar.end();
    const auto told = push_unheard(about, hook);

    forge.api.script(slow(std::chrono::seconds(2)).on("GET", "/deliveries"));
    familiar.start();
    const auto job = familiar.accepted(told);
    wait_until_looked("github", 1, 0);
    BOOST_TEST(familiar.wait_for_job(job).state == "succeeded");
    BOOST_TEST(familiar.jobs().size() == 2u);
    BOOST_TEST(recovered("github") == 0);
}

BOOST_AUTO_TEST_CASE(heads_at_gitlab_that_nobody_told_of_run_once) {
    auto pushed = had_one("gitlab");
    const auto before = pushed.head;
    familiar.end();
    forge.push(pushed);
    forge.api.change(pushed.path, pushed.number,
                     [](api_request& known) { known.updated = std::chrono::system_clock::now(); });
    const auto fresh = forge.open_beside(pushed);
    forge.api.open(fresh.path, {.number = fresh.number, .source_branch = fresh.branch, .head = fresh.head});

    forge.api.script(failing(502).on("GET", "/merge_requests"));
    familiar.start();
    check_done(pushed, "mr_updated");
    check_done(fresh, "mr_opened");
    wait_until_looked("gitlab", 2, 2);
    BOOST_TEST(recovered("gitlab") == 2);

    auto update = forge.updated("gitlab", pushed);
    update.at("/object_attributes/oldrev") = before;
    check_duplicate(update);
    check_duplicate(forge.opened("gitlab", fresh));

    start_again();
    wait_until_looked("gitlab", 0, 0);
    BOOST_TEST(recovered("gitlab") == 0);
    BOOST_TEST(familiar.jobs().size() == 3u);
}

BOOST_AUTO_TEST_SUITE_END()
