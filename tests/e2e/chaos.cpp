#include "e2e/chaos/invariants.hpp"
#include "e2e/chaos/run.hpp"
#include "e2e/chaos/schedule.hpp"
#include "e2e/chaos/witness.hpp"
#include "e2e/support/from_environment.hpp"
#include "support/unit_test.hpp"

#include <cstdlib>
#include <random>
#include <string>

// A seeded storm of deliveries, faults and deaths of the server, and what holds after any of them. First, that the
// checks find what they are there for.
namespace {

using namespace familiar::test;
using namespace familiar::test::chaos;
using namespace std::chrono_literals;

wall_time at(int second) {
    return wall_time(std::chrono::hours(500'000)) + std::chrono::seconds(second);
}

/// One comment that was answered 202, whose agent ran to its end: nothing is wrong with it.
struct calm {
    evidence known;

    calm() {
        known.longest_run = 10s;
        known.posts.push_back({.delivery = "d1",
                               .path = "acme/widgets",
                               .number = 7,
                               .what = news::mentioned,
                               .meaning = "chaos(1)",
                               .words = "chaos(1)",
                               .sent = at(0),
                               .answered = at(1),
                               .status = 202,
                               .answer = "queued",
                               .job = "j1"});
        known.job_of["d1"] = "j1";
        add_job("j1", "succeeded", at(0));
        known.runs.push_back(run_of("j1", 2, 5));
        known.logs["j1"] = "agent: the prompt:\n    > chaos(1)\nagent: committed 1\nagent: done\n";
        known.scrapes.push_back({.spawned = 3, .active = 1, .ended = 2});
        known.lives.push_back({.begun = at(0), .ready = at(1), .ended = at(9), .how = death::asked});
    }

    job_row& add_job(const std::string& id, const std::string& state, wall_time created) {
        job_row job;
        job.id = id;
        job.state = state;
        job.kind = "mention";
        job.path = "acme/widgets";
        job.number = 7;
        job.created_at = created.time_since_epoch().count();
        known.jobs.push_back(job);
        return known.jobs.back();
    }

    static agent_run run_of(const std::string& job, int from, int to) {
        return {.name = "familiar-agent-" + job + "-1",
                .job = job,
                .started = at(from),
                .ended = at(to),
                .exit_code = 0,
                .last_words = "agent: done"};
    }

    std::string found() const {
        std::string rules;
        for (const auto& one : check(known)) rules += (rules.empty() ? "" : ", ") + one.rule;
        return rules;
    }
};

double rate_from(const char* variable, double otherwise) {
    const char* const text = std::getenv(variable);
    return text == nullptr || *text == '\0' ? otherwise : std::stod(text);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(chaos, calm)

BOOST_AUTO_TEST_CASE(nothing_is_found_where_all_is_well) {
    BOOST_TEST(found() == "");
}

BOOST_AUTO_TEST_CASE(a_delivery_that_the_journal_does_not_know_is_found) {
    known.job_of.clear();
    BOOST_TEST(found() == "unkept promise");
}

BOOST_AUTO_TEST_CASE(a_promised_job_that_is_not_there_is_found) {
    known.posts.front().job = "j2";
    BOOST_TEST(found() == "unkept promise");
}

BOOST_AUTO_TEST_CASE(a_job_that_has_not_ended_is_found) {
    known.jobs.front().state = "running";
    BOOST_TEST(found() == "unkept promise, no outcome");
}

BOOST_AUTO_TEST_CASE(an_outcome_that_has_changed_is_found) {
    known.early_outcome["j1"] = "failed";
    BOOST_TEST(found() == "changed outcome");
    known.early_outcome = {{"gone", "failed"}};
    BOOST_TEST(found() == "changed outcome");
}

BOOST_AUTO_TEST_CASE(a_false_success_is_found) {
    known.runs.front().exit_code = 137;
    BOOST_TEST(found() == "untrue outcome");
}

BOOST_AUTO_TEST_CASE(a_false_failure_is_found) {
    known.jobs.front().state = "failed";
    BOOST_TEST(found() == "untrue outcome");
}

BOOST_AUTO_TEST_CASE(a_success_without_an_agent_is_found) {
    known.runs.clear();
    BOOST_TEST(found() == "untrue outcome");
}

BOOST_AUTO_TEST_CASE(a_second_agent_of_one_job_is_found) {
    auto again = run_of("j1", 6, 8);
    again.name = "familiar-agent-j1-2";
    known.runs.push_back(again);
    BOOST_TEST(found() == "second start, second start");
}

BOOST_AUTO_TEST_CASE(a_container_that_never_started_is_no_second_agent) {
    known.runs.push_back({.name = "familiar-agent-j1-0", .job = "j1"});
    BOOST_TEST(found() == "");
}

BOOST_AUTO_TEST_CASE(a_retry_that_nobody_asked_for_is_found_and_one_of_a_redelivery_is_none) {
    known.jobs.front().state = "interrupted";
    known.runs.front().exit_code = 137;
    add_job("j2", "succeeded", at(6)).retry_of = "j1";
    known.runs.push_back(run_of("j2", 7, 9));
    known.logs["j2"] = known.logs["j1"];
    known.job_of["d1"] = "j2";
    BOOST_TEST(found() == "second start");
    known.posts.push_back(known.posts.front());
    known.posts.back().job = "j2";
    BOOST_TEST(found() == "");
    known.jobs.front().state = "succeeded";
    known.runs.front().exit_code = 0;
    BOOST_TEST(found() == "second start");
}

BOOST_AUTO_TEST_CASE(a_retry_that_a_person_asked_for_is_none) {
    add_job("j2", "succeeded", at(6)).retry_of = "j1";
    known.jobs.front().state = "cancelled";
    known.runs.push_back(run_of("j2", 7, 9));
    known.logs["j2"] = known.logs["j1"];
    BOOST_TEST(found() == "second start, second start");
    known.orders.push_back({.job = "j1", .fresh = "j2"});
    BOOST_TEST(found() == "");
}

BOOST_AUTO_TEST_CASE(an_order_that_had_no_effect_is_found) {
    known.orders.push_back({.job = "j1", .at = at(2)});
    BOOST_TEST(found() == "ignored order");
    known.orders.front().at = *known.runs.front().ended;
    BOOST_TEST(found() == "");
    known.orders = {{.job = "j1", .fresh = "j2"}};
    BOOST_TEST(found() == "ignored order");
}

BOOST_AUTO_TEST_CASE(an_agent_of_an_unknown_job_is_found) {
    known.runs.push_back(run_of("j9", 20, 21));
    BOOST_TEST(found() == "second start");
}

BOOST_AUTO_TEST_CASE(what_runs_again_after_a_success_is_found) {
    auto twin = known.posts.front();
    twin.delivery = "d2";
    twin.job = "j2";
    known.posts.push_back(twin);
    known.job_of["d2"] = "j2";
    add_job("j2", "succeeded", at(6));
    known.runs.push_back(run_of("j2", 7, 9));
    known.logs["j2"] = known.logs["j1"];
    BOOST_TEST(found() == "repeated success");
    auto closed = known.posts.front();
    closed.delivery = "d3";
    closed.what = news::closed;
    closed.answer = "ignored";
    closed.words.clear();
    closed.meaning = "closed";
    closed.sent = closed.answered = at(5);
    known.posts.push_back(closed);
    BOOST_TEST(found() == "");
}

BOOST_AUTO_TEST_CASE(two_agents_on_one_merge_request_at_the_same_time_are_found) {
    add_job("j2", "succeeded", at(0));
    known.runs.push_back(run_of("j2", 4, 6));
    known.logs["j2"] = known.logs["j1"];
    BOOST_TEST(found() == "overlap");
    known.jobs.back().number = 8;
    BOOST_TEST(found() == "");
}

BOOST_AUTO_TEST_CASE(an_agent_that_ran_too_long_is_found_unless_nobody_could_stop_it) {
    known.runs.front().ended = at(14);
    BOOST_TEST(found() == "missed deadline");
    known.hindered = {{at(5), at(7)}, {at(6), at(8)}};
    BOOST_TEST(found() == "");
    known.hindered = {{at(5), at(6)}, {at(5), at(6)}};
    BOOST_TEST(found() == "missed deadline");
}

BOOST_AUTO_TEST_CASE(a_log_that_is_missing_or_cut_is_found_unless_it_says_so) {
    known.logs["j1"] = "agent: the prompt:\n    > chaos(1)\nagent: committed 1\n";
    BOOST_TEST(found() == "incomplete log");
    known.logs["j1"] = "agent: the prompt:\n[the rest is lost]\n";
    BOOST_TEST(found() == "");
    known.logs.clear();
    BOOST_TEST(found() == "no log");
}

BOOST_AUTO_TEST_CASE(a_comment_that_no_agent_was_told_of_is_found) {
    known.logs["j1"] = "agent: the prompt:\n    > chaos(11)\nagent: committed 1\nagent: done\n";
    BOOST_TEST(found() == "dropped comment");
    known.jobs.front().state = "superseded";
    known.runs.clear();
    BOOST_TEST(found() == "dropped comment");
}

BOOST_AUTO_TEST_CASE(a_last_update_that_is_superseded_is_found) {
    add_job("j2", "superseded", at(3)).kind = "mr_updated";
    BOOST_TEST(found() == "dropped update");
    add_job("j3", "cancelled", at(4)).kind = "mr_updated";
    BOOST_TEST(found() == "");
}

BOOST_AUTO_TEST_CASE(an_agent_that_starts_after_its_merge_request_was_closed_is_found) {
    known.posts.push_back({.delivery = "d2",
                           .path = "acme/widgets",
                           .number = 7,
                           .what = news::closed,
                           .meaning = "closed",
                           .sent = at(2),
                           .answered = at(3),
                           .status = 200,
                           .answer = "ignored"});
    BOOST_TEST(found() == "");
    known.runs.front().started = at(5);
    BOOST_TEST(found() == "start after close");
    known.hindered = {{at(2), at(4)}};
    BOOST_TEST(found() == "start after close");
    known.jobs.front().state = "cancelled";
    BOOST_TEST(found() == "");
    known.hindered.clear();
    BOOST_TEST(found() == "start after close");
    known.jobs.front().state = "succeeded";
    auto earlier = known.posts.back();
    earlier.sent = earlier.answered = at(-5);
    known.posts.push_back(earlier);
    BOOST_TEST(found() == "");
}

BOOST_AUTO_TEST_CASE(figures_that_do_not_add_up_are_found) {
    known.scrapes.push_back({.spawned = 3, .active = 1, .ended = 1});
    BOOST_TEST(found() == "wrong figures");
}

BOOST_AUTO_TEST_CASE(a_server_that_ends_by_itself_or_badly_is_found) {
    known.lives.push_back({.begun = at(10), .ended = at(11), .code = 1});
    BOOST_TEST(found() == "wrong end");
    known.lives.back().disk_was_full = true;
    BOOST_TEST(found() == "");
    known.lives.push_back({.begun = at(12), .ended = at(13), .how = death::pressed, .code = 139});
    BOOST_TEST(found() == "wrong end");
}

BOOST_AUTO_TEST_CASE(what_is_left_behind_is_found) {
    known.left = {"container c"};
    BOOST_TEST(found() == "left behind");
}

BOOST_AUTO_TEST_CASE(tales_of_one_container_are_put_together) {
    const auto whole = put_together({{.name = "c", .job = "", .started = at(1)},
                                     {.name = "c", .job = "j", .started = at(1), .ended = at(9)},
                                     {.name = "c", .job = "j", .ended = at(5), .exit_code = 3},
                                     {.name = "d", .job = "k"}});
    BOOST_REQUIRE(whole.size() == 2u);
    BOOST_TEST(whole[0].job == "j");
    BOOST_TEST((whole[0].started == at(1) && whole[0].ended == at(5)));
    BOOST_TEST((whole[0].exit_code == 3));
    BOOST_TEST(!whole[1].started.has_value());
}

BOOST_AUTO_TEST_CASE(a_seed_makes_the_same_schedule_again) {
    const auto one = make_schedule(4711, 120s, 1.2);
    const auto same = make_schedule(4711, 120s, 1.2);
    BOOST_REQUIRE(one.happenings.size() == same.happenings.size());
    for (std::size_t i = 0; i < one.happenings.size(); ++i) {
        BOOST_TEST((one.happenings[i].at == same.happenings[i].at));
        BOOST_TEST((one.happenings[i].what == same.happenings[i].what));
        BOOST_TEST(one.happenings[i].agent.text() == same.happenings[i].agent.text());
    }
    BOOST_TEST(one.incidents.size() == same.incidents.size());
    BOOST_TEST(one.lives.size() == same.lives.size());
    BOOST_TEST(make_schedule(4712, 120s, 1.2).happenings.size() != one.happenings.size());
}

BOOST_AUTO_TEST_CASE(the_storm) {
    const auto seed = number_from("FAMILIAR_CHAOS_SEED", std::random_device{}());
    const std::chrono::seconds length(number_from("FAMILIAR_CHAOS_SECONDS", 120));
    const auto rate = rate_from("FAMILIAR_CHAOS_RATE", 1.2);
    BOOST_TEST_MESSAGE("FAMILIAR_CHAOS_SEED=" << seed << " FAMILIAR_CHAOS_SECONDS=" << length.count()
                                              << " FAMILIAR_CHAOS_RATE=" << rate);
    BOOST_TEST_CONTEXT("seed " << seed) {
        run(make_schedule(seed, length, rate));
    }
}

BOOST_AUTO_TEST_SUITE_END()
