// A job that is placed in the transaction that writes it down.
#include "desk.hpp"
#include "support/commits_in_log.hpp"

#include <SQLiteCpp/Database.h>

using namespace familiar;
using journal::job_record;
using journal::job_state;
using journal::neighbours;
using journal::placement;
using std::chrono::seconds;

namespace {

/// Without delay, and as if it had waited for long.
placement early(const job_record& job, const neighbours&) {
    return {.kind = job.kind, .waiting_since = job.created_at - seconds(5), .not_before = job.created_at + seconds(5)};
}

placement refused(const job_record&, const neighbours&) {
    return {.refused = "too many"};
}

placement superseding_all(const job_record& job, const neighbours& around) {
    auto decided = test::in_turn(job, around);
    for (const auto& old : around.waiting) decided.supersedes.push_back(old.id);
    return decided;
}

placement joining_the_first(const job_record& job, const neighbours& around) {
    auto decided = test::in_turn(job, around);
    if (!around.waiting.empty()) decided.joins = around.waiting.front().id;
    return decided;
}

struct placing_desk : test::desk {
    placing_desk() { open(); }

    core::result<journal::recorded> try_to_record(const std::string& delivery, job_record job,
                                                  journal::placement_rule rule) {
        return run(book->record(test::sample_delivery(delivery), std::move(job), std::move(rule)));
    }

    journal::recorded record(const std::string& delivery, job_record job, journal::placement_rule rule) {
        return try_to_record(delivery, std::move(job), std::move(rule)).value();
    }

    /// A redelivery says which.
    std::string job_of(const std::string& delivery) {
        return run(book->record(test::sample_delivery(delivery), std::nullopt)).value().job;
    }

    std::vector<std::string> queue() {
        std::vector<std::string> ids;
        for (const auto& entry : run(book->queue()).value()) ids.push_back(entry.id);
        return ids;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(recorded_and_placed, placing_desk)

BOOST_AUTO_TEST_CASE(a_job_waits_in_the_queue_as_soon_as_it_is_on_disk) {
    add("d-before");
    const auto commits_before = test::commits_in_log(path);
    const auto job = test::sample_job();
    const auto done = record("d-1", job, early);
    BOOST_TEST(test::commits_in_log(path) == commits_before + 1);

    BOOST_TEST(!done.duplicate);
    BOOST_TEST(done.job == job.id);
    BOOST_TEST((done.state == job_state::queued));
    open();
    for (const auto& kept : {done.made->job, find(job.id)}) {
        BOOST_TEST((kept.state == job_state::queued));
        BOOST_TEST((kept.waiting_since == job.created_at - seconds(5)));
        BOOST_TEST((kept.not_before == job.created_at + seconds(5)));
    }
    BOOST_TEST(done.made->waits->id == job.id);
    BOOST_TEST((done.made->waits->waiting_since == job.created_at - seconds(5)));
    BOOST_TEST(queue() == std::vector{job.id}, boost::test_tools::per_element());
    BOOST_TEST(job_of("d-1") == job.id);
}

BOOST_AUTO_TEST_CASE(a_refused_job_has_ended_as_soon_as_it_is_on_disk) {
    auto job = test::sample_job();
    job.summary = "not for you";
    const auto commits_before = test::commits_in_log(path);
    const auto done = record("d-1", job, refused);
    BOOST_TEST(test::commits_in_log(path) == commits_before + 1);
    BOOST_TEST((done.state == job_state::refused));
    BOOST_TEST(!done.made->waits.has_value());
    for (const auto& kept : {done.made->job, find(job.id)}) {
        BOOST_TEST((kept.state == job_state::refused));
        BOOST_TEST(kept.outcome == "refused");
        BOOST_TEST(kept.reason == "too many");
        BOOST_TEST(kept.summary == "not for you");
        BOOST_TEST(kept.finished_at.has_value());
    }
    BOOST_TEST(queue().empty());
    BOOST_TEST(run(book->unfinished()).value().empty());
    BOOST_TEST(job_of("d-1") == job.id);
    BOOST_TEST(run(book->to_tell(10)).value().size() == 1u);
}

BOOST_AUTO_TEST_CASE(an_update_supersedes_those_that_wait_in_the_same_commit) {
    const auto first = enqueue("d-1", test::job_meaning("a to b"));
    const auto second = enqueue("d-2", test::job_meaning("b to c"));
    const auto commits_before = test::commits_in_log(path);
    const auto done = record("d-3", test::job_meaning("c to d"), superseding_all);
    BOOST_TEST(test::commits_in_log(path) == commits_before + 1);
    BOOST_TEST(done.made->superseded == (std::vector{first, second}), boost::test_tools::per_element());
    for (const auto& old : {find(first), find(second)}) {
        BOOST_TEST((old.state == job_state::superseded));
        BOOST_TEST(old.reason == "superseded by job " + done.job);
    }
    BOOST_TEST(queue() == std::vector{done.job}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_comment_joins_in_the_same_commit_and_its_delivery_stands_for_the_other) {
    const auto target = enqueue("d-1", test::comment_job(1));
    const auto commits_before = test::commits_in_log(path);
    const auto comment = test::comment_job(2);
    const auto done = record("d-2", comment, joining_the_first);
    BOOST_TEST(test::commits_in_log(path) == commits_before + 1);
    BOOST_TEST(done.job == comment.id);
    BOOST_TEST((done.state == job_state::superseded));
    BOOST_TEST(done.made->waits->id == target);
    const auto joined = find(comment.id);
    BOOST_TEST((joined.state == job_state::superseded));
    BOOST_TEST(joined.reason == "joined job " + target);
    BOOST_REQUIRE(find(target).joined.size() == 1u);
    BOOST_TEST(find(target).joined.front().note->id == 2);
    BOOST_TEST(job_of("d-2") == target);

    // What the comment meant is known by the job that took it, also under another delivery.
    const auto again = record("d-3", test::comment_job(2), joining_the_first);
    BOOST_TEST(again.duplicate);
    BOOST_TEST(again.job == target);
}

BOOST_AUTO_TEST_CASE(a_duplicate_is_never_placed) {
    const auto first = enqueue("d-1", test::job_meaning("a to b"));
    const auto must_not_be_asked = [](const job_record&, const neighbours&) -> placement {
        throw std::logic_error("a duplicate was placed");
    };
    for (const std::string delivery : {"d-1", "d-2"}) {
        const auto again = record(delivery, test::job_meaning("a to b"), must_not_be_asked);
        BOOST_TEST(again.duplicate);
        BOOST_TEST(again.job == first);
        BOOST_TEST((again.state == job_state::queued));
        BOOST_TEST(!again.made.has_value());
        BOOST_TEST(job_of(delivery) == first);
    }
    BOOST_TEST(queue() == std::vector{first}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_repetition_is_placed_as_the_repetition_that_it_is) {
    const auto old = add("d-1", test::job_meaning("a to b"));
    move(old, job_state::failed);
    move(add("d-2", test::job_meaning("b to a")), job_state::succeeded);
    std::string seen;
    const auto rule = [&](const job_record& job, const neighbours& around) {
        seen = job.retry_of;
        return test::in_turn(job, around);
    };
    const auto repeated = record("d-1", test::job_meaning("a to b"), rule);
    BOOST_TEST(!repeated.duplicate);
    BOOST_TEST(seen == old);
    BOOST_TEST(find(repeated.job).retry_of == old);
    BOOST_TEST(job_of("d-1") == repeated.job);
    // Its head is one of before: a new push to it is news.
    BOOST_TEST(find(repeated.job).meaning == "");
    BOOST_TEST(!record("d-3", test::job_meaning("a to b"), test::in_turn).duplicate);
}

BOOST_AUTO_TEST_CASE(the_rule_sees_what_it_would_see_of_a_job_that_was_recorded_before) {
    const auto waiting = enqueue("d-1");
    add("d-2");
    const auto seen_by = [](neighbours& out) {
        return [&out](const job_record& job, const neighbours& around) {
            BOOST_TEST((job.state == job_state::queued));
            out = around;
            return placement{.refused = "only looking"};
        };
    };
    neighbours at_once;
    neighbours later;
    record("d-3", test::sample_job(), seen_by(at_once));
    place(add("d-4"), seen_by(later));
    for (const auto& seen : {at_once, later}) {
        BOOST_REQUIRE(seen.waiting.size() == 1u);
        BOOST_TEST(seen.waiting.front().id == waiting);
        BOOST_TEST(seen.last_hour == 1u);
    }
}

BOOST_AUTO_TEST_CASE(a_rule_that_fails_keeps_nothing) {
    const auto running = add("d-1");
    move(running, job_state::running);
    const auto throws = [](const job_record&, const neighbours&) -> placement { throw std::logic_error("a bug"); };
    const auto names_one_that_runs = [&](const job_record&, const neighbours&) { return placement{.joins = running}; };
    for (const auto& rule : {journal::placement_rule(throws), journal::placement_rule(names_one_that_runs)}) {
        const auto job = test::sample_job();
        BOOST_TEST(try_to_record("d-2", job, rule).has_error());
        BOOST_TEST(!run(book->find_delivery(std::nullopt, "d-2")).value().has_value());
        BOOST_TEST(!run(book->find(job.id)).value().has_value());
    }
    BOOST_TEST(!record("d-2", test::sample_job(), test::in_turn).duplicate);
}

BOOST_AUTO_TEST_CASE(a_target_that_cannot_be_read_back_fails_the_comment_and_keeps_nothing_of_it) {
    const auto target = enqueue("d-1", test::comment_job(1));
    SQLite::Database(path.string(), SQLite::OPEN_READWRITE, 1000).exec("update jobs set subject = 'no JSON'");
    const auto comment = test::comment_job(2);
    BOOST_TEST((try_to_record("d-2", comment, joining_the_first).error().code == core::errc::storage_failed));
    BOOST_TEST(!run(book->find_delivery(std::nullopt, "d-2")).value().has_value());
    BOOST_TEST(!run(book->find(comment.id)).value().has_value());
    BOOST_TEST(queue() == std::vector{target}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
