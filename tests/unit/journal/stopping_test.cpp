#include "desk.hpp"

#include <SQLiteCpp/Database.h>

using namespace familiar;
using journal::job_state;

namespace {

struct stops : test::desk {
    journal::closed close_request(const std::string& delivery, std::int64_t number = 7) {
        return run(book->close_request(test::sample_delivery(delivery), event::provider::github, "octo/cat", number,
                                       "the merge request was closed"))
            .value();
    }
    core::result<journal::job_record> cancel(const std::string& job, const std::string& reason = "by mona") {
        return run(book->cancel(job, reason));
    }
    std::string add_in(const std::string& delivery, job_state state) {
        const auto id = add(delivery, test::job_meaning(delivery));
        move(id, state);
        return id;
    }
};

using enum job_state;
constexpr job_state without_agent[] = {received, held, queued, preparing};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(stopping, stops)

BOOST_AUTO_TEST_CASE(closing_cancels_what_waits_and_decides_for_what_runs) {
    open();
    std::vector<std::string> waiting;
    for (const auto state : without_agent) waiting.push_back(add_in(std::string(to_text(state)), state));
    const auto runs = add_in("runs", running);
    const auto decided = add_in("decided", running);
    BOOST_TEST(run(book->update(decided, {.state = running, .outcome = "timed_out", .reason = "late"})).has_value());
    const auto ending = add_in("ending", finishing);
    const auto ended = add_in("ended", succeeded);
    const auto elsewhere = add("elsewhere", test::sample_job(test::sample_event(8)));

    const auto before = core::now();
    const auto done = close_request("close");
    BOOST_TEST(!done.known);
    BOOST_REQUIRE(done.cancelled.size() == waiting.size());
    for (std::size_t i = 0; i < waiting.size(); ++i) {
        BOOST_TEST(done.cancelled[i].id == waiting[i]);
        for (const auto& job : {done.cancelled[i], find(waiting[i])}) {
            BOOST_TEST((job.state == cancelled));
            BOOST_TEST(job.outcome == "cancelled");
            BOOST_TEST(job.reason == "the merge request was closed");
            BOOST_TEST((job.finished_at.value() >= before));
        }
    }
    BOOST_TEST((done.to_stop == std::vector{runs}));
    BOOST_TEST((find(runs).state == running));
    BOOST_TEST(find(runs).outcome == "cancelled");
    BOOST_TEST(find(runs).reason == "the merge request was closed");
    BOOST_TEST(!find(runs).finished_at.has_value());
    BOOST_TEST(find(decided).outcome == "timed_out");
    BOOST_TEST(find(decided).reason == "late");
    BOOST_TEST((find(ending).state == finishing));
    BOOST_TEST(find(ending).outcome.empty());
    BOOST_TEST((find(ended).state == succeeded));
    BOOST_TEST((find(elsewhere).state == received));
    BOOST_TEST(run(book->find_delivery(event::provider::github, "close")).value().has_value());
}

BOOST_AUTO_TEST_CASE(the_same_close_again_does_nothing) {
    open();
    BOOST_TEST(close_request("close").cancelled.empty());
    const auto reopened = add("d-1");
    const auto again = close_request("close");
    BOOST_TEST(again.known);
    BOOST_TEST(again.cancelled.empty());
    BOOST_TEST((find(reopened).state == received));
    BOOST_TEST(close_request("another close").cancelled.size() == 1u);
}

BOOST_AUTO_TEST_CASE(what_was_before_a_close_is_not_the_same_after_it) {
    open();
    move(add("d-1", test::job_meaning("opened at a", event::kind::mr_opened)), succeeded);
    move(add("d-2", test::comment_job(1)), succeeded);
    auto other = test::job_meaning("opened at a", event::kind::mr_opened);
    other.subject.request.number = 8;
    move(add("d-3", other), succeeded);
    close_request("close");
    BOOST_TEST((find(add("d-4", test::job_meaning("opened at a", event::kind::mr_opened))).state == received));
    BOOST_TEST((find(add("d-5", test::comment_job(1))).state == received));
    other.id = core::make_ulid();
    BOOST_TEST(run(book->record(test::sample_delivery("d-6"), other)).value().duplicate);
}

BOOST_AUTO_TEST_CASE(a_waiting_job_that_cannot_be_read_back_does_not_keep_a_merge_request_open) {
    open();
    const auto damaged = enqueue("d-1");
    const auto sound = enqueue("d-2");
    SQLite::Database(path.string(), SQLite::OPEN_READWRITE, 20000)
        .exec("update jobs set subject = '{' where id = '" + damaged + "'");
    const auto done = close_request("close");
    BOOST_REQUIRE(done.cancelled.size() == 1u);
    BOOST_TEST(done.cancelled.front().id == sound);
    BOOST_TEST(run(book->queue()).value().empty());
}

BOOST_AUTO_TEST_CASE(cancelling_ends_a_job_without_an_agent) {
    open();
    for (const auto state : without_agent) {
        const auto id = add_in(std::string(to_text(state)), state);
        const auto before = core::now();
        const auto done = cancel(id).value();
        for (const auto& job : {done, find(id)}) {
            BOOST_TEST((job.state == cancelled));
            BOOST_TEST(job.outcome == "cancelled");
            BOOST_TEST(job.reason == "by mona");
            BOOST_TEST((job.finished_at.value() >= before));
        }
        BOOST_TEST((cancel(id).error().code == core::errc::conflict));
    }
}

BOOST_AUTO_TEST_CASE(a_job_that_is_being_stopped_for_another_reason_cannot_be_cancelled) {
    open();
    const auto id = add_in("d-1", running);
    BOOST_REQUIRE(run(book->update(id, {.state = running, .outcome = "timed_out", .reason = "too long"})));
    const auto done = cancel(id);
    BOOST_REQUIRE(!done);
    BOOST_TEST((done.error().code == core::errc::conflict));
    BOOST_TEST(find(id).outcome == "timed_out");
}

BOOST_AUTO_TEST_CASE(cancelling_a_running_job_decides_its_outcome_once) {
    open();
    const auto id = add_in("d-1", running);
    for (const char* reason : {"by mona", "by somebody else"}) {
        const auto job = cancel(id, reason).value();
        BOOST_TEST((job.state == running));
        BOOST_TEST(job.outcome == "cancelled");
        BOOST_TEST(job.reason == "by mona");
    }
}

BOOST_AUTO_TEST_CASE(what_is_ending_has_ended_or_is_unknown_cannot_be_cancelled) {
    open();
    BOOST_TEST(core::describe(cancel(add_in("d-1", finishing)).error()).ends_with(" is ending (finishing)"));
    BOOST_TEST(core::describe(cancel(add_in("d-2", succeeded)).error()).ends_with(" has ended (succeeded)"));
    BOOST_TEST((cancel("01j").error().code == core::errc::not_found));
}

BOOST_AUTO_TEST_CASE(a_job_that_is_cancelled_while_it_is_authorised_or_prepared_goes_no_further) {
    open();
    const auto authorised = find(add("d-1"));
    const auto prepared = add_in("d-2", preparing);
    BOOST_TEST(close_request("close").cancelled.size() == 2u);
    BOOST_TEST((run(book->place(authorised, {}, test::in_turn)).error().code == core::errc::conflict));
    BOOST_TEST((run(book->update(prepared, {.state = running})).error().code == core::errc::conflict));
    BOOST_TEST(run(book->unfinished()).value().empty());
}

BOOST_AUTO_TEST_SUITE_END()
