#include "journal/schema.hpp"

#include "desk.hpp"
#include "journal/request_rows.hpp"

#include <SQLiteCpp/Database.h>
#include <boost/json/serialize.hpp>

#include <array>

using namespace familiar;
using core::errc;
namespace fs = std::filesystem;

namespace {

constexpr const char* second_step = "alter table deliveries add column seen integer not null default 1";
constexpr const char* third_step = "create table later (id text); insert into later select id from deliveries";
constexpr const char* broken_step = "create table half_way (id text); insert into nowhere values (1)";

struct older : test::desk {
    /// A database of version 1 with one delivery, written out here once and for all: what is out there must go on
    /// being understood whatever becomes of the first step in the sources.
    void make_version_1() const {
        SQLite::Database made(path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
        made.exec("pragma journal_mode = wal");
        made.exec(R"sql(
            create table meta (name text primary key, value) without rowid;
            insert into meta values ('instance', '00112233445566778899aabbccddeeff');
            create table jobs (id text primary key, state text not null, ended integer not null, forge text not null,
                path text not null, number integer not null, kind text not null, subject text not null,
                known_branch integer not null, attempt integer not null,
                retry_of text references jobs (id) on delete set null, head text not null, created_at integer not null,
                started_at integer, deadline integer, finished_at integer, not_before integer, outcome text not null,
                reason text not null, exit_code integer, container text not null, log text not null);
            create index jobs_unfinished on jobs (created_at, id) where ended = 0;
            create index jobs_of_request on jobs (forge, path, number, known_branch, created_at, id);
            create index jobs_repeated on jobs (retry_of) where retry_of is not null;
            create table deliveries (forge text not null, id text not null, event_name text not null,
                body blob not null, received integer not null, job text references jobs (id) on delete set null,
                primary key (id, forge));
            create index deliveries_of_job on deliveries (job) where job is not null;
            create index deliveries_received on deliveries (received);
            insert into deliveries values ('gitlab', 'old', 'Note Hook', x'7b007d', 1700000000123, null);
            pragma application_id = 1181576306;
            pragma user_version = 1;
        )sql");
    }

    /// What a server of version 1 left in it: a job that succeeded, one that failed without a time, one that waits.
    void fill_version_1() const {
        SQLite::Database made(path.string(), SQLite::OPEN_READWRITE);
        SQLite::Statement row(made,
                              "insert into jobs values (?1, ?2, ?3, 'github', 'octo/cat', 7, 'mr_opened', ?4, 1, 1, "
                              "null, 'abc', ?5, ?6, null, ?7, null, ?2, '', 0, 'familiar-agent-1', '/var/log/1.log')");
        const auto subject = boost::json::serialize(event::to_json(test::sample_event()));
        const auto insert = [&](const char* id, const char* state, bool ended, std::int64_t created, bool finished) {
            row.reset();
            row.clearBindings();
            row.bind(1, id);
            row.bind(2, state);
            row.bind(3, int(ended));
            row.bind(4, subject);
            row.bind(5, created);
            row.bind(6, created + 5);
            if (finished) row.bind(7, created + 1000);
            row.exec();
        };
        insert("01a", "succeeded", true, 1700000000000, true);
        insert("01b", "failed", true, 1700000001000, false);
        insert("01c", "queued", false, 1700000002000, false);
        made.exec("insert into deliveries values ('github', 'd-1', 'pull_request', x'7b7d', 1700000000000, '01a')");
    }

    core::result<void> migrate(std::span<const char* const> steps) const {
        return journal::bring_up_to_date(path, std::chrono::seconds(5), steps);
    }

    int version() const { return SQLite::Database(path.string()).execAndGet("pragma user_version").getInt(); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(schema, older)

BOOST_AUTO_TEST_CASE(a_new_database_has_the_newest_version_and_no_copy) {
    open();
    BOOST_TEST(std::size_t(version()) == journal::schema_steps().size());
    for (const auto& file : fs::directory_iterator(folder.path())) BOOST_TEST(file.path().extension() != ".bak");
}

BOOST_AUTO_TEST_CASE(a_database_of_version_1_is_understood) {
    make_version_1();
    open();
    BOOST_TEST(book->instance() == "00112233445566778899aabbccddeeff");
    const auto kept = run(book->find_delivery(event::provider::gitlab, "old")).value().value();
    BOOST_TEST(kept.event_name == "Note Hook");
    BOOST_TEST((kept.body == std::string("{\0}", 3)));
    BOOST_TEST(kept.received.time_since_epoch().count() == 1700000000123);
    add("new");
}

BOOST_AUTO_TEST_CASE(jobs_of_version_1_wait_since_they_were_made_and_mean_nothing) {
    make_version_1();
    fill_version_1();
    open();
    for (const char* id : {"01a", "01b", "01c"}) {
        const auto job = find(id);
        BOOST_TEST((job.waiting_since == job.created_at));
        BOOST_TEST(job.joined.empty());
        BOOST_TEST(job.meaning.empty());
        BOOST_TEST(job.head == "abc");
        BOOST_TEST(job.subject.request.number == 7);
    }
    BOOST_TEST(find("01a").finished_at->time_since_epoch().count() == 1700000001000);
    BOOST_TEST(find("01b").finished_at->time_since_epoch().count() == 1700000001005);
    BOOST_TEST(!find("01c").finished_at.has_value());
    BOOST_REQUIRE(run(book->queue()).value().size() == 1u);
    BOOST_TEST(run(book->queue()).value().front().id == "01c");
    BOOST_TEST(run(book->record(test::sample_delivery("d-1"), test::sample_job())).value().job == "01a");

    BOOST_TEST(fs::exists(path.string() + ".v1.bak"));
    BOOST_TEST(version() == 5);
}

BOOST_AUTO_TEST_CASE(of_what_ended_before_version_4_nobody_has_to_be_told) {
    make_version_1();
    fill_version_1();
    open();
    BOOST_TEST(run(book->to_tell(10)).value().empty());
    BOOST_REQUIRE(run(book->update("01c", {.state = journal::job_state::failed})).has_value());
    BOOST_REQUIRE(run(book->to_tell(10)).value().size() == 1u);
    BOOST_TEST(run(book->to_tell(10)).value().front().id == "01c");
}

BOOST_AUTO_TEST_CASE(jobs_of_version_2_have_no_last_lines_and_take_some) {
    make_version_1();
    fill_version_1();
    BOOST_REQUIRE(migrate(journal::schema_steps().subspan(0, 2)).has_value());
    BOOST_TEST(version() == 2);
    open();
    for (const char* id : {"01a", "01b", "01c"}) BOOST_TEST(find(id).last_lines.empty());
    const auto ended = run(book->update("01c", {.state = journal::job_state::failed, .last_lines = "one\ntwo"}));
    BOOST_TEST(ended.value().last_lines == "one\ntwo");
    BOOST_TEST(find("01c").last_lines == "one\ntwo");

    BOOST_TEST(version() == 5);
    path = path.string() + ".v2.bak";
    BOOST_TEST(version() == 2);
}

BOOST_AUTO_TEST_CASE(jobs_of_version_4_are_counted_by_an_index_that_needs_no_table) {
    make_version_1();
    fill_version_1();
    BOOST_REQUIRE(migrate(journal::schema_steps().subspan(0, 4)).has_value());
    BOOST_TEST(version() == 4);
    SQLite::Database(path.string(), SQLite::OPEN_READWRITE).exec("update jobs set state = 'refused' where id = '01b'");
    open().close();
    BOOST_TEST(version() == 5);

    journal::database in(path, journal::database::mode::read_write, std::chrono::seconds(5));
    const auto made = [](std::int64_t when) { return core::wall_time(std::chrono::milliseconds(when)); };
    const journal::request_key request{.path = "octo/cat", .number = 7};
    BOOST_TEST(journal::count_let_in(in, request, made(1699999999999)) == 2u);
    BOOST_TEST(journal::count_let_in(in, request, made(1700000000000)) == 1u);
    BOOST_TEST(in.connection().execAndGet("pragma integrity_check").getString() == "ok");
    const std::string index =
        in.connection().execAndGet("select sql from sqlite_schema where name = 'jobs_let_in'").getString();
    BOOST_TEST(index.find(" in (") == std::string::npos, index);

    path = path.string() + ".v4.bak";
    BOOST_TEST(version() == 4);
    BOOST_TEST(SQLite::Database(path.string()).execAndGet("select count(*) from jobs").getInt() == 3);
}

BOOST_AUTO_TEST_CASE(a_migrated_database_is_made_as_a_new_one) {
    const auto objects = [](const fs::path& database) {
        SQLite::Database opened(database.string());
        SQLite::Statement rows(opened, "select name, sql from sqlite_schema where sql is not null order by name");
        std::string all;
        while (rows.executeStep())
            if (rows.getColumn(0).getString() != "jobs" && rows.getColumn(0).getString() != "deliveries")
                all += rows.getColumn(1).getString() + "\n";
        SQLite::Statement columns(opened, "select name, type, dflt_value from pragma_table_info('jobs')");
        while (columns.executeStep())
            for (int i = 0; i < 3; ++i) all += columns.getColumn(i).getString() + (i == 2 ? "\n" : " ");
        return all;
    };
    // The first step is written with other white space above than in the sources.
    const auto squeezed = [](std::string text) {
        std::erase_if(text, [](char c) { return c == ' '; });
        return text;
    };
    test::desk fresh;
    fresh.open();
    make_version_1();
    open();
    BOOST_TEST(squeezed(objects(path)) == squeezed(objects(fresh.path)));
}

BOOST_AUTO_TEST_CASE(a_migration_takes_all_steps_after_copying_the_file) {
    make_version_1();
    const std::array steps{journal::schema_steps()[0], second_step, third_step};
    BOOST_REQUIRE(migrate(steps).has_value());
    BOOST_TEST(version() == 3);
    BOOST_TEST(SQLite::Database(path.string()).execAndGet("select id from later").getString() == "old");
    BOOST_TEST(SQLite::Database(path.string()).execAndGet("select seen from deliveries").getInt() == 1);

    const auto copy = path.string() + ".v1.bak";
    BOOST_TEST((fs::status(copy).permissions() == fs::perms(0600)));
    BOOST_TEST(!fs::exists(copy + ".tmp"));
    path = copy;
    BOOST_TEST(version() == 1);
    open();
    BOOST_TEST(run(book->find_delivery(std::nullopt, "old")).value().has_value());
}

BOOST_AUTO_TEST_CASE(a_copy_contains_what_was_still_in_the_log) {
    make_version_1();
    // The log of a server that was killed: a connection that stays open keeps it from being checkpointed.
    SQLite::Database reader(path.string());
    SQLite::Statement open_read(reader, "select * from meta");
    open_read.executeStep();
    SQLite::Database(path.string(), SQLite::OPEN_READWRITE).exec("update deliveries set event_name = 'late'");

    const std::array steps{journal::schema_steps()[0], second_step};
    BOOST_REQUIRE(migrate(steps).has_value());
    SQLite::Database copy(path.string() + ".v1.bak");
    BOOST_TEST(copy.execAndGet("select event_name from deliveries").getString() == "late");
}

BOOST_AUTO_TEST_CASE(a_step_that_fails_leaves_the_old_version) {
    make_version_1();
    const std::array steps{journal::schema_steps()[0], second_step, broken_step};
    const auto failed = migrate(steps);
    BOOST_TEST((failed.error().code == errc::storage_failed));
    BOOST_TEST(core::describe(failed.error()).find("nowhere") != std::string::npos);
    BOOST_TEST(version() == 1);
    BOOST_TEST(!SQLite::Database(path.string()).tableExists("half_way"));
    open();
    BOOST_TEST(run(book->find_delivery(std::nullopt, "old")).value().has_value());
}

BOOST_AUTO_TEST_CASE(a_copy_that_cannot_be_made_stops_the_migration) {
    make_version_1();
    fs::create_directories(path.string() + ".v1.bak/in the way");
    const std::array steps{journal::schema_steps()[0], second_step};
    BOOST_TEST((migrate(steps).error().code == errc::storage_failed));
    BOOST_TEST(version() == 1);
}

BOOST_AUTO_TEST_CASE(a_newer_schema_is_refused_and_the_file_untouched) {
    make_version_1();
    SQLite::Database(path.string(), SQLite::OPEN_READWRITE).exec("pragma user_version = 99");
    const auto before = test::bytes_of(path);
    const auto opened = try_open();
    BOOST_TEST((opened.error().code == errc::newer_schema));
    const auto text = core::describe(opened.error());
    BOOST_TEST(text.find(path.string()) != std::string::npos);
    BOOST_TEST(text.find("schema 99, this one knows 5") != std::string::npos);
    BOOST_TEST((test::bytes_of(path) == before));
    BOOST_TEST(!fs::exists(path.string() + ".v99.bak"));
}

BOOST_AUTO_TEST_CASE(another_programs_database_is_refused_and_the_file_untouched) {
    SQLite::Database(path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec("create table bookmarks (url)");
    const auto before = test::bytes_of(path);
    const auto opened = try_open();
    BOOST_TEST((opened.error().code == errc::invalid));
    BOOST_TEST(core::describe(opened.error()).find("belongs to another program") != std::string::npos);
    BOOST_TEST((test::bytes_of(path) == before));
}

BOOST_AUTO_TEST_SUITE_END()
