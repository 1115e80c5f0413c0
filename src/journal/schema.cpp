#include "journal/schema.hpp"

#include "journal/failure.hpp"
#include "journal/files.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

namespace familiar::journal {

namespace fs = std::filesystem;
using core::errc;

namespace {

/// "Fmlr", kept in the file's header (https://www.sqlite.org/fileformat.html#application_id).
constexpr int application_id = 0x466d6c72;

// Times are milliseconds since 1970 UTC. `known_branch` and `ended` are copies, for the indexes, of what subject and
// state say.
constexpr const char* first_version = R"sql(
    create table meta (name text primary key, value) without rowid;
    insert into meta values ('instance', lower(hex(randomblob(16))));

    create table jobs (
        id text primary key,
        state text not null,
        ended integer not null,
        forge text not null,
        path text not null,
        number integer not null,
        kind text not null,
        subject text not null,
        known_branch integer not null,
        attempt integer not null,
        retry_of text references jobs (id) on delete set null,
        head text not null,
        created_at integer not null,
        started_at integer,
        deadline integer,
        finished_at integer,
        not_before integer,
        outcome text not null,
        reason text not null,
        exit_code integer,
        container text not null,
        log text not null
    );
    create index jobs_unfinished on jobs (created_at, id) where ended = 0;
    create index jobs_of_request on jobs (forge, path, number, known_branch, created_at, id);
    create index jobs_repeated on jobs (retry_of) where retry_of is not null;

    create table deliveries (
        forge text not null,
        id text not null,
        event_name text not null,
        body blob not null,
        received integer not null,
        job text references jobs (id) on delete set null,
        primary key (id, forge)
    );
    create index deliveries_of_job on deliveries (job) where job is not null;
    create index deliveries_received on deliveries (received);
)sql";

// `joined`: a JSON array of events. `meaning`: null where nothing is the same. `joined_to`: the job that answers a
// joined one's comments. Each index serves one question, and where a question is about few jobs it holds only those: a
// job that waits for long or has ended costs the others nothing. The queue's holds all that the queue asks for.
constexpr const char* waiting_and_meaning = R"sql(
    alter table jobs add column joined text not null default '[]';
    alter table jobs add column meaning text;
    alter table jobs add column waiting_since integer not null default 0;
    alter table jobs add column joined_to text references jobs (id) on delete set null;
    update jobs set waiting_since = created_at;
    update jobs set finished_at = coalesce(started_at, created_at) where ended = 1 and finished_at is null;

    drop index jobs_unfinished;
    drop index jobs_of_request;
    drop index deliveries_received;
    create index jobs_in_work on jobs (created_at, id) where ended = 0 and state <> 'queued';
    create index jobs_queue on jobs (waiting_since, id, forge, path, number, kind, created_at, not_before, state)
        where state = 'queued';
    create index jobs_live on jobs (forge, path, number, waiting_since, id) where ended = 0;
    create index jobs_let_in on jobs (forge, path, number, created_at)
        where state not in ('received', 'held', 'refused', 'superseded');
    create index jobs_of_branch on jobs (forge, path, number, created_at, id) where known_branch = 1;
    create index jobs_of_head on jobs (forge, path, number, created_at, id) where kind in ('mr_opened', 'mr_updated');
    create index jobs_of_meaning on jobs (forge, path, number, meaning, created_at, id) where meaning is not null;
    create index jobs_joined on jobs (joined_to) where joined_to is not null;
    create index jobs_of_state on jobs (state, id);
    create index jobs_of_path on jobs (path, id);
    create index jobs_ended on jobs (finished_at) where ended = 1;
    create index deliveries_without_job on deliveries (received) where job is null;
)sql";

constexpr const char* last_lines = R"sql(
    alter table jobs add column last_lines text not null default '';
)sql";

// `told`: of which standing of a job people on its merge request have been told: '' for none, 'held', or 'ended'. What
// had ended before there was anybody to tell them is nothing to begin with.
constexpr const char* approvals_and_telling = R"sql(
    alter table jobs add column approved text not null default '';
    alter table jobs add column summary text not null default '';
    alter table jobs add column cost_usd real;
    alter table jobs add column turns integer;
    alter table jobs add column told text not null default '';
    update jobs set told = 'ended' where ended = 1;
    create index jobs_to_tell on jobs (created_at, id)
        where (ended = 1 and told <> 'ended') or (state = 'held' and told = '');

    create table approvals (
        forge text not null,
        path text not null,
        number integer not null,
        head text not null,
        by text not null,
        at integer not null,
        primary key (path, number, head, forge)
    ) without rowid;
    create index approvals_by_age on approvals (at);

    create table own_heads (
        forge text not null,
        path text not null,
        number integer not null,
        head text not null,
        at integer not null,
        primary key (path, number, head, forge)
    ) without rowid;
    create index own_heads_by_age on own_heads (at);
)sql";

// With `not in` of four words SQLite makes a table for them, with a pager of its own, for every job that is inserted or
// changes its state: a fourteenth of all that a webhook costs. One comparison after the other needs none.
constexpr const char* let_in_without_a_table = R"sql(
    drop index jobs_let_in;
    create index jobs_let_in on jobs (forge, path, number, created_at)
        where state <> 'received' and state <> 'held' and state <> 'refused' and state <> 'superseded';
)sql";

constexpr std::array steps_so_far{first_version, waiting_and_meaning, last_lines, approvals_and_telling,
                                  let_in_without_a_table};

core::result<int> inspect(const fs::path& path, std::chrono::milliseconds busy_timeout, int newest) try {
    database opened(path, database::mode::read_only, busy_timeout);
    return version_of(opened, newest);
} catch (const SQLite::Exception& thrown) {
    return failure_of(thrown, path);
}

/// A whole copy or none: made under another name first.
core::result<void> copy_to(SQLite::Database& from, const fs::path& target) {
    auto unfinished = target;
    unfinished += ".tmp";
    std::error_code ignored;
    fs::remove(unfinished, ignored);
    if (auto made = make_private_file(unfinished); !made) return made;

    SQLite::Statement copy(from, "vacuum into ?1");
    copy.bind(1, unfinished.string());
    copy.exec();
    if (auto durable = make_durable(unfinished); !durable) return durable;
    if (::rename(unfinished.c_str(), target.c_str()) != 0) return failure_of(errno, "rename to", target);
    return make_durable(target);
}

void migrate(SQLite::Database& connection, std::span<const char* const> steps, int old) {
    connection.exec("begin immediate");
    for (const char* step : steps.subspan(std::size_t(old))) connection.exec(step);
    connection.exec("pragma application_id = " + std::to_string(application_id));
    connection.exec("pragma user_version = " + std::to_string(steps.size()));
    connection.exec("commit");
}

}  // namespace

std::span<const char* const> schema_steps() {
    return steps_so_far;
}

core::result<int> version_of(database& opened, int newest) try {
    auto& connection = opened.connection();
    const int tables = connection.execAndGet("select count(*) from sqlite_schema").getInt();
    const int owner = connection.execAndGet("pragma application_id").getInt();
    const int version = connection.execAndGet("pragma user_version").getInt();
    const auto name = "database " + opened.path().string();

    if (tables == 0 && version == 0) return 0;
    if (owner != application_id)
        return core::fail(errc::invalid, name + " belongs to another program; name another storage.path");
    if (version > newest)
        return core::fail(errc::newer_schema, name + " was written by a newer version of familiar (schema " +
                                                  std::to_string(version) + ", this one knows " +
                                                  std::to_string(newest) +
                                                  "); run that version, or restore the copy it made (.v" +
                                                  std::to_string(newest) + ".bak)");
    return version;
} catch (const SQLite::Exception& thrown) {
    return opened.failure_from(thrown);
}

core::result<void> bring_up_to_date(const fs::path& path, std::chrono::milliseconds busy_timeout,
                                    std::span<const char* const> steps) {
    const int newest = int(steps.size());
    const auto version = inspect(path, busy_timeout, newest);
    if (!version) return version.error();
    if (*version == newest) return {};

    std::unique_ptr<database> opened;
    try {
        opened = std::make_unique<database>(path, database::mode::read_write, busy_timeout);
        auto& connection = opened->connection();
        if (*version > 0) {
            auto copy = path;
            copy += ".v" + std::to_string(*version) + ".bak";
            if (auto copied = copy_to(connection, copy); !copied) return copied;
        }
        migrate(connection, steps, *version);
        return {};
    } catch (const SQLite::Exception& thrown) {
        if (!opened) return failure_of(thrown, path);
        return opened->failure_from(thrown);
    }
}

}  // namespace familiar::journal
