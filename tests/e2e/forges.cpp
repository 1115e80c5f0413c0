#include "e2e/support/server.hpp"
#include "e2e/support/suite_wide.hpp"
#include "e2e/support/wait_for.hpp"
#include "e2e/support/whole_forge.hpp"
#include "support/unit_test.hpp"

#include <algorithm>
#include <chrono>

// Who may have an agent, and what people see of it on the merge request, at both forges.
namespace {

using namespace familiar::test;

const auto both = boost::unit_test::data::make(std::vector<std::string>{"github", "gitlab"});

/// One forge, and one server that hears of everything.
struct common : suite_wide<common> {
    whole_forge forge;
    server familiar{forge, forge.configured({{"events.mr_comment", "true"}})};
};

whole_forge& forge() {
    return common::now->forge;
}
server& familiar_server() {
    return common::now->familiar;
}

std::vector<std::string> way_to(const std::string& end, const std::string& forge) {
    return {"pending", forge == "github" ? "pending" : "running", end};
}

bool is_red(const std::string& state) {
    return state == "failure" || state == "error" || state == "failed";
}

void check_nothing_red(const merge_request& about) {
    for (const auto& one : forge().api.statuses(about.path)) BOOST_TEST(!is_red(one.state), one.description);
}

bool has_eyes(const merge_request& about, std::int64_t comment) {
    const auto all = forge().api.reactions(about.path, about.number);
    return std::ranges::any_of(all, [&](const auto& one) {
        return one.comment == comment && one.name == "eyes" && one.author == forge().bot;
    });
}

/// A job that has begun, and where its eyes belong: the id of a comment, 0 for the merge request; none is wanted of -1.
struct begun {
    std::string kind;
    merge_request about;
    std::string job;
    std::int64_t eyes;
};

void check_answered(const begun& what, const std::string& name) {
    BOOST_TEST_INFO_SCOPE(name + ", " + what.kind + ", job " + what.job);
    const auto job = familiar_server().wait_for_job(what.job);
    BOOST_TEST_INFO(job.reason);
    BOOST_TEST(job.state == "succeeded");
    BOOST_TEST(job.kind == what.kind);
    BOOST_TEST(job.head == what.about.head);

    forge().wait_for_status(what.about, job.head, "success");
    const auto statuses = forge().api.statuses(what.about.path, job.head);
    BOOST_TEST(forge().states(what.about, job.head) == way_to("success", name), boost::test_tools::per_element());
    BOOST_TEST(statuses.front().description.starts_with("queued, "), statuses.front().description);
    if (what.eyes >= 0) BOOST_TEST(has_eyes(what.about, what.eyes));

    const auto answers = forge().answers(what.about);
    BOOST_REQUIRE(answers.size() == 1u);
    BOOST_TEST(answers[0].body.find("**Done in ") != std::string::npos, answers[0].body);
    BOOST_TEST(answers[0].body.find("Reviewed ") != std::string::npos, answers[0].body);
    BOOST_TEST(answers[0].body.find(job.id) != std::string::npos, answers[0].body);
    BOOST_TEST(statuses.back().link.ends_with(std::to_string(answers[0].id)), statuses.back().link);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(forges, *boost::unit_test::fixture<common>())

BOOST_DATA_TEST_CASE(whatever_happens_is_taken_up_and_answered_where_people_look, both, name) {
    std::vector<begun> all;
    const auto begin = [&](const std::string& kind, const merge_request& about, const webhook& hook,
                           std::int64_t eyes) { all.push_back({kind, about, familiar_server().accepted(hook), eyes}); };
    const auto said = [&](const std::string& kind, const std::string& text, api_place where) {
        const auto about = forge().open();
        const auto [id, hook] = forge().comment(name, about, "grace", text, where);
        const bool takes_no_eyes = where == api_place::review && name == "github";
        begin(kind, about, hook, takes_no_eyes ? -1 : id);
    };
    auto about = forge().open();
    begin("mr_opened", about, forge().opened(name, about), 0);
    about = forge().open();
    forge().push(about);
    begin("mr_updated", about, forge().updated(name, about), -1);
    said("mr_comment", "Why spin at all?", api_place::conversation);
    said("mr_comment", "Why 360 and not two pi?", api_place::line);
    said("mention", "@familiar please look at it once more.", api_place::conversation);
    said("mention", "Nice, but @familiar squash the two helpers.", api_place::review);

    for (const auto& one : all) {
        check_answered(one, name);
        BOOST_TEST(forge().branch_tip(one.about) == one.about.head);  // nobody has asked for a push
    }
}

BOOST_DATA_TEST_CASE(who_may_push_himself_can_ask_for_it, both, name) {
    const auto about = forge().open();
    const auto asked = familiar_server().accepted(forge().comment(name, about, "grace", "@familiar please push").hook);
    BOOST_TEST(familiar_server().wait_for_job(asked).state == "succeeded");
    BOOST_TEST(forge().branch_tip(about) != about.head);
}

BOOST_DATA_TEST_CASE(closing_stops_the_agent_and_what_waits_and_leaves_nothing_red, both, name) {
    server familiar(forge(), forge().configured({{"agents.env.DEMO_WAIT_FOR", server::waits_for_go}}));
    auto about = forge().open();
    const auto runs = familiar.accepted(forge().opened(name, about));
    familiar.wait_until_waiting(runs);
    const auto waits = familiar.accepted(forge().comment(name, about, "grace", "@familiar and this?").hook);
    familiar.wait_for_state(waits, {"queued"});

    BOOST_TEST(familiar.post(forge().closed(name, about)).status == 200u);
    BOOST_TEST(familiar.wait_for_job(runs).state == "cancelled");
    BOOST_TEST(familiar.wait_for_job(waits).state == "cancelled");
    const auto answers = forge().wait_for_answers(about, 1, "**Cancelled");
    BOOST_TEST(answers.size() == 1u);
    BOOST_TEST(answers[0].body.find("the merge request was closed") != std::string::npos, answers[0].body);
    familiar.end();
    check_nothing_red(about);
}

BOOST_DATA_TEST_CASE(a_fork_waits_until_somebody_with_permission_has_approved_its_head, both, name) {
    const auto about = forge().open_from_fork();
    const auto job = familiar_server().accepted(forge().opened(name, about));
    familiar_server().wait_for_state(job, {"held"});
    const auto asking = forge().wait_for_answers(about, 1, "@familiar ok-to-run").front();
    BOOST_TEST(asking.body.find(about.head.substr(0, 10)) != std::string::npos, asking.body);

    const auto by_mallory =
        familiar_server().accepted(forge().comment(name, about, "mallory", "@familiar ok-to-run").hook);
    BOOST_TEST(familiar_server().wait_for_job(by_mallory).state == "refused");
    forge().wait_for_answers(about, 1, "Only people who may write");
    BOOST_TEST(familiar_server().job(job).state == "held");

    const auto by_grace = familiar_server().accepted(forge().comment(name, about, "grace", "@familiar ok-to-run").hook);
    const auto done = familiar_server().wait_for_job(job);
    BOOST_TEST_INFO(done.reason);
    BOOST_TEST(done.state == "succeeded");
    BOOST_TEST(done.head == about.head);
    BOOST_TEST(familiar_server().wait_for_job(by_grace).reason == "approved " + about.head);
    BOOST_TEST(forge().branch_tip(about) == about.head);

    forge().wait_for_status(about, about.head, "success");
    const auto answers = forge().answers(about);
    BOOST_REQUIRE(answers.size() == 2u);
    BOOST_TEST(answers[0].id == asking.id);
    BOOST_TEST(answers[0].body.find("**Done in ") != std::string::npos, answers[0].body);
    check_nothing_red(about);
}

BOOST_DATA_TEST_CASE(an_approval_is_for_the_head_that_was_there_and_not_for_one_pushed_since, both, name) {
    auto about = forge().open_from_fork();
    const auto first = familiar_server().accepted(forge().opened(name, about));
    familiar_server().wait_for_state(first, {"held"});
    const auto seen = about.head;
    forge().push(about);

    const auto blind = familiar_server().accepted(forge().comment(name, about, "grace", "@familiar ok-to-run").hook);
    BOOST_TEST(familiar_server().wait_for_job(blind).state == "refused");
    const auto answer = forge().wait_for_answers(about, 1, "@familiar ok-to-run " + about.head);
    BOOST_TEST(familiar_server().job(first).state == "held");

    const auto second = familiar_server().accepted(forge().updated(name, about));
    BOOST_TEST(familiar_server().wait_for_job(first).state == "superseded");
    familiar_server().wait_for_state(second, {"held"});
    familiar_server().accepted(forge().comment(name, about, "grace", "@familiar ok-to-run " + about.head).hook);
    const auto done = familiar_server().wait_for_job(second);
    BOOST_TEST_INFO(done.reason);
    BOOST_TEST(done.state == "succeeded");
    BOOST_TEST(done.head == about.head);
    forge().wait_for_status(about, about.head, "success");
    check_nothing_red(about);
    BOOST_TEST(!forge().states(about, seen).empty());
}

BOOST_DATA_TEST_CASE(an_approval_that_names_the_head_works_before_the_forge_has_told_of_the_push, both, name) {
    auto about = forge().open_from_fork();
    const auto job = familiar_server().accepted(forge().opened(name, about));
    familiar_server().wait_for_state(job, {"held"});
    forge().push(about);
    familiar_server().accepted(forge().comment(name, about, "grace", "@familiar ok-to-run " + about.head).hook);
    const auto update = familiar_server().accepted(forge().updated(name, about));
    const auto done = familiar_server().wait_for_job(update);
    BOOST_TEST_INFO(done.reason);
    BOOST_TEST(done.state == "succeeded");
    BOOST_TEST(done.head == about.head);
    check_nothing_red(about);
}

BOOST_DATA_TEST_CASE(an_approval_that_names_the_head_releases_what_was_held_before_the_push, both, name) {
    auto about = forge().open_from_fork();
    const auto job = familiar_server().accepted(forge().opened(name, about));
    familiar_server().wait_for_state(job, {"held"});
    forge().push(about);
    familiar_server().accepted(forge().comment(name, about, "grace", "@familiar ok-to-run " + about.head).hook);
    const auto done = familiar_server().wait_for_job(job);
    BOOST_TEST_INFO(done.reason);
    BOOST_TEST(done.state == "succeeded");
    BOOST_TEST(done.head == about.head);
}

BOOST_DATA_TEST_CASE(an_outsider_is_told_once_and_politely_and_the_forge_gets_a_success, both, name) {
    const auto about = forge().open();
    const auto refused = [&](const std::string& text) {
        const auto job = familiar_server().accepted(forge().comment(name, about, "mallory", text).hook);
        return familiar_server().wait_for_job(job);
    };
    BOOST_TEST(refused("@familiar please rewrite it.").state == "refused");
    forge().wait_for_answers(about, 1, "I work for people with at least write permission");
    BOOST_TEST(refused("@familiar please, please?").state == "refused");

    // What is told afterwards comes after whatever the second would have been told.
    const auto job = familiar_server().accepted(forge().opened(name, about));
    BOOST_TEST(familiar_server().wait_for_job(job).state == "succeeded");
    forge().wait_for_answers(about, 1, "**Done in ");
    BOOST_TEST(forge().answers(about).size() == 2u);
    check_nothing_red(about);
}

BOOST_DATA_TEST_CASE(a_permission_that_comes_from_a_group_above_counts, both, name) {
    const auto about = forge().open();
    forge().api.set_role(about.path, "mallory", "maintain");
    forge().api.set_level(about.path, "mallory", 30, true);
    const auto job = familiar_server().accepted(forge().comment(name, about, "mallory", "@familiar hello").hook);
    BOOST_TEST(familiar_server().wait_for_job(job).state == "succeeded");
}

BOOST_DATA_TEST_CASE(what_the_bot_writes_itself_starts_nothing, both, name) {
    const auto about = forge().open();
    const auto jobs = familiar_server().jobs().size();
    for (const auto* text : {"@familiar says: done.", "@familiar ok-to-run"}) {
        const auto given = familiar_server().post(forge().comment(name, about, forge().bot, text).hook);
        BOOST_TEST(given.status == 200u);
        BOOST_TEST(given.field("status") == "ignored");
    }
    BOOST_TEST(familiar_server().jobs().size() == jobs);
    BOOST_TEST(forge().api.reactions(about.path, about.number).empty());
}

BOOST_DATA_TEST_CASE(a_token_of_what_may_be_a_persons_account_is_warned_of, both, name) {
    wait_for("the warning", [&] {
        return familiar_server().has_logged({"level=warning", "may be a person's", "provider=" + name, "login=robby"});
    });
}

BOOST_DATA_TEST_CASE(what_is_left_of_the_forges_limit_is_a_metric, both, name) {
    forge().api.set_limit(5000, 4711, std::chrono::system_clock::now() + std::chrono::hours(1));
    const auto about = forge().open();
    const auto hook = forge().comment(name, about, "mallory", "@familiar how many are left?").hook;
    familiar_server().wait_for_job(familiar_server().accepted(hook));
    const auto gauge = "familiar_api_rate_limit_remaining{provider=\"" + name + "\"}";
    wait_for("the metric follows", [&] {
        const auto value = familiar_server().metric(gauge);
        return value > 4600 && value < 4711;
    });
}

BOOST_AUTO_TEST_CASE(why_it_failed_is_said_in_words) {
    server familiar(
        forge(), forge().configured({{"agents.command", R"(["sh", "/workspace/act.sh"])"}, {"agents.timeout", "2s"}}));
    const auto begin = [&](const std::string& script) {
        auto about = forge().open({{"act.sh", script}});
        familiar.accepted(forge().opened("github", about));
        return about;
    };
    const auto gives_up = begin("echo 'no spindle found'; exit 7");
    const auto hangs = begin("sleep 100");
    const auto dies = begin("kill -KILL $$");

    for (const auto& [about, words] : {std::pair{gives_up, "**Failed after"}, {hangs, "**Stopped after 2 seconds"}}) {
        forge().wait_for_status(about, about.head, "failure");
        const auto answers = forge().wait_for_answers(about, 1, words);
        BOOST_TEST(answers.size() == 1u);
    }
    BOOST_TEST(forge().answers(gives_up)[0].body.find("no spindle found") != std::string::npos);
    BOOST_TEST(forge().answers(gives_up)[0].body.find('7') != std::string::npos);
    forge().wait_for_status(dies, dies.head, "failure");
    forge().wait_for_answers(dies, 1, "**Failed after");
}

BOOST_AUTO_TEST_CASE(an_image_that_is_not_there_is_named) {
    server familiar(forge(), forge().configured({{"agents.image", "familiar-missing:latest"}}));
    const auto about = forge().open();
    familiar.accepted(forge().opened("gitlab", about));
    forge().wait_for_answers(about, 1, "image familiar-missing:latest not found");
    forge().wait_for_status(about, about.head, "failed");
    BOOST_TEST(forge().answers(about).size() == 1u);
}

BOOST_DATA_TEST_CASE(a_drain_that_interrupts_says_so_and_leaves_nothing_red, both, name) {
    server familiar(forge(), forge().configured({{"agents.env.DEMO_WAIT_FOR", server::waits_for_go},
                                                 {"shutdown.drain_timeout", "0s"}}));
    const auto about = forge().open();
    familiar.wait_until_waiting(familiar.accepted(forge().opened(name, about)));
    BOOST_TEST(familiar.end() == 0);
    const auto answers = forge().wait_for_answers(about, 1, "**Interrupted after");
    BOOST_TEST(answers.size() == 1u);
    BOOST_TEST(answers[0].body.find("the server was shut down while the agent ran") != std::string::npos);
    check_nothing_red(about);
}

BOOST_AUTO_TEST_SUITE_END()
