#include "desk.hpp"

using namespace familiar;
using journal::job_state;
using std::chrono::hours;

namespace {

struct meanings : test::desk {
    journal::recorded deliver(const std::string& delivery, journal::job_record job) {
        return run(book->record(test::sample_delivery(delivery), std::move(job))).value();
    }
    std::size_t jobs() { return run(book->list({})).value().size(); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(meaning_the_same, meanings)

BOOST_AUTO_TEST_CASE(another_delivery_of_the_same_event_is_kept_and_stands_for_its_job) {
    open();
    const auto first = add("d-1", test::job_meaning("a to b"));
    move(first, job_state::running);
    const auto again = deliver("d-2", test::job_meaning("a to b"));
    BOOST_TEST(again.duplicate);
    BOOST_TEST(again.job == first);
    BOOST_TEST((again.state == job_state::running));
    BOOST_TEST(jobs() == 1u);

    BOOST_TEST(run(book->find_delivery(std::nullopt, "d-2")).value().has_value());
    BOOST_TEST(run(book->record(test::sample_delivery("d-2"), test::sample_job())).value().job == first);
}

BOOST_AUTO_TEST_CASE(what_lives_or_has_succeeded_stands_for_the_same_and_nothing_else_does) {
    open();
    using enum job_state;
    for (const auto state : {received, held, queued, preparing, running, finishing, succeeded, failed, timed_out,
                             cancelled, superseded, interrupted, expired, refused}) {
        const std::string name(to_text(state));
        for (const auto kind : {event::kind::mr_opened, event::kind::mention}) {
            const auto meaning = name + std::string(to_text(kind));
            move(add("first " + meaning, test::job_meaning(meaning, kind)), state);
            const bool duplicate = deliver("second " + meaning, test::job_meaning(meaning, kind)).duplicate;
            BOOST_TEST(duplicate == (state <= succeeded), meaning);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_push_there_and_back_and_there_again_runs_three_times) {
    open();
    for (const char* delivery : {"d-1", "d-2", "d-3"}) {
        const auto done = deliver(delivery, test::job_meaning(delivery == std::string("d-2") ? "b to a" : "a to b"));
        BOOST_TEST(!done.duplicate, delivery);
        move(done.job, job_state::succeeded);
    }
    const auto last = deliver("d-4", test::job_meaning("a to b"));
    BOOST_TEST(last.duplicate);
    BOOST_TEST((find(last.job).id == run(book->list({})).value().front().id));
}

BOOST_AUTO_TEST_CASE(a_head_in_between_counts_whatever_became_of_it_and_a_comment_does_not) {
    open();
    move(add("d-1", test::job_meaning("a to b")), job_state::succeeded);
    add("d-2", test::comment_job(1));
    BOOST_TEST(deliver("d-3", test::job_meaning("a to b")).duplicate);
    move(add("d-4", test::job_meaning("b to a")), job_state::refused);
    BOOST_TEST(!deliver("d-5", test::job_meaning("a to b")).duplicate);
}

BOOST_AUTO_TEST_CASE(a_comment_stays_the_same_comment_after_a_push) {
    open();
    const auto first = add("d-1", test::comment_job(1));
    add("d-2", test::job_meaning("a to b"));
    BOOST_TEST(deliver("d-3", test::comment_job(1)).job == first);
    BOOST_TEST(!deliver("d-4", test::comment_job(2)).duplicate);
}

BOOST_AUTO_TEST_CASE(a_comment_that_joined_another_job_stands_for_that_one) {
    open();
    const auto waiting = enqueue("d-1", test::comment_job(1));
    const auto second = add("d-2", test::comment_job(2));
    place(second, [&](const journal::job_record& job, const journal::neighbours&) {
        return journal::placement{.joins = waiting, .kind = job.kind};
    });
    const auto again = deliver("d-3", test::comment_job(2));
    BOOST_TEST(again.duplicate);
    BOOST_TEST(again.job == waiting);
    BOOST_TEST((again.state == job_state::queued));

    move(waiting, job_state::failed);
    BOOST_TEST(!deliver("d-4", test::comment_job(2)).duplicate);
}

BOOST_AUTO_TEST_CASE(a_day_later_or_elsewhere_nothing_is_the_same) {
    open();
    auto old = test::job_meaning("a to b");
    old.created_at -= hours(24) + std::chrono::milliseconds(1000);
    move(add("d-1", old), job_state::succeeded);
    BOOST_TEST(!deliver("d-2", test::job_meaning("a to b")).duplicate);

    auto other = test::job_meaning("a to b");
    other.subject.request.number = 8;
    BOOST_TEST(!deliver("d-3", other).duplicate);
    other.id = core::make_ulid();
    other.subject.repo.path = "octo/dog";
    BOOST_TEST(!deliver("d-4", other).duplicate);
    other.id = core::make_ulid();
    other.subject.repo.forge = event::provider::gitlab;
    BOOST_TEST(!deliver("d-5", other).duplicate);
}

BOOST_AUTO_TEST_CASE(what_says_nothing_of_its_meaning_is_never_the_same) {
    open();
    add("d-1", test::job_meaning(""));
    BOOST_TEST(!deliver("d-2", test::job_meaning("")).duplicate);
    add("d-3", test::job_meaning("", event::kind::mention));
    BOOST_TEST(!deliver("d-4", test::job_meaning("", event::kind::mention)).duplicate);
}

BOOST_AUTO_TEST_CASE(a_redelivery_after_a_failure_is_a_duplicate_of_what_did_the_same_meanwhile) {
    open();
    const auto first = add("d-1", test::job_meaning("a to b"));
    move(first, job_state::failed);
    const auto second = deliver("d-2", test::job_meaning("a to b"));
    BOOST_TEST(!second.duplicate);
    BOOST_TEST(second.made->job.retry_of.empty());

    const auto again = deliver("d-1", test::job_meaning("a to b"));
    BOOST_TEST(again.duplicate);
    BOOST_TEST(again.job == second.job);
    BOOST_TEST(run(book->record(test::sample_delivery("d-1"), std::nullopt)).value().job == second.job);

    move(second.job, job_state::failed);
    const auto repeated = deliver("d-1", test::job_meaning("a to b"));
    BOOST_TEST(!repeated.duplicate);
    BOOST_TEST(repeated.made->job.retry_of == second.job);
}

BOOST_AUTO_TEST_CASE(a_redelivery_of_an_old_head_does_not_stand_for_a_new_push_to_it) {
    open();
    move(add("d-1", test::job_meaning("a to b")), job_state::failed);
    move(add("d-2", test::job_meaning("b to a")), job_state::succeeded);
    const auto repeated = deliver("d-1", test::job_meaning("a to b"));
    BOOST_TEST(!repeated.duplicate);
    BOOST_TEST(!deliver("d-3", test::job_meaning("a to b")).duplicate);
}

BOOST_AUTO_TEST_CASE(a_delivery_that_was_ignored_may_turn_out_to_mean_the_same) {
    open();
    BOOST_TEST(run(book->record(test::sample_delivery("d-1"), std::nullopt)).value().job.empty());
    const auto job = add("d-2", test::job_meaning("a to b"));
    BOOST_TEST(deliver("d-1", test::job_meaning("a to b")).job == job);
    BOOST_TEST(jobs() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
