#include "journal/rules.hpp"

#include "support/unit_test.hpp"

using namespace familiar;
using namespace familiar::journal;

namespace {

using enum job_state;
constexpr job_state states[] = {received, held,      queued,    preparing,  running,     finishing, succeeded,
                                failed,   timed_out, cancelled, superseded, interrupted, expired,   refused};

job_record job_in(job_state state) {
    job_record job;
    job.id = "01j";
    job.state = state;
    job.reason = "superseded by job 01k";
    return job;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rules)

BOOST_AUTO_TEST_CASE(a_job_stands_for_what_means_the_same_while_it_lives_and_after_a_success) {
    for (const auto state : states) {
        const bool expected = state <= succeeded;
        BOOST_TEST(stands(state) == expected, to_text(state));
        BOOST_TEST((compare("a", "a", state) == (expected ? likeness::same : likeness::none)), to_text(state));
        BOOST_TEST((compare("a", "b", state) == likeness::different), to_text(state));
        BOOST_TEST((compare("a", "", state) == likeness::different), to_text(state));
    }
}

BOOST_AUTO_TEST_CASE(comments_are_not_about_a_head) {
    BOOST_TEST(is_about_head(event::kind::mr_opened));
    BOOST_TEST(is_about_head(event::kind::mr_updated));
    BOOST_TEST(!is_about_head(event::kind::mr_comment));
    BOOST_TEST(!is_about_head(event::kind::mention));
}

BOOST_AUTO_TEST_CASE(a_stop_ends_what_has_no_agent_and_decides_for_what_has_one) {
    for (const auto state : states)
        for (const bool decided : {false, true}) {
            auto expected = stop_step::too_late;
            if (state < running) expected = stop_step::end_now;
            if (state == running) expected = decided ? stop_step::being_stopped : stop_step::decide;
            BOOST_TEST((judge_stop(state, decided) == expected), to_text(state) << decided);
        }
}

BOOST_AUTO_TEST_CASE(only_what_was_not_authorised_yet_is_placed) {
    for (const auto state : states) {
        const auto may = may_place(job_in(state));
        BOOST_TEST(may.has_value() == (state == received || state == held), to_text(state));
        if (!may) BOOST_TEST((may.error().code == core::errc::conflict));
    }
}

BOOST_AUTO_TEST_CASE(what_ended_without_success_may_be_started_anew) {
    for (const auto state : states) {
        const auto may = may_retry(job_in(state));
        BOOST_TEST(may.has_value() == (state > succeeded && state != superseded), to_text(state));
        if (!may) BOOST_TEST((may.error().code == core::errc::conflict));
    }
    BOOST_TEST(core::describe(may_retry(job_in(running)).error()) ==
               "job 01j has not ended (running) and is not started anew");
    BOOST_TEST(core::describe(may_retry(job_in(superseded)).error()) ==
               "job 01j was superseded by job 01k and is not started anew");
}

BOOST_AUTO_TEST_CASE(four_fields_of_a_change_tell_of_the_merge_request) {
    BOOST_TEST(!changes_subject({.state = running, .head = "abc", .log = "x"}));
    BOOST_TEST(changes_subject({.source_branch = "topic"}));
    BOOST_TEST(changes_subject({.source_path = "a/b"}));
    BOOST_TEST(changes_subject({.target_branch = "main"}));
    BOOST_TEST(changes_subject({.head_origin = event::origin::fork}));
}

BOOST_AUTO_TEST_CASE(merge_requests_are_the_same_if_no_field_differs) {
    using event::merge_request;
    BOOST_TEST(same(merge_request{}, merge_request{}));
    void (*const differences[])(merge_request&) = {
        [](merge_request& of) { of.number = 1; },
        [](merge_request& of) { of.title = "x"; },
        [](merge_request& of) { of.description = "x"; },
        [](merge_request& of) { of.url = "x"; },
        [](merge_request& of) { of.source_branch = "x"; },
        [](merge_request& of) { of.target_branch = "x"; },
        [](merge_request& of) { of.head = "x"; },
        [](merge_request& of) { of.source_path = "x"; },
        [](merge_request& of) { of.head_origin = event::origin::fork; },
        [](merge_request& of) { of.draft = true; },
        [](merge_request& of) { of.author.login = "x"; },
        [](merge_request& of) { of.author.id = 1; },
        [](merge_request& of) { of.author.bot = true; },
    };
    for (const auto differ : differences) {
        merge_request other;
        differ(other);
        BOOST_TEST(!same(merge_request{}, other));
    }
}

BOOST_AUTO_TEST_SUITE_END()
