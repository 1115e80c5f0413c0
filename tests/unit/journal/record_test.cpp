#include "desk.hpp"

#include <boost/json/serialize.hpp>

using namespace familiar;
using journal::job_state;

namespace {

std::string all_bytes() {
    std::string bytes;
    for (int i = 0; i < 3 * 256; ++i) bytes.push_back(char(i % 256));
    return bytes;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(recording, test::desk)

BOOST_AUTO_TEST_CASE(a_delivery_and_its_job_are_kept_as_they_came) {
    open();
    auto given = test::sample_delivery("d-1");
    given.body = all_bytes();
    auto job = test::sample_job();
    job.not_before = job.created_at + std::chrono::seconds(10);
    job.subject.note.emplace().body = std::string("please\0do", 9);

    const auto done = run(book->record(given, job)).value();
    BOOST_TEST(!done.duplicate);
    BOOST_TEST(done.job == job.id);
    BOOST_TEST((done.state == job_state::received));
    BOOST_TEST(done.made->job.retry_of.empty());
    BOOST_TEST(!done.made->waits.has_value());

    open();
    const auto kept = run(book->find_delivery(event::provider::github, "d-1")).value().value();
    BOOST_TEST((kept.forge == event::provider::github));
    BOOST_TEST(kept.event_name == "pull_request");
    BOOST_TEST((kept.body == given.body));
    BOOST_TEST((kept.received == given.received));

    const auto found = find(job.id);
    BOOST_TEST(boost::json::serialize(event::to_json(found.subject)) ==
               boost::json::serialize(event::to_json(job.subject)));
    BOOST_TEST((found.kind == job.kind));
    BOOST_TEST(found.head == job.head);
    BOOST_TEST((found.created_at == job.created_at));
    BOOST_TEST((found.not_before == job.not_before));
    BOOST_TEST(!found.started_at.has_value());
    BOOST_TEST(!found.exit_code.has_value());
}

BOOST_AUTO_TEST_CASE(an_empty_body_and_odd_texts_come_back) {
    open();
    auto given = test::sample_delivery(std::string("a\0b\xff", 4));
    given.body.clear();
    BOOST_TEST(!run(book->record(given, std::nullopt)).value().duplicate);
    const auto kept = run(book->find_delivery(event::provider::github, given.id)).value().value();
    BOOST_TEST((kept.id == given.id));
    BOOST_TEST(kept.body.empty());
    BOOST_TEST(!run(book->find_delivery(event::provider::github, "a")).value().has_value());
}

BOOST_AUTO_TEST_CASE(a_subject_with_bytes_that_are_no_text_can_be_read_back) {
    open();
    auto job = test::sample_job();
    job.subject.request.title = "\xed\xa0\x80 lone \xff";
    const auto id = add("d-1", job);
    BOOST_TEST(find(id).subject.request.title.find("lone") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_same_delivery_again_is_a_duplicate_of_its_job) {
    open();
    const auto job = add("d-1");
    move(job, job_state::running);
    const auto again = run(book->record(test::sample_delivery("d-1"), test::sample_job())).value();
    BOOST_TEST(again.duplicate);
    BOOST_TEST(again.job == job);
    BOOST_TEST((again.state == job_state::running));
    BOOST_TEST(run(book->unfinished()).value().size() == 1u);
}

BOOST_AUTO_TEST_CASE(the_other_forge_may_have_the_same_delivery_id) {
    open();
    add("d-1");
    auto other = test::sample_delivery("d-1");
    other.forge = event::provider::gitlab;
    BOOST_TEST(!run(book->record(other, std::nullopt)).value().duplicate);

    BOOST_TEST((run(book->find_delivery(std::nullopt, "d-1")).error().code == core::errc::conflict));
    BOOST_TEST((run(book->find_delivery(event::provider::gitlab, "d-1")).value()->forge == event::provider::gitlab));
}

BOOST_AUTO_TEST_CASE(a_redelivery_after_a_failure_starts_a_new_job) {
    open();
    for (const auto ending : {job_state::failed, job_state::timed_out, job_state::interrupted, job_state::expired}) {
        const std::string delivery(to_text(ending));
        const auto old = add(delivery);
        move(old, ending);

        const auto fresh = test::sample_job();
        const auto again = run(book->record(test::sample_delivery(delivery), fresh)).value();
        BOOST_TEST(!again.duplicate);
        BOOST_TEST(again.job == fresh.id);
        BOOST_TEST(again.made->job.retry_of == old);
        BOOST_TEST(find(fresh.id).retry_of == old);

        const auto third = run(book->record(test::sample_delivery(delivery), test::sample_job())).value();
        BOOST_TEST(third.duplicate);
        BOOST_TEST(third.job == fresh.id);
    }
}

BOOST_AUTO_TEST_CASE(a_redelivery_after_another_end_is_a_duplicate) {
    open();
    for (const auto ending : {job_state::succeeded, job_state::cancelled, job_state::superseded, job_state::refused}) {
        const std::string delivery(to_text(ending));
        const auto old = add(delivery);
        move(old, ending);
        const auto again = run(book->record(test::sample_delivery(delivery), test::sample_job())).value();
        BOOST_TEST(again.duplicate);
        BOOST_TEST(again.job == old);
        BOOST_TEST((again.state == ending));
    }
}

BOOST_AUTO_TEST_CASE(a_delivery_that_was_ignored_gets_its_job_when_it_comes_again_with_one) {
    open();
    const auto ignored = test::sample_delivery("d-1");
    BOOST_TEST(run(book->record(ignored, std::nullopt)).value().job.empty());
    BOOST_TEST(run(book->record(ignored, std::nullopt)).value().duplicate);

    const auto job = test::sample_job();
    const auto now = run(book->record(ignored, job)).value();
    BOOST_TEST(!now.duplicate);
    BOOST_TEST(now.job == job.id);
    BOOST_TEST(now.made->job.retry_of.empty());
}

BOOST_AUTO_TEST_CASE(a_job_id_that_is_taken_is_a_conflict_and_writes_nothing) {
    open();
    const auto job = test::sample_job();
    add("d-1", job);
    BOOST_TEST((run(book->record(test::sample_delivery("d-2"), job)).error().code == core::errc::conflict));
    BOOST_TEST(!run(book->find_delivery(std::nullopt, "d-2")).value().has_value());
}

BOOST_AUTO_TEST_CASE(a_job_that_repeats_an_unknown_one_is_a_conflict) {
    open();
    auto job = test::sample_job();
    job.retry_of = "no such job";
    BOOST_TEST((run(book->record(test::sample_delivery("d-1"), job)).error().code == core::errc::conflict));
}

BOOST_AUTO_TEST_SUITE_END()
