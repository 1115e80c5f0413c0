#include "desk.hpp"

#include <SQLiteCpp/Database.h>

using namespace familiar;
using journal::job_state;
using std::chrono::seconds;

BOOST_FIXTURE_TEST_SUITE(job_rows, test::desk)

BOOST_AUTO_TEST_CASE(a_change_is_returned_and_kept) {
    open();
    const auto id = add("d-1");
    const auto start = core::now();
    const auto changed = run(book->update(id, {.state = job_state::finishing,
                                               .attempt = 2,
                                               .head = "abc",
                                               .started_at = start,
                                               .deadline = start + seconds(30),
                                               .finished_at = start + seconds(5),
                                               .not_before = start - seconds(5),
                                               .outcome = "done",
                                               .reason = "because",
                                               .exit_code = 0,
                                               .container = "familiar-agent-1",
                                               .log = "/var/log/x.log",
                                               .last_lines = "one\ntwo"}))
                             .value();
    for (const auto& job : {changed, find(id)}) {
        BOOST_TEST((job.state == job_state::finishing));
        BOOST_TEST(job.attempt == 2);
        BOOST_TEST(job.head == "abc");
        BOOST_TEST((job.started_at == start));
        BOOST_TEST((job.deadline == start + seconds(30)));
        BOOST_TEST((job.finished_at == start + seconds(5)));
        BOOST_TEST((job.not_before == start - seconds(5)));
        BOOST_TEST(job.outcome == "done");
        BOOST_TEST(job.reason == "because");
        BOOST_TEST(job.exit_code.value() == 0);
        BOOST_TEST(job.container == "familiar-agent-1");
        BOOST_TEST(job.log == "/var/log/x.log");
        BOOST_TEST(job.last_lines == "one\ntwo");
    }
}

BOOST_AUTO_TEST_CASE(a_job_that_has_ended_stays_as_it_ended) {
    open();
    const auto id = add("d-1");
    move(id, job_state::cancelled);
    const auto late = run(book->update(id, {.state = job_state::running, .reason = "too late"}));
    BOOST_TEST((late.error().code == core::errc::conflict));
    BOOST_TEST((find(id).state == job_state::cancelled));
    BOOST_TEST(find(id).reason.empty());
}

BOOST_AUTO_TEST_CASE(an_unknown_job_cannot_be_changed) {
    open();
    BOOST_TEST((run(book->update("01j", {.state = job_state::queued})).error().code == core::errc::not_found));
}

BOOST_AUTO_TEST_CASE(a_job_that_ends_has_a_time_of_its_end) {
    open();
    const auto id = add("d-1");
    const auto before = core::now();
    BOOST_TEST((move(id, job_state::failed).finished_at.value() >= before));
    BOOST_TEST((find(id).finished_at.value() >= before));

    const auto told = before - seconds(60);
    const auto other = add("d-2");
    const auto ended = run(book->update(other, {.state = job_state::succeeded, .finished_at = told})).value();
    BOOST_TEST((ended.finished_at == told));
}

BOOST_AUTO_TEST_CASE(what_a_job_waits_for_and_means_and_has_joined_comes_back) {
    open();
    auto job = test::comment_job(5);
    job.joined = {test::comment_job(6).subject, test::comment_job(7).subject};
    job.joined.back().note->body = "\xed\xa0\x80 lone";
    job.waiting_since = job.created_at - seconds(60);
    const auto found = find(add("d-1", job));
    BOOST_TEST(found.meaning == "comment 5");
    BOOST_TEST((found.waiting_since == job.waiting_since));
    BOOST_REQUIRE(found.joined.size() == 2u);
    BOOST_TEST(found.joined[0].note->id == 6);
    BOOST_TEST(found.joined[1].note->id == 7);
    BOOST_TEST(found.joined[1].note->body.find("lone") != std::string::npos);

    const auto plain = find(add("d-2"));
    BOOST_TEST((plain.waiting_since == plain.created_at));
    BOOST_TEST(plain.meaning.empty());
    BOOST_TEST(plain.joined.empty());
}

BOOST_AUTO_TEST_CASE(unfinished_jobs_come_in_the_order_of_their_creation) {
    open();
    const auto now = core::now();
    std::vector<std::string> ids;
    for (const int age : {5, 30, 10, 20}) {
        auto job = test::sample_job();
        job.created_at = now - seconds(age);
        ids.push_back(add("d-" + std::to_string(age), job));
    }
    move(ids[3], job_state::succeeded);
    move(ids[2], job_state::running);
    const auto left = run(book->unfinished()).value();
    BOOST_REQUIRE(left.size() == 3u);
    BOOST_TEST(left[0].id == ids[1]);
    BOOST_TEST(left[1].id == ids[2]);
    BOOST_TEST(left[2].id == ids[0]);

    move(ids[2], job_state::queued);
    BOOST_TEST(run(book->unfinished()).value().size() == 2u);  // that one is the queue's
}

BOOST_AUTO_TEST_CASE(a_job_is_found_by_its_id_or_a_prefix_that_fits_no_other) {
    open();
    for (const char* id : {"01aa", "01ab", "01abc", "02"}) {
        auto job = test::sample_job();
        job.id = id;
        add(id, job);
    }
    BOOST_TEST(find("01aa").id == "01aa");
    BOOST_TEST(find("01ab").id == "01ab");
    BOOST_TEST(find("01abc").id == "01abc");
    BOOST_TEST(find("02").id == "02");
    BOOST_TEST(find("01abc").id == "01abc");
    for (const char* several : {"0", "01", "01a"})
        BOOST_TEST((run(book->find(several)).error().code == core::errc::conflict), several);
    for (const char* none : {"", "03", "01b", "01abcd", "zz"})
        BOOST_TEST(!run(book->find(none)).value().has_value(), none);
}

BOOST_AUTO_TEST_CASE(the_newest_job_that_knows_the_branch_tells_of_a_merge_request) {
    open();
    const auto ask = [&](std::int64_t number) {
        return run(book->last_known(event::provider::github, "octo/cat", number)).value();
    };
    BOOST_TEST(!ask(7).has_value());

    auto known = test::sample_event();
    auto job = test::sample_job(known);
    job.created_at -= seconds(60);
    add("d-1", job);
    known.request.source_branch = "renamed";
    add("d-2", test::sample_job(known));
    auto unknown = test::sample_event();
    unknown.request.head_origin = event::origin::unknown;
    const auto commented = add("d-3", test::sample_job(unknown));
    add("d-4", test::sample_job(test::sample_event(8)));

    BOOST_TEST(ask(7)->source_branch == "renamed");
    BOOST_TEST(ask(8)->source_branch == "feature");
    BOOST_TEST(!ask(9).has_value());

    const auto told = run(book->update(commented, {.state = job_state::preparing,
                                                   .source_branch = "asked",
                                                   .source_path = "mona/cat",
                                                   .head_origin = event::origin::fork}))
                          .value();
    BOOST_TEST(told.subject.request.source_branch == "asked");
    BOOST_TEST(ask(7)->source_branch == "asked");
    BOOST_TEST(ask(7)->source_path == "mona/cat");
    BOOST_TEST((ask(7)->head_origin == event::origin::fork));
}

BOOST_AUTO_TEST_CASE(a_job_that_cannot_be_read_back_is_an_error_with_its_id) {
    open();
    const auto id = add("d-1");
    const char* damages[] = {"kind = 'odd'",   "joined = '{}'", "joined = '[1]'", "joined = '['",
                             "subject = '[]'", "subject = '{'", "subject = '{}'", "state = 'odd'"};
    for (const char* damage : damages) {
        SQLite::Database other(path.string(), SQLite::OPEN_READWRITE, 20000);
        other.exec("update jobs set state = 'held', kind = 'mention', joined = '[]'");
        other.exec(std::string("update jobs set ") + damage);
        const auto found = run(book->find(id));
        BOOST_TEST((found.error().code == core::errc::storage_failed), damage);
        BOOST_TEST(core::describe(found.error()).find(id) != std::string::npos);
    }
    BOOST_TEST((run(book->unfinished()).error().code == core::errc::storage_failed));
    BOOST_TEST((run(book->record(test::sample_delivery("d-1"), test::sample_job())).error().code ==
                core::errc::storage_failed));
}

BOOST_AUTO_TEST_SUITE_END()
