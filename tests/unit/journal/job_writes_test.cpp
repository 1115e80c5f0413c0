// What of a job's row is written when: only what changed, and all of that.
#include "desk.hpp"
#include "journal/job_rows.hpp"
#include "journal/operations.hpp"

#include <tuple>

using namespace familiar;
using journal::job_change;
using journal::job_record;
using journal::job_state;
using std::chrono::seconds;

namespace {

struct with_database : test::desk {
    with_database() { open().close(); }
};

/// One connection, on this thread, that notes which rows are written.
struct writes : with_database {
    journal::database in{path, journal::database::mode::read_write, seconds(5)};

    writes() {
        in.connection().exec(R"sql(
            create temp table rows_written (id text);
            create temp table subjects_written (id text);
            create temp trigger row_written after update on main.jobs
                begin insert into rows_written values (new.id); end;
            create temp trigger subject_written after update of subject on main.jobs
                begin insert into subjects_written values (new.id); end;
        )sql");
    }

    int number(const std::string& question) { return in.connection().execAndGet(question).getInt(); }
    int rows_written() { return number("select count(*) from rows_written"); }
    int subjects_written() { return number("select count(*) from subjects_written"); }

    std::string add(const std::string& delivery, const job_record& job = test::sample_job()) {
        return journal::record_once(in, test::sample_delivery(delivery), job).value().job;
    }

    journal::placed place(const std::string& id, const job_change& change, const journal::placement_rule& rule) {
        return journal::place_once(in, row_of(id), change, rule).value();
    }

    job_record row_of(const std::string& id) { return journal::require_job(in, id).value(); }
};

journal::placement moved(const job_record& job, const journal::neighbours&) {
    return {.kind = event::kind::mention, .waiting_since = job.created_at - seconds(9), .not_before = job.created_at};
}

journal::placement refused(const job_record&, const journal::neighbours&) {
    return {.refused = "too many"};
}

/// The row as it was returned is the row as it was written.
void check_same(const job_record& told, const job_record& kept) {
    const auto fields = [](const job_record& of) {
        return std::tie(of.id, of.state, of.kind, of.meaning, of.attempt, of.retry_of, of.head, of.created_at,
                        of.waiting_since, of.started_at, of.deadline, of.finished_at, of.not_before, of.outcome,
                        of.reason, of.exit_code, of.container, of.log, of.last_lines, of.approved, of.summary,
                        of.cost_usd, of.turns);
    };
    BOOST_TEST((fields(told) == fields(kept)));
    BOOST_TEST((event::to_json(told.subject) == event::to_json(kept.subject)));
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(job_writes, writes)

BOOST_AUTO_TEST_CASE(a_placement_writes_a_row_once_however_it_ends) {
    int expected = 0;
    for (const auto& rule :
         {journal::placement_rule(test::in_turn), journal::placement_rule(moved), journal::placement_rule(refused)}) {
        const auto id = add("d-" + std::to_string(expected));
        place(id, {.state = job_state::queued, .reason = "as told"}, rule);
        BOOST_TEST(rows_written() == ++expected);
    }
    BOOST_TEST(journal::hold_once(in, add("held"), {.state = job_state::held}).has_value());
    BOOST_TEST(rows_written() == ++expected);
}

BOOST_AUTO_TEST_CASE(a_job_that_is_placed_as_it_comes_is_written_by_its_insertion_alone) {
    int number_of_it = 0;
    for (const auto& rule :
         {journal::placement_rule(test::in_turn), journal::placement_rule(moved), journal::placement_rule(refused)}) {
        const auto delivery = test::sample_delivery("d-" + std::to_string(++number_of_it));
        const auto made = journal::record_once(in, delivery, test::sample_job(), rule).value().made.value();
        check_same(made.job, row_of(made.job.id));
        BOOST_TEST(number("select ended from jobs where id = '" + made.job.id + "'") == int(!made.waits));
    }
    BOOST_TEST(rows_written() == 0);
}

BOOST_AUTO_TEST_CASE(what_is_not_said_of_a_merge_request_or_said_again_is_not_written) {
    const auto first = add("d-1");
    const auto placed = place(first, {.state = job_state::queued}, test::in_turn);
    const auto told = test::sample_event().request;
    const auto second = add("d-2");
    const auto held = journal::hold_once(in, second, {.state = job_state::held, .request = told}).value();
    BOOST_TEST(subjects_written() == 0);
    check_same(placed.job, row_of(first));
    check_same(held.job, row_of(second));
    BOOST_TEST(row_of(second).subject.request.title == told.title);
}

BOOST_AUTO_TEST_CASE(what_is_new_of_a_merge_request_is_written) {
    auto unknown = test::sample_event();
    unknown.request.head_origin = event::origin::unknown;
    auto told = unknown.request;
    told.title = "another";
    told.head_origin = event::origin::fork;
    for (const auto& rule :
         {journal::placement_rule(test::in_turn), journal::placement_rule(moved), journal::placement_rule(refused)}) {
        const auto id = add(core::make_ulid(), test::sample_job(unknown));
        check_same(place(id, {.request = told}, rule).job, row_of(id));
        BOOST_TEST(row_of(id).subject.request.title == "another");
        BOOST_TEST(number("select known_branch from jobs where id = '" + id + "'") == 1);
    }
    const auto id = add("held", test::sample_job(unknown));
    check_same(journal::hold_once(in, id, {.state = job_state::held, .source_branch = "topic"}).value().job,
               row_of(id));
    BOOST_TEST(row_of(id).subject.request.source_branch == "topic");
    BOOST_TEST(subjects_written() == 4);
}

BOOST_AUTO_TEST_CASE(all_that_a_placement_says_of_a_job_is_kept_however_it_ends) {
    const auto now = core::now();
    const job_change all{.state = job_state::queued,
                         .attempt = 2,
                         .head = "abc",
                         .started_at = now,
                         .deadline = now + seconds(1),
                         .finished_at = now + seconds(2),
                         .not_before = now + seconds(3),
                         .outcome = "none yet",
                         .reason = "because",
                         .exit_code = 3,
                         .container = "familiar-agent-1",
                         .log = "/var/log/x.log",
                         .last_lines = "one\ntwo",
                         .approved = "abc",
                         .summary = "done",
                         .cost_usd = 0.5,
                         .turns = 4};
    const auto target = add("target");
    place(target, {}, test::in_turn);
    const auto joined = [&](const job_record& job, const journal::neighbours& around) {
        auto decided = moved(job, around);
        decided.joins = target;
        return decided;
    };
    for (const auto& rule : {journal::placement_rule(test::in_turn), journal::placement_rule(moved),
                             journal::placement_rule(refused), journal::placement_rule(joined)}) {
        const auto id = add(core::make_ulid());
        const auto placed = place(id, all, rule);
        const auto kept = row_of(id);
        check_same(placed.job, kept);
        BOOST_TEST(kept.attempt == 2);
        BOOST_TEST(kept.head == "abc");
        BOOST_TEST(kept.container == "familiar-agent-1");
        BOOST_TEST(kept.approved == "abc");
        BOOST_TEST(kept.turns.value() == 4);
        const bool waits = kept.state == job_state::queued;
        BOOST_TEST(kept.reason.starts_with(waits ? "because" : placed.waits ? "joined job " : "too many"));
        BOOST_TEST(number("select ended from jobs where id = '" + id + "'") == int(!waits));
    }
}

BOOST_AUTO_TEST_CASE(a_job_may_move_by_its_kind_alone_or_by_its_time_alone) {
    const auto first = add("d-1");
    place(first, {}, [](const job_record& job, const journal::neighbours&) {
        return journal::placement{.kind = event::kind::mention, .waiting_since = job.waiting_since};
    });
    const auto second = add("d-2");
    place(second, {}, [](const job_record& job, const journal::neighbours&) {
        return journal::placement{.kind = job.kind, .waiting_since = job.waiting_since - seconds(60)};
    });
    BOOST_TEST((row_of(first).kind == event::kind::mention));
    BOOST_TEST((row_of(first).waiting_since == row_of(first).created_at));
    BOOST_TEST((row_of(second).kind == event::kind::mr_opened));
    BOOST_TEST((row_of(second).waiting_since == row_of(second).created_at - seconds(60)));

    const auto queue = journal::select_queue(in);
    BOOST_REQUIRE(queue.size() == 2u);
    BOOST_TEST(queue[0].id == second);
    BOOST_TEST(queue[1].id == first);
    BOOST_TEST((queue[1].kind == event::kind::mention));
    BOOST_TEST(journal::select_waiting(in, {.path = "octo/cat", .number = 7}).front().id == second);
}

BOOST_AUTO_TEST_CASE(a_row_says_that_its_job_has_ended_from_the_step_on_that_ends_it) {
    using enum job_state;
    for (const auto last : {succeeded, failed, timed_out, cancelled, superseded, interrupted, expired, refused}) {
        const auto id = add(std::string(to_text(last)));
        const auto ended = [&] { return number("select ended from jobs where id = '" + id + "'"); };
        for (const auto step : {queued, preparing, running, finishing}) {
            check_same(journal::update_once(in, id, {.state = step}).value(), row_of(id));
            BOOST_TEST(ended() == 0);
        }
        check_same(journal::update_once(in, id, {.state = last}).value(), row_of(id));
        BOOST_TEST(ended() == 1);
    }
    BOOST_TEST(journal::select_live(in, {.path = "octo/cat", .number = 7}).empty());
}

BOOST_AUTO_TEST_SUITE_END()
