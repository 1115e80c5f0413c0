#include "job/placing.hpp"

#include "support/unit_test.hpp"

#include <optional>
#include <string>
#include <vector>

using namespace familiar;
using event::kind;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

const auto noon = *core::parse_time("2026-01-31T12:00:00Z");

event::event with_head(event::action what, std::string head, std::string before = {}) {
    event::event happened;
    happened.what = what;
    happened.request.head = std::move(head);
    happened.before = std::move(before);
    return happened;
}

event::event with_comment(std::int64_t id) {
    event::event happened;
    happened.what = event::action::commented;
    happened.note.emplace().id = id;
    return happened;
}

/// A quiet window of 10 s, a minute at most, and at most 3 jobs an hour.
config::settings usual() {
    config::settings settings;
    settings.agents.debounce = seconds(10);
    settings.agents.debounce_max = seconds(60);
    settings.triggers.max_jobs_per_hour = 3;
    return settings;
}

journal::job_record incoming(kind what) {
    journal::job_record job;
    job.id = "new";
    job.kind = what;
    job.created_at = noon;
    job.waiting_since = noon;
    return job;
}

journal::queue_entry waiting(std::string id, kind what, seconds age) {
    journal::queue_entry entry;
    entry.id = std::move(id);
    entry.kind = what;
    entry.created_at = noon - age;
    entry.waiting_since = noon - age;
    return entry;
}

journal::placement placed(kind what, std::vector<journal::queue_entry> around = {},
                          const config::settings& settings = usual(), core::wall_time now = noon) {
    return job::place(incoming(what), {.waiting = std::move(around), .last_hour = 0}, settings, now);
}

constexpr auto all_kinds = {kind::mr_opened, kind::mr_updated, kind::mr_comment, kind::mention};
using texts = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_SUITE(the_meaning_of_a_delivery)

BOOST_AUTO_TEST_CASE(names_what_happened_and_to_what) {
    using event::action;
    struct row {
        event::event happened;
        std::string event_name;
        std::string expected;
    };
    for (const auto& [happened, event_name, expected] : std::vector<row>{
             {with_head(action::opened, "aa"), "pull_request", "opened aa"},
             {with_head(action::opened, ""), "pull_request", ""},
             {with_head(action::updated, "bb", "aa"), "pull_request", "updated aa..bb"},
             {with_head(action::updated, "bb"), "pull_request", "updated ..bb"},
             {with_head(action::updated, "", "aa"), "pull_request", ""},
             {with_comment(7), "issue_comment", "issue_comment 7"},
             {with_comment(7), "", "comment 7"},
             {with_comment(0), "issue_comment", ""},
             {with_head(action::commented, "aa"), "issue_comment", ""},
             {with_head(action::closed, "aa"), "pull_request", ""},
         })
        BOOST_TEST(job::meaning_of(happened, event_name) == expected);
}

BOOST_AUTO_TEST_CASE(tells_a_push_and_the_same_push_after_going_back_apart) {
    using event::action;
    const auto there = job::meaning_of(with_head(action::updated, "bb", "aa"), "pull_request");
    const auto back = job::meaning_of(with_head(action::updated, "aa", "bb"), "pull_request");
    BOOST_TEST(there != back);
}

BOOST_AUTO_TEST_CASE(tells_comments_and_reviews_with_one_id_apart) {
    BOOST_TEST(job::meaning_of(with_comment(7), "issue_comment") !=
               job::meaning_of(with_comment(7), "pull_request_review"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(the_place_of_a_job)

BOOST_AUTO_TEST_CASE(is_its_own_where_nothing_waits) {
    for (const auto what : all_kinds) {
        const auto place = placed(what);
        BOOST_TEST_CONTEXT(to_text(what)) {
            BOOST_TEST(place.refused.empty());
            BOOST_TEST(place.joins.empty());
            BOOST_TEST(place.supersedes.empty());
            BOOST_TEST(bool(place.kind == what));
            BOOST_TEST(bool(place.waiting_since == noon));
            BOOST_TEST(bool(place.not_before == noon + seconds(10)));
        }
    }
}

BOOST_AUTO_TEST_CASE(of_an_update_is_that_of_the_updates_that_wait) {
    const auto place = placed(kind::mr_updated, {waiting("first", kind::mr_updated, seconds(30)),
                                                 waiting("second", kind::mr_updated, seconds(20))});
    BOOST_TEST(place.supersedes == (texts{"first", "second"}));
    BOOST_TEST(bool(place.waiting_since == noon - seconds(30)));
    BOOST_TEST(place.joins.empty());
}

BOOST_AUTO_TEST_CASE(is_not_lost_to_a_job_that_came_later) {
    auto later = waiting("later", kind::mr_updated, seconds(0));
    later.waiting_since = noon + seconds(5);
    BOOST_TEST(bool(placed(kind::mr_updated, {later}).waiting_since == noon));
}

BOOST_AUTO_TEST_CASE(of_a_comment_is_with_the_oldest_comment_that_waits) {
    const auto place = placed(kind::mr_comment, {waiting("update", kind::mr_updated, seconds(40)),
                                                 waiting("first", kind::mr_comment, seconds(30)),
                                                 waiting("second", kind::mr_comment, seconds(20))});
    BOOST_TEST(place.joins == "first");
    BOOST_TEST(place.supersedes.empty());
    BOOST_TEST(bool(place.waiting_since == noon - seconds(30)));
}

BOOST_AUTO_TEST_CASE(makes_a_mention_of_comments_if_one_of_them_is) {
    struct row {
        kind comes;
        kind waits;
        kind expected;
    };
    for (const auto& [comes, waits, expected] : std::vector<row>{{kind::mr_comment, kind::mr_comment, kind::mr_comment},
                                                                 {kind::mr_comment, kind::mention, kind::mention},
                                                                 {kind::mention, kind::mr_comment, kind::mention},
                                                                 {kind::mention, kind::mention, kind::mention}}) {
        const auto place = placed(comes, {waiting("first", waits, seconds(5))});
        BOOST_TEST(place.joins == "first");
        BOOST_TEST(to_text(place.kind) == to_text(expected));
    }
}

BOOST_AUTO_TEST_CASE(is_not_with_jobs_of_another_lane) {
    struct row {
        kind comes;
        std::vector<kind> wait;
    };
    for (const auto& [comes, wait] :
         std::vector<row>{{kind::mr_opened, all_kinds},
                          {kind::mr_updated, {kind::mr_opened, kind::mr_comment, kind::mention}},
                          {kind::mr_comment, {kind::mr_opened, kind::mr_updated}},
                          {kind::mention, {kind::mr_opened, kind::mr_updated}}}) {
        std::vector<journal::queue_entry> around;
        for (const auto what : wait) around.push_back(waiting("other", what, seconds(30)));
        const auto place = placed(comes, around);
        BOOST_TEST_CONTEXT(to_text(comes)) {
            BOOST_TEST(place.joins.empty());
            BOOST_TEST(place.supersedes.empty());
            BOOST_TEST(bool(place.waiting_since == noon));
            BOOST_TEST(bool(place.not_before == noon + seconds(10)));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(the_quiet_window)

BOOST_AUTO_TEST_CASE(begins_anew_with_each_event_up_to_the_longest_wait) {
    struct row {
        seconds first;  ///< how long ago the first one came
        std::optional<seconds> expected;
    };
    for (const auto& [first, expected] : std::vector<row>{{seconds(0), seconds(10)},
                                                          {seconds(9), seconds(10)},
                                                          {seconds(50), seconds(10)},
                                                          {seconds(51), seconds(9)},
                                                          {seconds(59), seconds(1)},
                                                          {seconds(60), std::nullopt},
                                                          {seconds(3600), std::nullopt}})
        for (const auto what : {kind::mr_updated, kind::mr_comment, kind::mention}) {
            const auto place = placed(what, {waiting("first", what, first)});
            BOOST_TEST_CONTEXT(to_text(what) << " after " << first.count() << " s")
            BOOST_TEST(bool(place.not_before == (expected ? std::optional(noon + *expected) : std::nullopt)));
        }
}

BOOST_AUTO_TEST_CASE(is_over_for_a_job_whose_authorisation_took_longer) {
    BOOST_TEST(!placed(kind::mr_opened, {}, usual(), noon + minutes(5)).not_before);
}

BOOST_AUTO_TEST_CASE(is_none_without_debounce) {
    auto settings = usual();
    settings.agents.debounce = seconds(0);
    for (const auto what : all_kinds) {
        BOOST_TEST(!placed(what, {}, settings).not_before);
        BOOST_TEST(!placed(what, {waiting("first", what, seconds(30))}, settings).not_before);
    }
}

BOOST_AUTO_TEST_CASE(does_not_shorten_the_backoff_of_the_job_that_a_comment_joins) {
    auto backing_off = waiting("first", kind::mention, seconds(300));
    backing_off.not_before = noon + seconds(25);
    auto settings = usual();
    BOOST_TEST(bool(placed(kind::mention, {backing_off}, settings).not_before == noon + seconds(25)));
    settings.agents.debounce = seconds(0);
    BOOST_TEST(bool(placed(kind::mention, {backing_off}, settings).not_before == noon + seconds(25)));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(the_limit_of_jobs_in_an_hour)

BOOST_AUTO_TEST_CASE(refuses_what_comes_above_it_and_says_what_to_configure) {
    for (const auto what : all_kinds) {
        BOOST_TEST(job::place(incoming(what), {.waiting = {}, .last_hour = 2}, usual(), noon).refused.empty());
        for (const std::size_t let_in : {3U, 4U, 100U})
            BOOST_TEST(job::place(incoming(what), {.waiting = {}, .last_hour = let_in}, usual(), noon).refused ==
                       "more than 3 jobs in an hour for this merge request (triggers.max_jobs_per_hour): agents that "
                       "answer each other's pushes look like this");
    }
}

BOOST_AUTO_TEST_CASE(leaves_the_jobs_that_wait_alone_when_it_refuses) {
    const auto place =
        job::place(incoming(kind::mr_updated),
                   {.waiting = {waiting("first", kind::mr_updated, seconds(5))}, .last_hour = 4}, usual(), noon);
    BOOST_TEST(!place.refused.empty());
    BOOST_TEST(place.supersedes.empty());
    BOOST_TEST(place.joins.empty());
}

BOOST_AUTO_TEST_CASE(does_not_count_what_is_no_agent_more) {
    const auto update =
        job::place(incoming(kind::mr_updated),
                   {.waiting = {waiting("first", kind::mr_updated, seconds(5))}, .last_hour = 3}, usual(), noon);
    BOOST_TEST(update.refused.empty());
    BOOST_TEST(update.supersedes.size() == 1U);
    const auto comment =
        job::place(incoming(kind::mention),
                   {.waiting = {waiting("first", kind::mention, seconds(5))}, .last_hour = 100}, usual(), noon);
    BOOST_TEST(comment.refused.empty());
    BOOST_TEST(comment.joins == "first");
}

BOOST_AUTO_TEST_CASE(is_none_if_it_is_0) {
    auto settings = usual();
    settings.triggers.max_jobs_per_hour = 0;
    BOOST_TEST(job::place(incoming(kind::mention), {.waiting = {}, .last_hour = 1000}, settings, noon).refused.empty());
}

BOOST_AUTO_TEST_CASE(does_not_hold_for_a_retry) {
    auto again = incoming(kind::mr_updated);
    again.retry_of = "old";
    BOOST_TEST(job::place(again, {.waiting = {}, .last_hour = 100}, usual(), noon).refused.empty());
}

BOOST_AUTO_TEST_SUITE_END()
