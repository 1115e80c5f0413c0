#include "desk.hpp"
#include "journal/delivery_rows.hpp"
#include "journal/job_rows.hpp"
#include "journal/meaning_rows.hpp"
#include "journal/operations.hpp"
#include "journal/telling_rows.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <set>

using namespace familiar;
using journal::job_state;

namespace {

struct with_database : test::desk {
    with_database() { open().close(); }
};

/// One connection, on this thread: its statements can be looked at.
struct plans : with_database {
    journal::database in{path, journal::database::mode::read_write, std::chrono::seconds(5)};

    std::string record(const std::string& delivery, const journal::job_record& job) {
        return journal::record_once(in, test::sample_delivery(delivery), job).value().job;
    }

    /// Every statement that was prepared so far.
    std::set<std::string> statements() {
        std::set<std::string> all;
        auto* connection = in.connection().getHandle();
        for (auto* one = sqlite3_next_stmt(connection, nullptr); one != nullptr;
             one = sqlite3_next_stmt(connection, one))
            all.insert(sqlite3_sql(one));
        return all;
    }

    std::vector<std::string> plan_of(const std::string& statement) {
        SQLite::Statement rows(in.connection(), "explain query plan " + statement);
        std::vector<std::string> steps;
        while (rows.executeStep()) steps.push_back(rows.getColumn(3).getString());
        return steps;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(query_plans, plans)

BOOST_AUTO_TEST_CASE(nothing_that_the_server_asks_reads_all_jobs_or_deliveries) {
    const auto first = record("d-1", test::job_meaning("a to b"));
    record("d-2", test::job_meaning("b to c"));
    record("d-3", test::comment_job(1));
    const auto second = record("d-4", test::comment_job(2));
    BOOST_TEST(
        journal::place_once(in, journal::require_job(in, first).value(), {.source_branch = "topic"}, test::in_turn)
            .has_value());
    const auto join = [&](const journal::job_record&, const journal::neighbours&) {
        return journal::placement{.joins = first};
    };
    BOOST_TEST(journal::place_once(in, journal::require_job(in, second).value(), {}, join).has_value());
    BOOST_TEST(journal::update_once(in, first, {.state = job_state::failed}).has_value());
    BOOST_TEST(!journal::record_once(in, test::sample_delivery("d-1"), test::job_meaning("a to b"))->duplicate);
    BOOST_TEST(journal::retry_once(in, record("d-5", test::sample_job()), "01j", core::now()).has_error());
    BOOST_TEST(!journal::select_standing_retry(in, "01j").has_value());
    BOOST_TEST(journal::cancel_once(in, record("d-6", test::sample_job()), "").has_value());
    const auto running = record("d-7", test::sample_job());
    BOOST_TEST(journal::update_once(in, running, {.state = job_state::running}).has_value());
    BOOST_TEST(
        journal::close_once(in, test::sample_delivery("d-8"), {.path = "octo/cat", .number = 7}, "").has_value());
    BOOST_TEST(journal::find_once(in, "0").has_error());
    for (const auto& state : {std::optional<job_state>(), std::optional(job_state::failed)})
        for (const char* repository : {"", "octo/cat"})
            BOOST_TEST(journal::select_page(in, {.state = state, .path = repository}).has_value());
    BOOST_TEST(journal::select_unfinished(in).has_value());
    BOOST_TEST(journal::select_last_known(in, event::provider::github, "octo/cat", 7).has_value());
    BOOST_TEST(journal::select_delivery(in, std::nullopt, "d-1").has_value());
    journal::select_queue(in);
    BOOST_TEST(journal::select_to_tell(in, 10).has_value());
    BOOST_TEST(journal::select_held(in, {.path = "octo/cat", .number = 7}).has_value());
    journal::note_told(in, first, job_state::failed);
    journal::insert_approval(in, {.path = "octo/cat", .number = 7, .head = "abc", .by = "mona"}, core::now());
    BOOST_TEST(journal::has_approval(in, {.path = "octo/cat", .number = 7}, "abc"));
    BOOST_TEST(!journal::has_head(in, {.path = "octo/cat", .number = 7}, "abc"));
    BOOST_TEST(journal::prune_once(in, core::now() - std::chrono::hours(1), 10).has_value());

    const auto all = statements();
    BOOST_TEST(all.size() >= 30u);
    for (const auto& statement : all) {
        for (const auto& step : plan_of(statement)) {
            if (!step.starts_with("SCAN ") || step == "SCAN later") continue;  // later: the retries of one job
            // These hold nothing but what is asked for.
            const bool asked_for = step == "SCAN jobs USING COVERING INDEX jobs_queue" ||
                                   step == "SCAN jobs USING INDEX jobs_in_work" ||
                                   step == "SCAN jobs USING INDEX jobs_to_tell";
            BOOST_TEST(asked_for, step << " in " << statement);
        }
    }
}

BOOST_AUTO_TEST_CASE(the_queue_and_the_pages_of_a_list_come_sorted_out_of_an_index) {
    journal::select_queue(in);
    BOOST_TEST(journal::select_unfinished(in).has_value());
    for (const auto& state : {std::optional<job_state>(), std::optional(job_state::failed)})
        for (const char* repository : {"", "octo/cat"})
            BOOST_TEST(journal::select_page(in, {.state = state, .path = repository}).has_value());
    const auto all = statements();
    BOOST_TEST(all.size() >= 6u);
    for (const auto& statement : all)
        for (const auto& step : plan_of(statement))
            BOOST_TEST(!step.starts_with("USE TEMP B-TREE"), step << " in " << statement);
}

BOOST_AUTO_TEST_CASE(what_was_let_in_is_counted_in_its_own_index) {
    journal::count_let_in(in, {.path = "octo/cat", .number = 7}, core::now());
    const auto all = statements();
    const auto count = std::ranges::find_if(all, [](const auto& one) { return one.starts_with("select count(*)"); });
    BOOST_REQUIRE((count != all.end()));
    const auto plan = plan_of(*count);
    BOOST_REQUIRE(plan.size() == 1u);
    BOOST_TEST(plan[0] == "SEARCH jobs USING INDEX jobs_let_in (forge=? AND path=? AND number=? AND created_at>?)");
}

BOOST_AUTO_TEST_CASE(no_write_of_a_job_makes_a_table_for_itself) {
    const auto id = record("d-1", test::sample_job());
    BOOST_TEST(journal::place_once(in, journal::require_job(in, id).value(), {.source_branch = "topic"}, test::in_turn)
                   .has_value());
    const auto held = record("d-2", test::sample_job());
    BOOST_TEST(journal::hold_once(in, held, {.state = job_state::held}).has_value());
    const auto refuse = [](const journal::job_record&, const journal::neighbours&) {
        return journal::placement{.refused = "too many"};
    };
    BOOST_TEST(journal::place_once(in, journal::require_job(in, held).value(), {}, refuse).has_value());
    BOOST_TEST(journal::update_once(in, id, {.state = job_state::running}).has_value());

    int writes = 0;
    for (const auto& statement : statements()) {
        if (!statement.starts_with("insert into jobs") && !statement.starts_with("update jobs")) continue;
        ++writes;
        SQLite::Statement steps(in.connection(), "explain " + statement);
        while (steps.executeStep())
            BOOST_TEST(steps.getColumn(1).getString() != "OpenEphemeral", "a table is made in: " << statement);
    }
    BOOST_TEST(writes >= 4);
}

BOOST_AUTO_TEST_CASE(what_refers_to_a_job_that_is_deleted_is_found_by_an_index) {
    // What foreign keys ask at a deletion is in no statement of ours.
    for (const char* reference : {"deliveries where job", "jobs where retry_of", "jobs where joined_to"})
        for (const auto& step : plan_of(std::string("select rowid from ") + reference + " = 'a'"))
            BOOST_TEST(step.starts_with("SEARCH "), step);
}

BOOST_AUTO_TEST_SUITE_END()
