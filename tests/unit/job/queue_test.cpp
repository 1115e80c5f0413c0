#include "job/queue.hpp"

#include "support/unit_test.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

using namespace familiar;
using job::obstacle;
using job::waiting_job;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

const auto noon = *core::parse_time("2026-01-31T12:00:00Z");

/// A job that came `age` before noon.
waiting_job job_of(std::string id, const std::string& repository, int number, seconds age = seconds(0)) {
    return {.id = std::move(id),
            .repository = repository,
            .merge_request = repository + "#" + std::to_string(number),
            .created = noon - age,
            .waiting_since = noon - age,
            .not_before = {}};
}

waiting_job job_due(waiting_job job, core::wall_time not_before) {
    job.not_before = not_before;
    return job;
}

/// The id of the next job; empty if none may run.
std::string take(job::queue& from, core::wall_time now = noon) {
    const auto taken = from.take(now);
    return taken ? taken->id : "";
}

/// The ids of all that may run at once, in order.
std::vector<std::string> take_all(job::queue& from, core::wall_time now = noon) {
    std::vector<std::string> taken;
    while (const auto next = from.take(now)) taken.push_back(next->id);
    return taken;
}

void release(job::queue& in, const waiting_job& ended) {
    in.release(ended.repository, ended.merge_request);
}

using texts = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_SUITE(the_queue)

BOOST_AUTO_TEST_CASE(gives_nothing_when_it_is_empty) {
    job::queue queue;
    BOOST_TEST(!queue.take(noon));
    BOOST_TEST(!queue.next_due());
    BOOST_TEST(!queue.oldest());
    BOOST_TEST(!queue.remove("a"));
    BOOST_TEST(!queue.why_waiting("a", noon));
    BOOST_TEST(queue.take_created_before(noon).empty());
}

BOOST_AUTO_TEST_CASE(gives_a_job_back_as_it_was_added) {
    job::queue queue;
    queue.add({.id = "a",
               .repository = "github/acme/app",
               .merge_request = "github/acme/app#7",
               .created = noon - seconds(3),
               .waiting_since = noon - seconds(5),
               .not_before = noon - seconds(1)});
    BOOST_TEST(queue.contains("a"));
    BOOST_TEST(queue.size() == 1U);
    const auto taken = queue.take(noon).value();
    BOOST_TEST(taken.id == "a");
    BOOST_TEST(taken.repository == "github/acme/app");
    BOOST_TEST(taken.merge_request == "github/acme/app#7");
    BOOST_TEST(bool(taken.created == noon - seconds(3)));
    BOOST_TEST(bool(taken.waiting_since == noon - seconds(5)));
    BOOST_TEST(bool(taken.not_before == noon - seconds(1)));
    BOOST_TEST(!queue.contains("a"));
    BOOST_TEST(queue.size() == 0U);
}

BOOST_AUTO_TEST_CASE(takes_the_job_of_a_repository_that_has_waited_longest) {
    job::queue queue;
    queue.add(job_of("second", "a", 1, seconds(20)));
    queue.add(job_of("third", "a", 2, seconds(10)));
    queue.add(job_of("first", "a", 3, seconds(30)));
    BOOST_TEST(take_all(queue) == (texts{"first", "second", "third"}));
}

BOOST_AUTO_TEST_CASE(takes_the_lesser_id_among_jobs_of_one_moment) {
    job::queue queue;
    for (const auto* id : {"2", "3", "1"}) queue.add(job_of(id, "a", std::stoi(id)));
    BOOST_TEST(take_all(queue) == (texts{"1", "2", "3"}));
}

BOOST_AUTO_TEST_CASE(goes_by_the_place_and_not_by_the_creation) {
    job::queue queue;
    queue.add(job_of("old", "a", 1, seconds(20)));
    auto heir = job_of("heir", "a", 2);
    heir.waiting_since = noon - seconds(30);
    queue.add(heir);
    BOOST_TEST(take(queue) == "heir");
}

BOOST_AUTO_TEST_CASE(moves_a_job_that_is_added_again) {
    job::queue queue;
    queue.add(job_of("a", "app", 1, seconds(20)));
    queue.add(job_of("b", "app", 2, seconds(10)));
    queue.add(job_due(job_of("a", "app", 1, seconds(20)), noon + seconds(5)));
    BOOST_TEST(queue.size() == 2U);
    BOOST_TEST(take_all(queue) == texts{"b"});
    queue.add(job_of("a", "other", 3));
    BOOST_TEST(queue.size() == 1U);
    const auto moved = queue.take(noon).value();
    BOOST_TEST(moved.repository == "other");
    BOOST_TEST(moved.merge_request == "other#3");
}

BOOST_AUTO_TEST_CASE(forgets_a_job_that_is_removed) {
    job::queue queue;
    queue.add(job_of("a", "app", 1));
    queue.add(job_due(job_of("b", "app", 1), noon + seconds(5)));
    BOOST_TEST(queue.remove("a"));
    BOOST_TEST(!queue.remove("a"));
    BOOST_TEST(queue.remove("b"));
    BOOST_TEST(!queue.take(noon + hours(1)));
    BOOST_TEST(!queue.next_due());
    BOOST_TEST(!queue.oldest());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(one_agent_at_a_time_for_a_merge_request)

BOOST_AUTO_TEST_CASE(the_next_job_waits_for_the_release) {
    job::queue queue;
    queue.add(job_of("a", "app", 1, seconds(20)));
    queue.add(job_of("b", "app", 1, seconds(10)));
    const auto first = queue.take(noon).value();
    BOOST_TEST(take(queue) == "");
    BOOST_TEST(bool(queue.why_waiting("b", noon) == obstacle::merge_request));
    release(queue, first);
    BOOST_TEST(bool(queue.why_waiting("b", noon) == obstacle::none));
    BOOST_TEST(take(queue) == "b");
}

BOOST_AUTO_TEST_CASE(a_later_merge_request_passes_it_meanwhile) {
    job::queue queue;
    queue.add(job_of("a1", "app", 1, seconds(30)));
    queue.add(job_of("a2", "app", 1, seconds(20)));
    queue.add(job_of("b1", "app", 2, seconds(10)));
    BOOST_TEST(take_all(queue) == (texts{"a1", "b1"}));
}

BOOST_AUTO_TEST_CASE(an_adopted_agent_counts_until_it_is_released) {
    job::queue queue;
    queue.occupy("app", "app#1");
    queue.add(job_of("a", "app", 1));
    BOOST_TEST(take(queue) == "");
    BOOST_TEST(bool(queue.why_waiting("a", noon) == obstacle::merge_request));
    queue.release("app", "app#1");
    BOOST_TEST(take(queue) == "a");
}

BOOST_AUTO_TEST_CASE(agents_that_came_twice_are_released_twice) {
    job::queue queue;
    queue.add(job_of("a", "app", 1));
    queue.occupy("app", "app#1");
    queue.occupy("app", "app#1");
    queue.release("app", "app#1");
    BOOST_TEST(take(queue) == "");
    queue.release("app", "app#1");
    BOOST_TEST(take(queue) == "a");
}

BOOST_AUTO_TEST_CASE(a_release_too_many_changes_nothing) {
    job::queue queue;
    queue.release("app", "app#1");
    queue.add(job_of("a", "app", 1, seconds(10)));
    queue.release("app", "app#1");
    queue.add(job_of("b", "app", 1));
    BOOST_TEST(take(queue) == "a");
    BOOST_TEST(take(queue) == "");
}

BOOST_AUTO_TEST_CASE(the_backoff_of_its_first_job_does_not_hold_up_the_next_one) {
    job::queue queue;
    queue.add(job_due(job_of("first", "app", 1, seconds(20)), noon + minutes(1)));
    queue.add(job_of("next", "app", 1, seconds(10)));
    BOOST_TEST(take(queue) == "next");
    queue.release("app", "app#1");
    BOOST_TEST(take(queue, noon + minutes(1)) == "first");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_job_that_is_not_due)

BOOST_AUTO_TEST_CASE(runs_from_its_time_on) {
    job::queue queue;
    queue.add(job_due(job_of("a", "app", 1), noon + seconds(5)));
    BOOST_TEST(bool(queue.why_waiting("a", noon) == obstacle::not_due));
    BOOST_TEST(take(queue, noon + seconds(4)) == "");
    BOOST_TEST(bool(queue.why_waiting("a", noon + seconds(5)) == obstacle::none));
    BOOST_TEST(take(queue, noon + seconds(5)) == "a");
}

BOOST_AUTO_TEST_CASE(takes_its_place_by_how_long_it_has_waited) {
    job::queue queue;
    queue.add(job_of("b", "app", 2, seconds(10)));
    queue.add(job_due(job_of("a", "app", 1, seconds(20)), noon + seconds(5)));
    BOOST_TEST(take(queue, noon + seconds(5)) == "a");
}

BOOST_AUTO_TEST_CASE(holds_up_nobody_else) {
    job::queue queue;
    queue.add(job_due(job_of("a", "app", 1, seconds(20)), noon + hours(1)));
    queue.add(job_of("b", "app", 2));
    BOOST_TEST(take_all(queue) == texts{"b"});
}

BOOST_AUTO_TEST_CASE(is_announced_the_soonest_first) {
    job::queue queue;
    queue.add(job_due(job_of("later", "app", 1), noon + seconds(9)));
    queue.add(job_due(job_of("soon", "app", 2), noon + seconds(5)));
    queue.add(job_due(job_of("past", "app", 3), noon - seconds(5)));
    queue.add(job_of("now", "app", 4));
    BOOST_TEST(take_all(queue).size() == 2U);
    BOOST_TEST(bool(queue.next_due() == noon + seconds(5)));
    queue.remove("soon");
    BOOST_TEST(bool(queue.next_due() == noon + seconds(9)));
    queue.remove("later");
    BOOST_TEST(!queue.next_due());
}

BOOST_AUTO_TEST_CASE(stays_due_when_the_clock_is_set_back) {
    job::queue queue;
    queue.add(job_due(job_of("a", "app", 1), noon));
    queue.occupy("app", "app#1");
    BOOST_TEST(take(queue) == "");
    queue.release("app", "app#1");
    BOOST_TEST(bool(queue.why_waiting("a", noon - hours(1)) == obstacle::none));
    BOOST_TEST(take(queue, noon - hours(1)) == "a");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(fairness_among_repositories)

namespace {

/// Fills `slots` and then, `turns` times, ends the agent that has run longest and starts the next: how many agents each
/// repository got.
std::map<std::string, int> shares(job::queue& queue, std::size_t slots, int turns) {
    std::map<std::string, int> got;
    std::vector<waiting_job> running;
    const auto fill = [&] {
        while (running.size() < slots) {
            auto next = queue.take(noon);
            if (!next) break;
            ++got[next->repository];
            running.push_back(std::move(*next));
        }
    };
    fill();
    for (int turn = 0; turn < turns && !running.empty(); ++turn) {
        release(queue, running.front());
        running.erase(running.begin());
        fill();
    }
    return got;
}

void add_many(job::queue& queue, const std::string& repository, int count, seconds age) {
    for (int i = 0; i < count; ++i) queue.add(job_of(repository + std::to_string(i), repository, i, age));
}

}  // namespace

BOOST_AUTO_TEST_CASE(one_job_is_not_behind_the_thousand_of_another) {
    job::queue queue;
    add_many(queue, "busy", 1000, hours(1));
    queue.add(job_of("only", "quiet", 1));
    queue.take(noon);
    BOOST_TEST(take(queue) == "only");
}

BOOST_AUTO_TEST_CASE(one_job_that_comes_later_is_next) {
    job::queue queue;
    add_many(queue, "busy", 1000, hours(1));
    for (int i = 0; i < 4; ++i) queue.take(noon);
    queue.add(job_of("only", "quiet", 1));
    BOOST_TEST(take(queue) == "only");
}

BOOST_AUTO_TEST_CASE(three_share_the_slots_evenly) {
    for (const std::size_t slots : {1U, 2U, 3U, 5U, 6U}) {
        job::queue queue;
        add_many(queue, "a", 400, hours(3));
        add_many(queue, "b", 200, hours(2));
        add_many(queue, "c", 150, hours(1));
        const auto got = shares(queue, slots, 300 - static_cast<int>(slots));
        BOOST_TEST_CONTEXT(slots << " slots") {
            for (const auto& [repository, count] : got) BOOST_TEST(count == 100, repository << ": " << count);
            BOOST_TEST(got.size() == 3U);
        }
    }
}

BOOST_AUTO_TEST_CASE(one_alone_gets_all_slots) {
    job::queue queue;
    add_many(queue, "a", 10, hours(1));
    BOOST_TEST(take_all(queue).size() == 10U);
}

BOOST_AUTO_TEST_CASE(the_one_with_fewer_agents_is_next_whoever_was_served_last) {
    job::queue queue;
    add_many(queue, "a", 10, hours(2));
    add_many(queue, "b", 10, hours(1));
    for (const auto* expected : {"a", "b", "a", "b"}) BOOST_TEST(queue.take(noon)->repository == expected);
    queue.release("b", "b#0");
    queue.release("b", "b#1");
    BOOST_TEST(queue.take(noon)->repository == "b");
    BOOST_TEST(queue.take(noon)->repository == "b");
}

BOOST_AUTO_TEST_CASE(adopted_agents_count) {
    job::queue queue;
    queue.occupy("a", "a#100");
    add_many(queue, "a", 10, hours(2));
    add_many(queue, "b", 10, hours(1));
    BOOST_TEST(queue.take(noon)->repository == "b");
}

BOOST_AUTO_TEST_CASE(a_repository_that_was_idle_is_remembered) {
    job::queue queue;
    for (const auto* name : {"a", "b", "c"}) queue.add(job_of(name, name, 1));
    BOOST_TEST(take_all(queue) == (texts{"a", "b", "c"}));
    for (const std::string name : {"a", "b", "c"}) queue.release(name, name + "#1");
    for (const auto* name : {"c", "a", "b"}) queue.add(job_of(name, name, 1));
    BOOST_TEST(take_all(queue) == (texts{"a", "b", "c"}));
}

BOOST_AUTO_TEST_CASE(a_repository_whose_jobs_cannot_run_has_no_turn) {
    job::queue queue;
    queue.add(job_of("a1", "a", 1, hours(3)));
    queue.add(job_of("a2", "a", 1, hours(2)));
    queue.add(job_of("b1", "b", 1));
    queue.add(job_of("b2", "b", 2));
    BOOST_TEST(take_all(queue) == (texts{"a1", "b1", "b2"}));
    queue.release("a", "a#1");
    BOOST_TEST(take(queue) == "a2");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(jobs_that_waited_too_long)

BOOST_AUTO_TEST_CASE(are_taken_out_the_oldest_first) {
    job::queue queue;
    queue.add(job_of("b", "app", 1, hours(2)));
    queue.add(job_due(job_of("a", "app", 2, hours(3)), noon + hours(1)));
    queue.add(job_of("c", "other", 1, hours(1)));
    queue.occupy("app", "app#1");
    BOOST_TEST(bool(queue.oldest() == noon - hours(3)));
    const auto taken = queue.take_created_before(noon - hours(1));
    texts ids;
    for (const auto& job : taken) ids.push_back(job.id);
    BOOST_TEST(ids == (texts{"a", "b"}));
    BOOST_TEST(queue.size() == 1U);
    BOOST_TEST(bool(queue.oldest() == noon - hours(1)));
    BOOST_TEST(!queue.next_due());
}

BOOST_AUTO_TEST_CASE(go_by_their_creation_and_not_by_an_inherited_place) {
    job::queue queue;
    auto heir = job_of("heir", "app", 1);
    heir.waiting_since = noon - hours(30);
    queue.add(heir);
    BOOST_TEST(queue.take_created_before(noon - hours(24)).empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_closed_forge)

BOOST_AUTO_TEST_CASE(keeps_its_jobs_and_nobody_elses) {
    job::queue queue;
    queue.add(job_of("first", "github/acme/app", 1, hours(2)));
    queue.add(job_of("second", "gitlab/acme/app", 1, hours(1)));
    queue.set_open("github", false);
    BOOST_TEST(bool(queue.why_waiting("first", noon) == obstacle::forge));
    BOOST_TEST(bool(queue.why_waiting("second", noon) == obstacle::none));
    BOOST_TEST(take_all(queue) == texts{"second"});
    queue.set_open("github", true);
    BOOST_TEST(take_all(queue) == texts{"first"});
}

BOOST_AUTO_TEST_CASE(may_be_closed_before_any_job_of_it_is_known_and_comes_due_meanwhile) {
    job::queue queue;
    queue.set_open("github", false);
    queue.add(job_due(job_of("later", "github/acme/app", 1), noon + minutes(1)));
    BOOST_TEST(take(queue, noon + minutes(2)).empty());
    BOOST_TEST(!queue.next_due());
    queue.set_open("github", true);
    BOOST_TEST(take(queue, noon + minutes(2)) == "later");
}

BOOST_AUTO_TEST_CASE(does_not_change_who_is_next_among_the_others) {
    job::queue queue;
    queue.add(job_of("a", "github/busy", 1, hours(3)));
    queue.add(job_of("b", "gitlab/idle", 1, hours(2)));
    queue.add(job_of("c", "gitlab/busy", 1, hours(1)));
    queue.occupy("github/busy", "github/busy#9");
    queue.occupy("gitlab/busy", "gitlab/busy#9");
    BOOST_TEST(take_all(queue) == (texts{"b", "a", "c"}));
}

BOOST_AUTO_TEST_SUITE_END()
