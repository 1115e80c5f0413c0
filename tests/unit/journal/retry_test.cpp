#include "desk.hpp"

using namespace familiar;
using journal::job_state;
using std::chrono::seconds;

namespace {

using enum job_state;

struct retries : test::desk {
    core::result<journal::job_record> retry(const std::string& job) {
        return run(book->retry(job, core::make_ulid(), core::now()));
    }
    std::string add_ended(const std::string& delivery, job_state state, journal::job_record job = test::sample_job()) {
        const auto id = add(delivery, std::move(job));
        move(id, state);
        return id;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(retrying, retries)

BOOST_AUTO_TEST_CASE(a_new_job_does_all_that_the_old_one_did_from_the_beginning) {
    open();
    auto job = test::comment_job(1);
    job.joined = {test::comment_job(2).subject};
    job.waiting_since = job.created_at - seconds(60);
    const auto old = add("d-1", job);
    BOOST_TEST(run(book->update(old, {.state = failed,
                                      .attempt = 3,
                                      .head = "abc",
                                      .outcome = "failed",
                                      .reason = "why",
                                      .exit_code = 1,
                                      .container = "c",
                                      .log = "l"}))
                   .has_value());
    const auto now = job.created_at + seconds(5);
    const auto made = run(book->retry(old, "01fresh", now)).value();
    for (const auto& fresh : {made, find("01fresh")}) {
        BOOST_TEST((fresh.state == received));
        BOOST_TEST(fresh.retry_of == old);
        BOOST_TEST((fresh.kind == event::kind::mr_comment));
        BOOST_TEST(fresh.meaning == "comment 1");
        BOOST_TEST(fresh.subject.note->id == 1);
        BOOST_REQUIRE(fresh.joined.size() == 1u);
        BOOST_TEST(fresh.joined.front().note->id == 2);
        BOOST_TEST((fresh.created_at == now));
        BOOST_TEST((fresh.waiting_since == now));
        BOOST_TEST(fresh.attempt == 0);
        for (const auto& text : {fresh.head, fresh.outcome, fresh.reason, fresh.container, fresh.log})
            BOOST_TEST(text.empty());
        BOOST_TEST(!fresh.exit_code.has_value());
        BOOST_TEST(!fresh.finished_at.has_value());
    }
    BOOST_TEST((find(old).state == failed));
    const auto again = run(book->record(test::sample_delivery("d-1"), test::sample_job())).value();
    BOOST_TEST(again.duplicate);
    BOOST_TEST(again.job == "01fresh");
}

BOOST_AUTO_TEST_CASE(only_what_ended_without_success_is_retried) {
    open();
    for (const auto state : {received, held, queued, preparing, running, finishing, succeeded, superseded, failed,
                             timed_out, cancelled, interrupted, expired, refused}) {
        const auto done = retry(add_ended(std::string(to_text(state)), state));
        BOOST_TEST(done.has_value() == (state > succeeded && state != superseded), to_text(state));
        if (!done) BOOST_TEST((done.error().code == core::errc::conflict));
    }
    BOOST_TEST((retry("01j").error().code == core::errc::not_found));
}

BOOST_AUTO_TEST_CASE(a_job_is_retried_again_only_if_its_retry_did_not_do) {
    open();
    const auto old = add_ended("d-1", failed);
    const auto second = retry(old).value().id;
    const auto refused_again = retry(old);
    BOOST_TEST((refused_again.error().code == core::errc::conflict));
    BOOST_TEST(core::describe(refused_again.error()).find(second) != std::string::npos);

    move(second, timed_out);
    const auto third = retry(second).value().id;
    BOOST_TEST((retry(old).error().code == core::errc::conflict));  // also for the retry of its retry
    move(third, interrupted);
    const auto fourth = retry(old).value().id;
    BOOST_TEST(find(fourth).retry_of == old);
    move(fourth, succeeded);
    for (const auto& id : {old, fourth}) BOOST_TEST((retry(id).error().code == core::errc::conflict));
    BOOST_TEST(retry(third).has_value());
}

BOOST_AUTO_TEST_CASE(a_redelivery_counts_as_a_retry) {
    open();
    const auto old = add_ended("d-1", failed);
    const auto second = add("d-1");
    BOOST_TEST(find(second).retry_of == old);
    BOOST_TEST((retry(old).error().code == core::errc::conflict));
}

BOOST_AUTO_TEST_CASE(a_retry_that_joined_another_job_is_as_good_as_that_one) {
    open();
    const auto old = add_ended("d-1", failed, test::comment_job(1));
    const auto waiting = enqueue("d-2", test::comment_job(2));
    place(retry(old).value().id, [&](const journal::job_record& job, const journal::neighbours&) {
        return journal::placement{.joins = waiting, .kind = job.kind};
    });
    BOOST_TEST((retry(old).error().code == core::errc::conflict));
    move(waiting, failed);
    BOOST_TEST(retry(old).has_value());
}

BOOST_AUTO_TEST_CASE(a_retry_of_an_old_head_does_not_stand_for_a_new_push_to_it) {
    open();
    const auto current = add_ended("d-1", failed, test::job_meaning("a to b"));
    BOOST_TEST(retry(current)->meaning == "a to b");
    BOOST_TEST(run(book->record(test::sample_delivery("d-2"), test::job_meaning("a to b"))).value().duplicate);

    const auto old = add_ended("d-3", failed, test::job_meaning("b to c"));
    add_ended("d-4", succeeded, test::job_meaning("c to b"));
    BOOST_TEST(retry(old)->meaning.empty());
    BOOST_TEST(!run(book->record(test::sample_delivery("d-5"), test::job_meaning("b to c"))).value().duplicate);
}

BOOST_AUTO_TEST_CASE(an_id_that_is_taken_is_a_conflict) {
    open();
    const auto old = add_ended("d-1", failed);
    BOOST_TEST((run(book->retry(old, old, core::now())).error().code == core::errc::conflict));
    BOOST_TEST(retry(old).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
